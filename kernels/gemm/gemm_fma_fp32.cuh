// The fp32 half of gemm_fma_kernel.cuh: one chain of fused multiply-adds for each element of C, in
// the order of k, on the ordinary fp32 lanes.
//
// A thread computes 8 x 16 elements: 6 loads of 16 bytes for 128 multiply-adds. A is copied element
// by element, so that it lies transposed in shared memory: 8 copies a thread for 1024
// multiply-adds.
#pragma once

#include "kernels/gemm/gemm_fma_kernel.cuh"
#include "kernels/ptx/fma.cuh"
#include "kernels/ptx/shared.cuh"

namespace ga {

struct Fp32Product : Fp32Shape {
  struct Accumulators {
    float at[4 * kBlocksM][4 * kBlocksN];
  };
  // Of the current step and of the next, in turn.
  struct Fragments {
    float a[2][kBlocksM][4], b[2][kBlocksN][4];
  };
  // Where a lane's elements of k = 0 lie in a stage.
  struct Lane {
    std::uint32_t a, b;
  };
  struct Copies {
    // Elements of A, one row each; below the last row, the last once more.
    const float* a[kCopiesA];
    std::uint32_t k;  // their column
    std::uint32_t to_a, to_b;
    ChunkLoader<float> b;
  };

  static __device__ __forceinline__ Lane lane(const FmaTile& tile) {
    const FmaAt at = fp32_lane(tile.lane);
    return {static_cast<std::uint32_t>(fp32_a_offset(tile.warp_m * kWarpM + at.row, 0)),
            static_cast<std::uint32_t>(kBytesA + fp32_b_offset(0, tile.warp_n * kWarpN + at.col))};
  }

  static __device__ __forceinline__ Copies copies(const FmaParams& p, const FmaTile& tile) {
    Copies c;
    const FmaAt a = fp32_a_copy(tile.thread);
    c.k = static_cast<std::uint32_t>(a.col);
    c.to_a = static_cast<std::uint32_t>(fp32_a_offset(a.row, a.col));
#pragma unroll
    for (int i = 0; i < kCopiesA; ++i) {
      const std::int64_t row = tile.row + a.row + i * kRowStepA;
      c.a[i] =
          static_cast<const float*>(p.a) + (row < p.m ? row : p.m - 1) * p.lda + inside(p, c.k);
    }
    const FmaAt b = fp32_b_copy(tile.thread);
    c.b = chunk_loader<float>(p.b, p.ldb, b.row, tile.col + b.col, p.k, p.n);
    c.to_b = static_cast<std::uint32_t>(kBytesA + fp32_b_offset(b.row, b.col));
    return c;
  }

  // The shares of two steps: ptxas puts three idle instructions before a copy that follows a load
  // of shared memory, so that copies should follow copies.
  template <bool kChunked>
  static __device__ __forceinline__ void copy(const FmaParams& p, Copies& c, std::uint32_t stage,
                                              int share) {
    if (share != 1 && share != 4) return;
    const int half = share / 4;
    const int bytes = c.k < static_cast<std::uint32_t>(p.k) ? 4 : 0;
#pragma unroll
    for (int i = 0; i < kCopiesA; ++i) {
      if (i / (kCopiesA / 2) != half) continue;
      const auto down = static_cast<std::uint32_t>(fp32_a_offset(i * kRowStepA, 0));
      ptx::cp_async_4(stage + c.to_a + down, c.a[i], bytes);
    }
    const auto down = static_cast<std::uint32_t>(fp32_b_offset(half * kRowStepB, 0));
    load_chunk<kChunked>(p.b, c.b, half * kRowStepB, stage + c.to_b + down);
    c.b.from += kRowStepB * p.ldb;
  }

  static __device__ __forceinline__ void advance(const FmaParams& p, Copies& c) {
    const std::uint32_t right = inside(p, c.k + kK) - inside(p, c.k);
#pragma unroll
    for (int i = 0; i < kCopiesA; ++i) c.a[i] += right;
    c.k += kK;
    c.b.rows_left -= kK;
  }

  // A column of A that there is: an address must be valid even where nothing is read.
  static __device__ __forceinline__ std::uint32_t inside(const FmaParams& p, std::uint32_t k) {
    const auto last = static_cast<std::uint32_t>(p.k - 1);
    return k < last ? k : last;
  }

  static __device__ __forceinline__ void load_step(Fragments& f, std::uint32_t stage, Lane lane,
                                                   int step) {
#pragma unroll
    for (int i = 0; i < kBlocksM; ++i) {
      const auto offset = static_cast<std::uint32_t>(fp32_a_offset(i * kBlockM, step));
      ptx::load_shared(f.a[step % 2][i], stage + lane.a + offset);
    }
#pragma unroll
    for (int j = 0; j < kBlocksN; ++j) {
      const auto offset = static_cast<std::uint32_t>(fp32_b_offset(step, j * kBlockN));
      ptx::load_shared(f.b[step % 2][j], stage + lane.b + offset);
    }
  }

  static __device__ __forceinline__ void load(Fragments& f, std::uint32_t stage, Lane lane) {
    load_step(f, stage, lane, 0);
  }

  // Step `step`; the one after it, of the stage given, goes to registers meanwhile.
  template <class Copy>
  static __device__ __forceinline__ void multiply(Accumulators& c, Fragments& f, int step,
                                                  std::uint32_t stage, Lane lane,
                                                  const Copy& copy_share) {
    copy_share(step);
    load_step(f, stage, lane, (step + 1) % kSteps);
    const auto& a = f.a[step % 2];
    const auto& b = f.b[step % 2];
#pragma unroll
    for (int i = 0; i < 4 * kBlocksM; ++i) {
#pragma unroll
      for (int j = 0; j < 4 * kBlocksN; j += 2) {
        ptx::fma_pair(c.at[i][j], c.at[i][j + 1], a[i / 4][i % 4], b[j / 4][j % 4],
                      b[j / 4][j % 4 + 1]);
      }
    }
  }

  static __device__ __forceinline__ void store(const FmaParams& p, const FmaTile& tile,
                                               const Accumulators& c) {
    const FmaAt at = fp32_lane(tile.lane);
    const std::int64_t row = tile.row + tile.warp_m * kWarpM + at.row;
    const std::int64_t col = tile.col + tile.warp_n * kWarpN + at.col;
#pragma unroll
    for (int i = 0; i < 4 * kBlocksM; ++i) {
#pragma unroll
      for (int j = 0; j < kBlocksN; ++j) {
        const float chunk[4] = {c.at[i][4 * j], c.at[i][4 * j + 1], c.at[i][4 * j + 2],
                                c.at[i][4 * j + 3]};
        store_chunk(p, row + i / 4 * kBlockM + i % 4, col + j * kBlockN, chunk);
      }
    }
  }
};

}  // namespace ga
