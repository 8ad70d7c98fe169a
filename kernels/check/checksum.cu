// Launches of the checksum of a random product.
#include "kernels/check/check.h"
#include "kernels/check/checksum.cuh"
#include "kernels/check/grid.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

std::int64_t groups_of(std::int64_t n) { return (n + kChecksumGroup - 1) / kChecksumGroup; }

Status require(const ChecksumProduct& args) {
  if (args.m < 1 || args.n < 1 || args.k < 1 || args.lda < args.k ||
      args.ldb < (b_along_k(args.in) ? args.k : args.n) || args.ldc < args.n) {
    return Error(ErrorCode::usage,
                 "checksum_product: m, n, k must be positive and each leading dimension at least "
                 "the row's length");
  }
  const auto alignment = static_cast<std::size_t>(element_bytes(args.in));
  GA_CHECK(check_pointer("checksum_product: a", args.a, alignment));
  GA_CHECK(check_pointer("checksum_product: b", args.b, alignment));
  GA_CHECK(check_pointer("checksum_product: c", args.c,
                         static_cast<std::size_t>(element_bytes(args.type))));
  GA_CHECK(check_pointer("checksum_product: scratch", args.scratch, 16));
  return check_pointer("checksum_product: report", args.report, alignof(ChecksumReport));
}

}  // namespace

std::size_t checksum_product_scratch_bytes(std::int64_t n, std::int64_t k) {
  return sizeof(double) * static_cast<std::size_t>(k) * static_cast<std::size_t>(groups_of(n));
}

Status checksum_product(const ChecksumProduct& args, cudaStream_t stream) {
  GA_CHECK(require(args));
  const std::int64_t groups = groups_of(args.n);
  const ChecksumOperands operands{
      args.a,
      args.b,
      args.c,
      static_cast<double*>(args.scratch),
      args.m,
      args.n,
      args.k,
      groups,
      args.lda,
      args.ldb,
      args.ldc,
      args.seed,
      checksum_model(args.in, args.type, args.k, random_mean_square(args.data, args.in)),
      args.in,
      args.type};
  const std::int64_t down = (args.m + kChecksumTile - 1) / kChecksumTile;
  const std::int64_t across = (groups + kChecksumTile - 1) / kChecksumTile;
  if (down * across > 0x7FFFFFFF) {
    return Error(ErrorCode::usage, "checksum_product: C is larger than one launch covers");
  }
  GA_TRY(const unsigned blocks, check_blocks(static_cast<std::size_t>(args.k * groups)));
  checksum_reset_kernel<<<1, 1, 0, stream>>>(args.report);
  GA_CUDA(cudaGetLastError());
  checksum_bx_kernel<kCheckThreads><<<blocks, kCheckThreads, 0, stream>>>(operands);
  GA_CUDA(cudaGetLastError());
  const auto tiles = static_cast<unsigned>(down * across);
  checksum_kernel<<<tiles, kChecksumThreads, 0, stream>>>(operands, args.report);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace ga
