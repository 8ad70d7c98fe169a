// Launches of the operand fills.
#include "kernels/check/grid.h"
#include "kernels/gemm/fill.h"
#include "kernels/gemm/fill_kernels.cuh"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

Status require(const FillTarget& target) {
  const auto alignment = static_cast<std::size_t>(element_bytes(target.type));
  GA_CHECK(check_pointer("fill: data", target.data, alignment));
  if (target.rows < 1 || target.cols < 1 || target.ld < target.cols) {
    return Error(ErrorCode::usage, "fill: rows and cols must be positive and ld at least cols");
  }
  return Ok{};
}

Result<unsigned> blocks_for(const FillTarget& target) {
  return check_blocks(static_cast<std::size_t>((target.rows * target.cols + 3) / 4));
}

}  // namespace

Status fill_exact(const FillExact& args, cudaStream_t stream) {
  const FillTarget target{args.data, args.rows,   args.cols, args.ld,
                          args.seed, args.stream, args.type};
  GA_CHECK(require(target));
  GA_TRY(const unsigned blocks, blocks_for(target));
  fill_exact_kernel<<<blocks, kCheckThreads, 0, stream>>>(target);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

Status fill_random(const FillRandom& args, cudaStream_t stream) {
  const FillTarget target{args.data, args.rows,   args.cols, args.ld,
                          args.seed, args.stream, args.type};
  GA_CHECK(require(target));
  GA_TRY(const unsigned blocks, blocks_for(target));
  fill_random_kernel<<<blocks, kCheckThreads, 0, stream>>>(target, args.kind);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace ga
