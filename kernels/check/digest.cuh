// The linear digest of a matrix of integers, kernels/data/exact_gemm.h, where C lies.
//
// Three kernels: the weights u and v once into scratch; per block of rows the sum of c u v mod p;
// the sum of the blocks. Sums mod p are exact, so their order does not matter. 4 or 8 bytes and
// about 20 integer operations an element: bound by memory on every GPU with at most 30 bytes a
// clock and SM.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/check/block_reduce.cuh"
#include "kernels/check/report.h"
#include "kernels/data/exact_gemm.h"

namespace ga {

// Above this magnitude float32 no longer holds every integer.
inline constexpr float kExactLimit = 16777216.0f;  // 2^24

// x mod p for any 64-bit x.
__device__ __forceinline__ std::uint64_t digest_fold(std::uint64_t x) {
  const std::uint64_t sum = (x & kDigestPrime) + (x >> 61);
  return sum >= kDigestPrime ? sum - kDigestPrime : sum;
}

__device__ __forceinline__ std::uint64_t digest_add(std::uint64_t x, std::uint64_t y) {
  return digest_fold(x + y);
}

// x y mod p for x, y < p: the product is high 2^64 + low, and 2^61 = 1.
__device__ __forceinline__ std::uint64_t digest_mul(std::uint64_t x, std::uint64_t y) {
  const std::uint64_t low = x * y;
  const std::uint64_t high = __umul64hi(x, y);
  return digest_add(low & kDigestPrime, digest_fold((high << 3) | (low >> 61)));
}

// A value that a product of small integers can have. NaN fails every comparison.
__device__ __forceinline__ bool exact_integer(float c) {
  return c > -kExactLimit && c < kExactLimit && static_cast<float>(static_cast<int>(c)) == c;
}
__device__ __forceinline__ bool exact_integer(double c) {
  constexpr double kLimit = 9007199254740992.0;  // 2^53
  return c > -kLimit && c < kLimit && static_cast<double>(static_cast<std::int64_t>(c)) == c;
}
__device__ __forceinline__ bool exact_integer(std::int32_t) { return true; }

struct DigestScratch {
  std::uint64_t* u;      // m weights
  std::uint64_t* v;      // n weights
  std::uint64_t* sum;    // one per block
  std::uint64_t* count;  // one per block
};

template <class C>
struct DigestMatrix {
  const C* c;
  std::int64_t m, n, ldc;
};

__global__ void digest_weights_kernel(std::uint64_t* to, std::int64_t count, std::uint64_t seed,
                                      std::uint32_t stream) {
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
       i += step) {
    to[i] = digest_weight(seed, static_cast<std::uint64_t>(i), stream);
  }
}

// A block takes rows blockIdx, blockIdx + gridDim, ...: neighbouring lanes read neighbouring
// columns.
template <int kThreads, class C>
__launch_bounds__(kThreads) __global__
    void digest_rows_kernel(DigestMatrix<C> matrix, DigestScratch scratch) {
  // A float's conversion to 64 bits takes four times as long.
  using Integer = std::conditional_t<std::is_same_v<C, float>, int, std::int64_t>;
  std::uint64_t sum = 0;
  std::uint64_t not_exact = 0;
  for (std::int64_t row = blockIdx.x; row < matrix.m; row += gridDim.x) {
    std::uint64_t row_sum = 0;
    for (std::int64_t col = threadIdx.x; col < matrix.n; col += kThreads) {
      const C c = matrix.c[row * matrix.ldc + col];
      if (!exact_integer(c)) {
        ++not_exact;
        continue;
      }
      const auto value = static_cast<Integer>(c);
      const std::uint64_t residue = value < 0 ? kDigestPrime - static_cast<std::uint64_t>(-value)
                                              : static_cast<std::uint64_t>(value);
      row_sum = digest_add(row_sum, digest_mul(residue, scratch.v[col]));
    }
    sum = digest_add(sum, digest_mul(row_sum, scratch.u[row]));
  }
  const auto add = [](std::uint64_t x, std::uint64_t y) { return digest_add(x, y); };
  const std::uint64_t block = block_reduce<kThreads>(sum, add);
  const std::uint64_t count = block_sum<kThreads>(not_exact);
  if (threadIdx.x == 0) {
    scratch.sum[blockIdx.x] = block;
    scratch.count[blockIdx.x] = count;
  }
}

// One block: the blocks' shares in a fixed order.
template <int kThreads>
__launch_bounds__(kThreads) __global__
    void digest_sum_kernel(DigestScratch scratch, int blocks, DigestReport* report) {
  std::uint64_t sum = 0;
  std::uint64_t count = 0;
  for (int i = static_cast<int>(threadIdx.x); i < blocks; i += kThreads) {
    sum = digest_add(sum, scratch.sum[i]);
    count += scratch.count[i];
  }
  const auto add = [](std::uint64_t x, std::uint64_t y) { return digest_add(x, y); };
  const std::uint64_t digest = block_reduce<kThreads>(sum, add);
  const std::uint64_t not_exact = block_sum<kThreads>(count);
  if (threadIdx.x == 0) *report = DigestReport{digest, not_exact};
}

}  // namespace ga
