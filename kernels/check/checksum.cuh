// Freivalds' check of a random product by groups of columns: checksum_bound.h has the derivation.
//
// Two kernels: BX = B x, one value per row of B and group of 32 columns; then A BX against C x in
// double, 64 rows x 64 groups a block. 2 m k n / 32 flops in double: about 1/30 of the product,
// once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/check/block_reduce.cuh"
#include "kernels/check/checksum_bound.h"
#include "kernels/check/report.h"
#include "kernels/data/element.h"

namespace ga {

struct ChecksumOperands {
  const void* a;
  const void* b;
  const void* c;
  double* bx;  // k x groups
  std::int64_t m, n, k, groups;
  std::int64_t lda, ldb, ldc;
  std::uint64_t seed;
  ChecksumModel model;
  ElementType in = ElementType::bf16, out = ElementType::bf16;
};

// Element (l, col) of B.
__device__ __forceinline__ double checksum_b(const ChecksumOperands& p, std::int64_t l,
                                             std::int64_t col) {
  return element(p.b, b_along_k(p.in) ? col * p.ldb + l : l * p.ldb + col, p.in);
}

// Sum of x[j] load(j) over the columns of a group that exist, in ascending order.
template <class Load>
__device__ __forceinline__ double signed_sum(std::uint32_t signs, std::int64_t first,
                                             std::int64_t n, Load&& load) {
  double sum = 0;
  for (int j = 0; j < kChecksumGroup && first + j < n; ++j) {
    const double value = load(first + j);
    sum += ((signs >> j) & 1u) != 0 ? -value : value;
  }
  return sum;
}

__global__ void checksum_reset_kernel(ChecksumReport* report) { *report = ChecksumReport{}; }

template <int kThreads>
__launch_bounds__(kThreads) __global__ void checksum_bx_kernel(ChecksumOperands p) {
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * kThreads;
  const std::int64_t mine = static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  for (std::int64_t i = mine; i < p.k * p.groups; i += step) {
    const std::int64_t row = i / p.groups;
    const std::int64_t group = i % p.groups;
    const std::uint32_t signs = checksum_signs(p.seed, static_cast<std::uint64_t>(group));
    p.bx[i] = signed_sum(signs, group * kChecksumGroup, p.n,
                         [&](std::int64_t col) { return checksum_b(p, row, col); });
  }
}

// Judges one group of one row of C, given P.
__device__ __forceinline__ void checksum_judge(const ChecksumOperands& p, std::int64_t row,
                                               std::int64_t group, double expected,
                                               ChecksumReport* report) {
  double square = 0;
  const std::uint32_t signs = checksum_signs(p.seed, static_cast<std::uint64_t>(group));
  const double sum = signed_sum(signs, group * kChecksumGroup, p.n, [&](std::int64_t col) {
    const double value = element(p.c, row * p.ldc + col, p.out);
    const double delta = checksum_delta(p.model, value);
    square += delta * delta;
    return value;
  });
  const double difference = sum < expected ? expected - sum : sum - expected;
  const double bound = kChecksumDeviations * sqrt(square);
  // Bits of doubles that are not negative are ordered as the doubles are.
  constexpr std::uint64_t kInfinity = 0x7FF0000000000000u;
  std::uint64_t ratio = difference == 0 ? 0 : kInfinity;
  if (difference > 0 && difference / bound < 1e300) {
    const double value = difference / bound;
    memcpy(&ratio, &value, sizeof ratio);
  }
  static_assert(sizeof(double) == sizeof(unsigned long long));
  atomicMax(reinterpret_cast<unsigned long long*>(&report->worst),
            static_cast<unsigned long long>(ratio));
  if (!checksum_holds(difference, bound)) {
    atomicAdd(reinterpret_cast<unsigned long long*>(&report->wrong), 1ull);
    atomicMin(reinterpret_cast<unsigned long long*>(&report->first),
              static_cast<unsigned long long>(row * p.groups + group));
  }
}

inline constexpr int kChecksumTile = 64;
inline constexpr int kChecksumDepth = 16;
inline constexpr int kChecksumThreads = 256;

// blockIdx.x counts tiles of 64 rows x 64 groups, row-major; a thread has 4 x 4 of them, 16 apart.
__launch_bounds__(kChecksumThreads) __global__
    void checksum_kernel(ChecksumOperands p, ChecksumReport* report) {
  __shared__ double a[kChecksumDepth][kChecksumTile + 1];
  __shared__ double b[kChecksumDepth][kChecksumTile + 1];
  const std::int64_t across = (p.groups + kChecksumTile - 1) / kChecksumTile;
  const std::int64_t row0 = blockIdx.x / across * kChecksumTile;
  const std::int64_t group0 = blockIdx.x % across * kChecksumTile;
  const int thread = static_cast<int>(threadIdx.x);
  const int x = thread % 16;
  const int y = thread / 16;
  double sum[4][4] = {};
  for (std::int64_t first = 0; first < p.k; first += kChecksumDepth) {
    for (int i = thread; i < kChecksumTile * kChecksumDepth; i += kChecksumThreads) {
      const std::int64_t a_row = row0 + i / kChecksumDepth;
      const std::int64_t a_col = first + i % kChecksumDepth;
      const bool a_inside = a_row < p.m && a_col < p.k;
      a[i % kChecksumDepth][i / kChecksumDepth] =
          a_inside ? element(p.a, a_row * p.lda + a_col, p.in) : 0;
      const std::int64_t b_row = first + i / kChecksumTile;
      const std::int64_t b_col = group0 + i % kChecksumTile;
      b[i / kChecksumTile][i % kChecksumTile] =
          b_row < p.k && b_col < p.groups ? p.bx[b_row * p.groups + b_col] : 0;
    }
    __syncthreads();
    for (int l = 0; l < kChecksumDepth; ++l) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
#pragma unroll
        for (int j = 0; j < 4; ++j) sum[i][j] += a[l][y + 16 * i] * b[l][x + 16 * j];
      }
    }
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < 4; ++i) {
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      const std::int64_t row = row0 + y + 16 * i;
      const std::int64_t group = group0 + x + 16 * j;
      if (row < p.m && group < p.groups) checksum_judge(p, row, group, sum[i][j], report);
    }
  }
}

}  // namespace ga
