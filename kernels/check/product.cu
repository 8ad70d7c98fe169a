// Launches of the element-by-element check of an exact product.
#include "kernels/check/check.h"
#include "kernels/check/grid.h"
#include "kernels/check/product.cuh"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

Status require(const ProductCheck& args) {
  const bool shape = args.m >= 1 && args.n >= 1 && args.k >= 1 && args.k < (1 << 18);
  if (!shape || args.lda < args.k || args.ldb < args.n || args.ldc < args.n) {
    return Error(ErrorCode::usage,
                 "check_product: m, n, k must be positive, k below 2^18, and each leading "
                 "dimension at least the row's length");
  }
  GA_CHECK(check_pointer("check_product: a", args.a, 2));
  GA_CHECK(check_pointer("check_product: b", args.b, 2));
  GA_CHECK(check_pointer("check_product: c", args.c, sizeof(float)));
  return check_pointer("check_product: report", args.report, alignof(ProductMismatch));
}

}  // namespace

Status check_product(const ProductCheck& args, cudaStream_t stream) {
  GA_CHECK(require(args));
  const ProductOperands operands{args.a,   args.b,   args.c,   args.m,    args.n, args.k,
                                 args.lda, args.ldb, args.ldc, args.seed, args.in};
  const ProductTiles tiles{args.tile_m, args.tile_n, args.smid};
  product_reset_kernel<<<1, 1, 0, stream>>>(args.report);
  GA_CUDA(cudaGetLastError());
  GA_TRY(const unsigned blocks, check_blocks(~std::size_t{0} / kCheckThreads));
  product_inputs_kernel<kCheckThreads><<<blocks, kCheckThreads, 0, stream>>>(
      args.a, args.in, args.m, args.k, args.lda, args.seed, kStreamExactA, args.report);
  GA_CUDA(cudaGetLastError());
  product_inputs_kernel<kCheckThreads><<<blocks, kCheckThreads, 0, stream>>>(
      args.b, args.in, args.k, args.n, args.ldb, args.seed, kStreamExactB, args.report);
  GA_CUDA(cudaGetLastError());
  const std::int64_t down = (args.m + kProductEdge - 1) / kProductEdge;
  const std::int64_t across = (args.n + kProductEdge - 1) / kProductEdge;
  if (down * across > 0x7FFFFFFF) {
    return Error(ErrorCode::usage, "check_product: C is larger than one launch covers");
  }
  product_compare_kernel<<<static_cast<unsigned>(down * across), kProductEdge * kProductEdge, 0,
                           stream>>>(operands, args.report);
  GA_CUDA(cudaGetLastError());
  product_explain_kernel<<<1, 1, 0, stream>>>(operands, tiles, args.report);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace ga
