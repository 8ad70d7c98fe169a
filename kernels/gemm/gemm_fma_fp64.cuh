// The fp64 half of gemm_fma_kernel.cuh: products of 16 x 8 x 8 by mma.sync.
//
// Where the GPU has fp64 matrix units they bound it; a 64 x 32 warp tile reads 0.375 bytes of
// shared memory for a multiply-add. Consumer parts have few fp64 units: slow there, and right.
#pragma once

#include "kernels/gemm/gemm_fma_kernel.cuh"
#include "kernels/ptx/matrix_fp64.cuh"
#include "kernels/ptx/shared.cuh"

namespace ga {

struct Fp64Product : Fp64Shape {
  struct Accumulators {
    double at[kFragmentsM][kFragmentsN][4];
  };
  // A of one step; B of the current and of the next, in turn.
  struct Fragments {
    double a[kFragmentsM][2], b[2][kFragmentsN][4];
  };
  // Where a lane's chunks of fragment 0, k = 0 lie in a stage; A also at k = 8.
  struct Lane {
    std::uint32_t a[kSteps], b;
  };
  struct Copies {
    ChunkLoader<double> a, b;
    int k_left;  // of the operands from the thread's chunk of A on
    std::uint32_t to_a, to_b;
  };

  static __device__ __forceinline__ Lane lane(const FmaTile& tile) {
    const FmaAt a = fp64_a_lane(tile.lane), b = fp64_b_lane(tile.lane);
    const int left = fp64_a_offset(tile.warp_m * kWarpM + a.row, a.col);
    const int up = fp64_b_offset(b.row, tile.warp_n * kWarpN / kChunk + b.col);
    return {{static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(fp64_a_right(left))},
            static_cast<std::uint32_t>(kBytesA + up)};
  }

  static __device__ __forceinline__ Copies copies(const FmaParams& p, const FmaTile& tile) {
    const FmaAt a = fp64_a_copy(tile.thread), b = fp64_b_copy(tile.thread);
    return {chunk_loader<double>(p.a, p.lda, tile.row + a.row, a.col * kChunk, p.m, p.k),
            chunk_loader<double>(p.b, p.ldb, b.row, tile.col + b.col * kChunk, p.k, p.n),
            static_cast<int>(p.k - a.col * kChunk),
            static_cast<std::uint32_t>(fp64_a_offset(a.row, a.col)),
            static_cast<std::uint32_t>(kBytesA + fp64_b_offset(b.row, b.col))};
  }

  // One share of kShares: a chunk of A or of B.
  template <bool kChunked>
  static __device__ __forceinline__ void copy(const FmaParams& p, Copies& c, std::uint32_t stage,
                                              int share) {
    if (share < kCopiesA) {
      const auto down = static_cast<std::uint32_t>(fp64_a_offset(share * kRowStepA, 0));
      load_chunk<kChunked>(p.a, c.a, share * kRowStepA, stage + c.to_a + down);
      c.a.from += share + 1 < kCopiesA ? kRowStepA * p.lda : kK - (kM - kRowStepA) * p.lda;
    } else {
      const int i = share - kCopiesA, row = fp64_b_down(i);
      const auto down = static_cast<std::uint32_t>(row * kRowChunksB * kFmaChunkBytes);
      load_chunk<kChunked>(p.b, c.b, row, stage + c.to_b + down);
      c.b.from += (fp64_b_down(i + 1) - row) * p.ldb;
    }
  }

  static __device__ __forceinline__ void advance(const FmaParams&, Copies& c) {
    c.k_left -= kK;
    c.a.bytes = bytes_inside<double>(c.k_left);
    c.b.rows_left -= kK;
  }

  static __device__ __forceinline__ void load_a(Fragments& f, std::uint32_t stage, const Lane& lane,
                                                int step, int i) {
    const auto down = static_cast<std::uint32_t>(fp64_a_offset(8 * i, 0));
    ptx::load_shared(f.a[i], stage + lane.a[step] + down);
  }

  static __device__ __forceinline__ void load_b(Fragments& f, std::uint32_t stage, const Lane& lane,
                                                int step) {
#pragma unroll
    for (int j = 0; j < kFragmentsN; ++j) {
#pragma unroll
      for (int k = 0; k < 2; ++k) {
        double pair[2];
        const int down = (kStepK * step + k) * kRowChunksB + 8 * j;
        ptx::load_shared(pair, stage + lane.b + static_cast<std::uint32_t>(down * kFmaChunkBytes));
        f.b[step % 2][j][2 * k] = pair[0];
        f.b[step % 2][j][2 * k + 1] = pair[1];
      }
    }
  }

  static __device__ __forceinline__ void load(Fragments& f, std::uint32_t stage, const Lane& lane) {
    load_b(f, stage, lane, 0);
#pragma unroll
    for (int i = 0; i < kFragmentsM; ++i) load_a(f, stage, lane, 0, i);
  }

  // Step `step`; the one after it, of the stage given, goes to registers meanwhile. A fragment of A
  // takes the place of the one that was used last: there are too few registers for two sets.
  template <class Copy>
  static __device__ __forceinline__ void multiply(Accumulators& c, Fragments& f, int step,
                                                  std::uint32_t stage, const Lane& lane,
                                                  const Copy& copy_share) {
    const int next = (step + 1) % kSteps;
    load_b(f, stage, lane, next);
#pragma unroll
    for (int i = 0; i < kFragmentsM; ++i) {
#pragma unroll
      for (int j = 0; j < kFragmentsN; ++j) {
        ptx::mma_m16n8k8(c.at[i][j], f.b[step % 2][j], f.a[i]);
      }
      load_a(f, stage, lane, next, i);
      copy_share(i);
    }
  }

  static __device__ __forceinline__ void store(const FmaParams& p, const FmaTile& tile,
                                               const Accumulators& c) {
    const FmaAt at = fp64_c_lane(tile.lane);
    const std::int64_t row = tile.row + tile.warp_m * kWarpM + at.row;
    const std::int64_t col = tile.col + tile.warp_n * kWarpN + at.col;
#pragma unroll
    for (int i = 0; i < kFragmentsM; ++i) {
#pragma unroll
      for (int j = 0; j < kFragmentsN; ++j) {
#pragma unroll
        for (int down = 0; down < 2; ++down) {
          const double chunk[2] = {c.at[i][j][down], c.at[i][j][down + 2]};
          store_chunk(p, row + 8 * i + down, col + 16 * j, chunk);
        }
      }
    }
  }
};

}  // namespace ga
