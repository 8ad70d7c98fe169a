// Launch of the light load.
#include "kernels/power/light.h"
#include "kernels/power/light_kernel.cuh"
#include "kernels/runtime/error.h"

namespace ga {

Status light(const Light& args, cudaStream_t stream) {
  if (args.out == nullptr || args.clock == nullptr || args.steps == 0) {
    return Error(ErrorCode::usage, "light: out, clock and steps are needed");
  }
  light_kernel<<<kLightBlocks, kLightThreads, 0, stream>>>(args.out, args.clock, args.steps,
                                                           LightMap{});
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace ga
