// Finds where an exact product is wrong: inputs against the seed, then every element of C against a
// plain integer product, 16 x 16 elements a block. Slow and simple on purpose: it shares nothing
// with the kernels it judges. Bound by shared memory; 2 m n k integer operations.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/check/block_reduce.cuh"
#include "kernels/check/report.h"
#include "kernels/data/element.h"
#include "kernels/data/exact_gemm.h"

namespace ga {

struct ProductOperands {
  const void* a;
  const void* b;
  const float* c;
  std::int64_t m, n, k;
  std::int64_t lda, ldb, ldc;
  std::uint64_t seed;
  ElementType in = ElementType::bf16;
};

struct ProductTiles {
  int tile_m, tile_n;
  const std::uint32_t* smid;
};

inline constexpr int kProductEdge = 16;

__global__ void product_reset_kernel(ProductMismatch* report) { *report = ProductMismatch{}; }

template <int kThreads>
__launch_bounds__(kThreads) __global__
    void product_inputs_kernel(const void* data, ElementType in, std::int64_t rows,
                               std::int64_t cols, std::int64_t ld, std::uint64_t seed,
                               std::uint32_t stream, ProductMismatch* report) {
  std::uint64_t wrong = 0;
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    for (std::int64_t col = threadIdx.x; col < cols; col += kThreads) {
      const auto index = static_cast<std::uint64_t>(row * cols + col);
      const auto expected = static_cast<double>(exact_element(seed, index, stream, in));
      if (!(element(data, row * ld + col, in) == expected)) ++wrong;
    }
  }
  const std::uint64_t block = block_sum<kThreads>(wrong);
  if (threadIdx.x == 0 && block != 0) {
    atomicAdd(reinterpret_cast<unsigned long long*>(&report->wrong_inputs),
              static_cast<unsigned long long>(block));
  }
}

// Zero for what is no small integer: the inputs are judged by product_inputs_kernel.
__device__ __forceinline__ int product_value(const void* data, std::int64_t index, ElementType in) {
  const double value = element(data, index, in);
  return value >= -128 && value <= 127 ? static_cast<int>(value) : 0;
}

// blockIdx.x counts 16 x 16 patches of C, row-major.
__launch_bounds__(kProductEdge* kProductEdge) __global__
    void product_compare_kernel(ProductOperands p, ProductMismatch* report) {
  __shared__ int a[kProductEdge][kProductEdge + 1];
  __shared__ int b[kProductEdge][kProductEdge + 1];
  const std::int64_t patches = (p.n + kProductEdge - 1) / kProductEdge;
  const int x = static_cast<int>(threadIdx.x) % kProductEdge;
  const int y = static_cast<int>(threadIdx.x) / kProductEdge;
  const std::int64_t row = blockIdx.x / patches * kProductEdge + y;
  const std::int64_t col = blockIdx.x % patches * kProductEdge + x;
  int sum = 0;
  for (std::int64_t first = 0; first < p.k; first += kProductEdge) {
    a[y][x] = row < p.m && first + x < p.k ? product_value(p.a, row * p.lda + first + x, p.in) : 0;
    b[y][x] =
        col < p.n && first + y < p.k ? product_value(p.b, (first + y) * p.ldb + col, p.in) : 0;
    __syncthreads();
    for (int i = 0; i < kProductEdge; ++i) sum += a[y][i] * b[i][x];
    __syncthreads();
  }
  const bool inside = row < p.m && col < p.n;
  if (inside && !(p.c[row * p.ldc + col] == static_cast<float>(sum))) {
    atomicAdd(reinterpret_cast<unsigned long long*>(&report->wrong), 1ull);
    atomicMin(reinterpret_cast<unsigned long long*>(&report->first),
              static_cast<unsigned long long>(row * p.n + col));
  }
}

// One thread: what stands at the first wrong place, and who wrote it.
__global__ void product_explain_kernel(ProductOperands p, ProductTiles tiles,
                                       ProductMismatch* report) {
  if (report->first == kNoMismatch) return;
  const std::int64_t row = static_cast<std::int64_t>(report->first) / p.n;
  const std::int64_t col = static_cast<std::int64_t>(report->first) % p.n;
  int sum = 0;
  for (std::int64_t l = 0; l < p.k; ++l) {
    sum += product_value(p.a, row * p.lda + l, p.in) * product_value(p.b, l * p.ldb + col, p.in);
  }
  report->row = row;
  report->col = col;
  report->expected = float_bits(static_cast<float>(sum));
  report->got = float_bits(p.c[row * p.ldc + col]);
  report->flipped = report->expected ^ report->got;
  if (tiles.tile_m > 0 && tiles.tile_n > 0) {
    const std::int64_t across = (p.n + tiles.tile_n - 1) / tiles.tile_n;
    report->tile = row / tiles.tile_m * across + col / tiles.tile_n;
    if (tiles.smid != nullptr) report->smid = static_cast<std::int32_t>(tiles.smid[report->tile]);
  }
}

}  // namespace ga
