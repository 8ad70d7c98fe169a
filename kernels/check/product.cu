// Launches of the element-by-element check of an exact product.
#include "kernels/check/check.h"
#include "kernels/check/grid.h"
#include "kernels/check/product.cuh"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

// B as it is stored.
struct Stored {
  std::int64_t rows, cols;
};
Stored stored_b(const ProductCheck& args) {
  return b_along_k(args.in) ? Stored{args.n, args.k} : Stored{args.k, args.n};
}

Status require(const ProductCheck& args) {
  const Stored stored = stored_b(args);
  const auto alignment = static_cast<std::size_t>(element_bytes(args.in));
  const auto sum = static_cast<std::size_t>(element_bytes(gemm_type(args.in).sum));
  const bool shape = args.m >= 1 && args.n >= 1 && args.k >= 1 && args.k <= exact_most_k(args.in);
  if (!shape || args.lda < args.k || args.ldb < stored.cols || args.ldc < args.n) {
    return Error(ErrorCode::usage,
                 "check_product: m, n, k must be positive, k short enough to be exact, and each "
                 "leading dimension at least the row's length");
  }
  GA_CHECK(check_pointer("check_product: a", args.a, alignment));
  GA_CHECK(check_pointer("check_product: b", args.b, alignment));
  GA_CHECK(check_pointer("check_product: c", args.c, sum));
  return check_pointer("check_product: report", args.report, alignof(ProductMismatch));
}

}  // namespace

Status check_product(const ProductCheck& args, cudaStream_t stream) {
  GA_CHECK(require(args));
  const ProductOperands operands{args.a,   args.b,   args.c,   args.m,    args.n, args.k,
                                 args.lda, args.ldb, args.ldc, args.seed, args.in};
  const Stored b = stored_b(args);
  const TileMap tiles{args.tile_m, args.tile_n, args.smid};
  product_reset_kernel<<<1, 1, 0, stream>>>(args.report);
  GA_CUDA(cudaGetLastError());
  GA_TRY(const unsigned blocks, check_blocks(~std::size_t{0} / kCheckThreads));
  product_inputs_kernel<kCheckThreads><<<blocks, kCheckThreads, 0, stream>>>(
      args.a, args.in, args.m, args.k, args.lda, args.seed, kStreamExactA, args.report);
  GA_CUDA(cudaGetLastError());
  product_inputs_kernel<kCheckThreads><<<blocks, kCheckThreads, 0, stream>>>(
      args.b, args.in, b.rows, b.cols, args.ldb, args.seed, kStreamExactB, args.report);
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
