// Launches of the linear digest.
#include "kernels/check/check.h"
#include "kernels/check/digest.cuh"
#include "kernels/check/grid.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

// Fixed, so that the scratch size depends on the shape alone; eight blocks an SM up to 256 SMs.
constexpr int kBlocks = 2048;

template <class C>
void sum_rows(const DigestProduct& args, const DigestScratch& scratch, int blocks,
              cudaStream_t stream) {
  const DigestMatrix<C> matrix{static_cast<const C*>(args.c), args.m, args.n, args.ldc};
  digest_rows_kernel<kCheckThreads>
      <<<static_cast<unsigned>(blocks), kCheckThreads, 0, stream>>>(matrix, scratch);
}

}  // namespace

std::size_t digest_product_scratch_bytes(std::int64_t m, std::int64_t n) {
  return sizeof(std::uint64_t) * (static_cast<std::size_t>(m + n) + 2 * kBlocks);
}

Status digest_product(const DigestProduct& args, cudaStream_t stream) {
  if (args.m < 1 || args.n < 1 || args.ldc < args.n) {
    return Error(ErrorCode::usage, "digest_product: m and n must be positive and ldc at least n");
  }
  const bool sums = args.type == ElementType::fp32 || args.type == ElementType::fp64 ||
                    args.type == ElementType::int32;
  if (!sums) return Error(ErrorCode::usage, "digest_product: c is fp32, fp64 or int32");
  const auto alignment = static_cast<std::size_t>(element_bytes(args.type));
  GA_CHECK(check_pointer("digest_product: c", args.c, alignment));
  GA_CHECK(check_pointer("digest_product: scratch", args.scratch, 16));
  GA_CHECK(check_pointer("digest_product: report", args.report, alignof(DigestReport)));
  auto* const words = static_cast<std::uint64_t*>(args.scratch);
  const DigestScratch scratch{words, words + args.m, words + args.m + args.n,
                              words + args.m + args.n + kBlocks};
  GA_TRY(const unsigned u_blocks, check_blocks(static_cast<std::size_t>(args.m)));
  GA_TRY(const unsigned v_blocks, check_blocks(static_cast<std::size_t>(args.n)));
  digest_weights_kernel<<<u_blocks, kCheckThreads, 0, stream>>>(scratch.u, args.m, args.seed,
                                                                kStreamDigestU);
  GA_CUDA(cudaGetLastError());
  digest_weights_kernel<<<v_blocks, kCheckThreads, 0, stream>>>(scratch.v, args.n, args.seed,
                                                                kStreamDigestV);
  GA_CUDA(cudaGetLastError());
  const int blocks = args.m < kBlocks ? static_cast<int>(args.m) : kBlocks;
  if (args.type == ElementType::fp64) {
    sum_rows<double>(args, scratch, blocks, stream);
  } else if (args.type == ElementType::int32) {
    sum_rows<std::int32_t>(args, scratch, blocks, stream);
  } else {
    sum_rows<float>(args, scratch, blocks, stream);
  }
  GA_CUDA(cudaGetLastError());
  digest_sum_kernel<kCheckThreads><<<1, kCheckThreads, 0, stream>>>(scratch, blocks, args.report);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace ga
