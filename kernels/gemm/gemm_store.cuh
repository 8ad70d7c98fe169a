// The end of the GEMM kernel: what it is told, and how a warp's accumulators get to C.
#pragma once

#include <cstdint>

#include "kernels/data/bf16.h"
#include "kernels/gemm/gemm_index.h"
#include "kernels/gemm/placement.h"
#include "kernels/ptx/convert.cuh"

namespace ga {

struct GemmParams {
  const void* a = nullptr;
  const void* b = nullptr;
  void* c = nullptr;
  std::int64_t m = 0, n = 0, k = 0;
  std::int64_t lda = 0, ldb = 0, ldc = 0;
  std::int64_t tiles_m = 0, tiles_n = 0;
  Placement placement{};
  std::uint32_t* smid = nullptr;
  bool async_a = false, async_b = false;  // 16-byte copies are possible
  bool paired = false;                    // two neighbouring outputs can be stored at once
};

template <class Out>
__device__ __forceinline__ void store_pair(Out* c, float x, float y) {
  *reinterpret_cast<std::uint32_t*>(c) = ptx::pack<Out>(x, y);
}
__device__ __forceinline__ void store_pair(float* c, float x, float y) {
  *reinterpret_cast<std::uint64_t*>(c) = float_bits(x) | (std::uint64_t{float_bits(y)} << 32);
}
__device__ __forceinline__ void store_pair(std::int32_t* c, std::int32_t x, std::int32_t y) {
  *reinterpret_cast<std::uint64_t*>(c) =
      static_cast<std::uint32_t>(x) | (std::uint64_t{static_cast<std::uint32_t>(y)} << 32);
}
template <class Out>
__device__ __forceinline__ void store_one(Out* c, float x) {
  c->bits = static_cast<std::uint16_t>(ptx::pack<Out>(x, 0));
}
__device__ __forceinline__ void store_one(float* c, float x) { *c = x; }
__device__ __forceinline__ void store_one(std::int32_t* c, std::int32_t x) { *c = x; }

template <class Shape, class Out, class Sum>
__device__ __forceinline__ void store_tile(
    const GemmParams& p, TileAt tile, int warp_m, int warp_n, int lane,
    const Sum (&c)[Shape::kFragmentsM][Shape::kFragmentsN][4]) {
  auto* const out = static_cast<Out*>(p.c);
#pragma unroll
  for (int i = 0; i < Shape::kFragmentsM; ++i) {
#pragma unroll
    for (int j = 0; j < Shape::kFragmentsN; ++j) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const FragmentAt at = accumulator_at(lane, half);
        const std::int64_t row = tile.m * Shape::kM + warp_m * Shape::kWarpM + 16 * i + at.row;
        const std::int64_t col = tile.n * Shape::kN + warp_n * Shape::kWarpN + 8 * j + at.col;
        if (row >= p.m || col >= p.n) continue;
        Out* const to = out + row * p.ldc + col;
        if (p.paired && col + 1 < p.n) {
          store_pair(to, c[i][j][2 * half], c[i][j][2 * half + 1]);
        } else {
          store_one(to, c[i][j][2 * half]);
          if (col + 1 < p.n) store_one(to + 1, c[i][j][2 * half + 1]);
        }
      }
    }
  }
}

}  // namespace ga
