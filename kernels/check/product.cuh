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
  const void* c;  // of gemm_type(in).sum
  std::int64_t m, n, k;
  std::int64_t lda, ldb, ldc;
  std::uint64_t seed;
  ElementType in = ElementType::bf16;
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
  const int range = exact_range(in);
  return value >= -range && value <= range ? static_cast<int>(value) : 0;
}
// Element (l, col) of B.
__device__ __forceinline__ int product_value_b(const ProductOperands& p, std::int64_t l,
                                               std::int64_t col) {
  return product_value(p.b, b_along_k(p.in) ? col * p.ldb + l : l * p.ldb + col, p.in);
}

// What products of this type are added in.
__device__ __forceinline__ ElementType product_sum(ElementType in) {
  if (in == ElementType::int8) return ElementType::int32;
  return in == ElementType::fp64 ? ElementType::fp64 : ElementType::fp32;
}

// The bits of element `index` of C.
__device__ __forceinline__ std::uint64_t product_bits(const void* c, std::int64_t index,
                                                      ElementType sum) {
  if (sum == ElementType::fp64) return static_cast<const std::uint64_t*>(c)[index];
  return static_cast<const std::uint32_t*>(c)[index];
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
    b[y][x] = col < p.n && first + y < p.k ? product_value_b(p, first + y, col) : 0;
    __syncthreads();
    for (int i = 0; i < kProductEdge; ++i) sum += a[y][i] * b[i][x];
    __syncthreads();
  }
  const bool inside = row < p.m && col < p.n;
  if (inside && !(element(p.c, row * p.ldc + col, product_sum(p.in)) == sum)) {
    atomicAdd(reinterpret_cast<unsigned long long*>(&report->wrong), 1ull);
    atomicMin(reinterpret_cast<unsigned long long*>(&report->first),
              static_cast<unsigned long long>(row * p.n + col));
  }
}

// One thread: what stands at the first wrong place, and who wrote it.
__global__ void product_explain_kernel(ProductOperands p, TileMap tiles, ProductMismatch* report) {
  if (report->first == kNoMismatch) return;
  const std::int64_t row = static_cast<std::int64_t>(report->first) / p.n;
  const std::int64_t col = static_cast<std::int64_t>(report->first) % p.n;
  int sum = 0;
  for (std::int64_t l = 0; l < p.k; ++l) {
    sum += product_value(p.a, row * p.lda + l, p.in) * product_value_b(p, l, col);
  }
  report->row = row;
  report->col = col;
  const ElementType type = product_sum(p.in);
  alignas(8) std::uint64_t right = 0;
  set_element(&right, 0, type, sum);
  report->expected = product_bits(&right, 0, type);
  report->got = product_bits(p.c, row * p.ldc + col, type);
  report->flipped = report->expected ^ report->got;
  if (tiles.tile_m > 0 && tiles.tile_n > 0) {
    const std::int64_t across = (p.n + tiles.tile_n - 1) / tiles.tile_n;
    report->tile = row / tiles.tile_m * across + col / tiles.tile_n;
    if (tiles.smid != nullptr) report->smid = static_cast<std::int32_t>(tiles.smid[report->tile]);
  }
}

}  // namespace ga
