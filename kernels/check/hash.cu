// Launch of the buffer hash.
#include "kernels/check/check.h"
#include "kernels/check/grid.h"
#include "kernels/check/hash.cuh"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

__global__ void hash_reset_kernel(std::uint64_t* hash, std::uint64_t start) { *hash = start; }

}  // namespace

Status hash_buffer(const HashBuffer& args, cudaStream_t stream) {
  if (args.bytes == 0) return Error(ErrorCode::usage, "hash_buffer: nothing to hash");
  GA_CHECK(check_pointer("hash_buffer: data", args.data, 8));
  GA_CHECK(check_pointer("hash_buffer: hash", args.hash, 8));
  GA_TRY(const unsigned blocks, check_blocks((args.bytes + 7) / 8));
  hash_reset_kernel<<<1, 1, 0, stream>>>(args.hash, hash_start(args.bytes));
  GA_CUDA(cudaGetLastError());
  hash_kernel<kCheckThreads>
      <<<blocks, kCheckThreads, 0, stream>>>(args.data, args.bytes, args.hash);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace ga
