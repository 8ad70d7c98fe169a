// Launch of the copy over a link. The body: link_kernel.cuh.
#include <cstdint>
#include <string>

#include "kernels/check/grid.h"
#include "kernels/link/link.h"
#include "kernels/link/link_kernel.cuh"
#include "kernels/runtime/device.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

constexpr int kThreads = 512;
constexpr int kUnroll = 4;
// Untuned: 900 GB/s (NVLink 5) times about 2 us are 1.8 MB under way; a block holds 32 KB, so two
// blocks on each of 132 SMs hold 8 MB.
constexpr std::size_t kBlocksPerSm = 2;

}  // namespace

Status link_copy(const LinkCopy& args, cudaStream_t stream) {
  if (args.bytes == 0) return Error(ErrorCode::usage, "link_copy: nothing to copy");
  GA_CHECK(check_pointer("link_copy: to", args.to, sizeof(ptx::Vector)));
  GA_CHECK(check_pointer("link_copy: from", args.from, sizeof(ptx::Vector)));
  GA_TRY(const DeviceShape shape, current_shape());
  const std::size_t tile = sizeof(ptx::Vector) * kUnroll * kThreads;
  const std::size_t tiles = (args.bytes + tile - 1) / tile;
  const std::size_t most = kBlocksPerSm * static_cast<std::size_t>(shape.sm_count);
  link_copy_kernel<kThreads, kUnroll>
      <<<static_cast<unsigned>(tiles < most ? tiles : most), kThreads, 0, stream>>>(
          static_cast<unsigned char*>(args.to), static_cast<const unsigned char*>(args.from),
          args.bytes);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace ga
