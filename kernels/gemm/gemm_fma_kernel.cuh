// GEMM in fp32 and fp64: C = A B, 2 m n k flops, one kernel around two ways to multiply.
//
// Bound by the fp32 lanes or the fp64 matrix units. A CTA computes one tile of C; stages of shared
// memory are filled by cp.async while earlier ones are multiplied; the operands of the next step go
// to registers while the current one is multiplied. The order of additions depends on k alone.
// Rows of A below its last and columns of B right of its last are multiplied and not stored; along
// k both are continued by zeros.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/gemm/gemm_fma_index.h"
#include "kernels/gemm/placement.h"
#include "kernels/ptx/async_copy.cuh"
#include "kernels/ptx/global.cuh"
#include "kernels/ptx/special.cuh"

namespace ga {

struct FmaParams {
  const void* a;
  const void* b;
  void* c;
  std::int64_t m, n, k;
  std::int64_t lda, ldb, ldc;
  std::int64_t tiles_m, tiles_n;
  Placement placement;
  std::uint32_t* smid;
  bool chunked_c;  // 16 bytes can be stored at once
};

// The threads of a CTA, and where its tile begins.
struct FmaTile {
  std::int64_t row, col;
  int warp_m, warp_n, lane, thread;
};

// A thread's chunks of an operand: one column of them, several rows.
template <class T>
struct ChunkLoader {
  const T* from;  // the next one. One pointer that moves: products of rows and pitch take registers
  int rows_left;  // of the operand from the first chunk of the stage on, or negative
  int bytes;      // of a chunk that the operand has
};

// The bytes of a chunk that begins `left` elements before the end of its row.
template <class T>
__device__ __forceinline__ int bytes_inside(int left) {
  constexpr int kSize = sizeof(T);
  return left >= kFmaChunkBytes / kSize ? kFmaChunkBytes : left > 0 ? kSize * left : 0;
}

template <class T>
__device__ __forceinline__ ChunkLoader<T> chunk_loader(const void* data, std::int64_t ld,
                                                       std::int64_t row, std::int64_t col,
                                                       std::int64_t rows, std::int64_t cols) {
  return {static_cast<const T*>(data) + row * ld + col, static_cast<int>(rows - row),
          bytes_inside<T>(static_cast<int>(cols - col))};
}

__device__ __forceinline__ void copy_element(std::uint32_t to, const float* from, int bytes) {
  ptx::cp_async_4(to, from, bytes);
}
__device__ __forceinline__ void copy_element(std::uint32_t to, const double* from, int bytes) {
  ptx::cp_async_8(to, from, bytes);
}

// Copies the loader's next chunk, `down` rows below the first of the stage, to shared address `to`;
// what lies outside the operand `data` becomes zero. An address must be valid even where nothing is
// read.
template <bool kChunked, class T>
__device__ __forceinline__ void load_chunk(const void* data, const ChunkLoader<T>& loader, int down,
                                           std::uint32_t to) {
  const int bytes = down < loader.rows_left ? loader.bytes : 0;
  if constexpr (kChunked) {
    ptx::cp_async_16(to, bytes > 0 ? loader.from : data, bytes);
  } else {
    constexpr int kSize = sizeof(T);
#pragma unroll
    for (int i = 0; i < kFmaChunkBytes / kSize; ++i) {
      const bool inside = kSize * i < bytes;
      copy_element(to + static_cast<std::uint32_t>(kSize * i),
                   inside ? loader.from + i : static_cast<const T*>(data), inside ? kSize : 0);
    }
  }
}

// Neighbours of a row of C, 16 bytes of them.
template <class T, int kElements>
__device__ __forceinline__ void store_chunk(const FmaParams& p, std::int64_t row, std::int64_t col,
                                            const T (&value)[kElements]) {
  static_assert(kElements * sizeof(T) == kFmaChunkBytes);
  if (row >= p.m) return;
  T* const to = static_cast<T*>(p.c) + row * p.ldc + col;
  if (p.chunked_c && col + kElements <= p.n) {
    ptx::Vector v;
    std::memcpy(&v, value, sizeof v);
    ptx::store_streaming(reinterpret_cast<ptx::Vector*>(to), v);
  } else {
#pragma unroll
    for (int i = 0; i < kElements; ++i) {
      if (col + i < p.n) to[i] = value[i];
    }
  }
}

// Product gives the shape, a thread's Copies, Fragments and Accumulators, and what is done to them:
// gemm_fma_fp32.cuh, gemm_fma_fp64.cuh. kChunked: rows of the operands can be read in chunks.
template <class Product, bool kChunked>
__launch_bounds__(Product::kThreads, Product::kCtasPerSm) __global__
    void gemm_fma_kernel(FmaParams p) {
  constexpr int kStages = Product::kStages, kSteps = Product::kSteps;
  constexpr auto kStageBytes = static_cast<std::uint32_t>(Product::kStageBytes);
  const std::uint32_t shared = ptx::shared_address(ptx::dynamic_shared());
  const int thread = static_cast<int>(threadIdx.x);
  const TileAt at = raster(placed(p.placement, blockIdx.x), p.tiles_m, p.tiles_n, kRasterGroup);
  const FmaTile tile{at.m * Product::kM,
                     at.n * Product::kN,
                     thread / 32 % Product::kWarpsM,
                     thread / 32 / Product::kWarpsM,
                     thread % 32,
                     thread};
  const int k_tiles = static_cast<int>((p.k + Product::kK - 1) / Product::kK);

  // Every stage is one group of copies. Behind the last of k they read nothing and write zeros,
  // which nobody reads: cheaper than a branch in the middle of the multiplications.
  auto copies = Product::copies(p, tile);
#pragma unroll
  for (int s = 0; s < kStages - 1; ++s) {
#pragma unroll
    for (int share = 0; share < Product::kShares; ++share) {
      Product::template copy<kChunked>(p, copies, shared + s * kStageBytes, share);
    }
    Product::advance(p, copies);
    ptx::cp_async_commit();
  }

  typename Product::Accumulators c{};
  typename Product::Fragments fragments;
  const auto lane = Product::lane(tile);
  ptx::cp_async_wait<kStages - 2>();
  __syncthreads();
  Product::load(fragments, shared, lane);

  std::uint32_t read = shared;                                 // the stage being multiplied
  std::uint32_t write = shared + (kStages - 1) * kStageBytes;  // being filled: the one read before
  for (int k_tile = 0; k_tile < k_tiles; ++k_tile) {
#pragma unroll
    for (int step = 0; step < kSteps; ++step) {
      if (step == kSteps - 1) {
        // The next stage has landed for this thread; after the barrier, for all, and nobody reads
        // the stage that is filled next any more.
        ptx::cp_async_commit();
        ptx::cp_async_wait<kStages - 2>();
        __syncthreads();
        Product::advance(p, copies);
        write = read;
        read = read == shared + (kStages - 1) * kStageBytes ? shared : read + kStageBytes;
      }
      // A share of the next stage's copies before each share of the multiplications.
      Product::multiply(c, fragments, step, read, lane, [&](int share) {
        if (step < kSteps - 1) Product::template copy<kChunked>(p, copies, write, share);
      });
    }
  }
  ptx::cp_async_wait<0>();  // no copy outlives its CTA

  Product::store(p, tile, c);
  if (p.smid != nullptr && thread == 0) p.smid[at.m * p.tiles_n + at.n] = ptx::smid();
}

}  // namespace ga
