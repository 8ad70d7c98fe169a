// How a tile of the Hopper GEMM leaves: registers to shared memory, and TMA from there to C.
#pragma once

#include <cstdint>

#include "kernels/gemm/gemm_sm90_shape.h"
#include "kernels/ptx/async_copy.cuh"
#include "kernels/ptx/convert.cuh"
#include "kernels/ptx/tma.cuh"
#include "kernels/ptx/warpgroup.cuh"

namespace ga {

// One box of a block of 64 rows into shared memory, as TMA will read it.
template <class Out, class Sum, int kCount>
__device__ __forceinline__ void stage_box(const Sum (&c)[kCount], int box, std::uint32_t to,
                                          int warp, int lane) {
  constexpr int kFragments = static_cast<int>(kBoxRowBytes / sizeof(Out)) / 8;  // 8 columns each
#pragma unroll
  for (int j = 0; j < kFragments; j += 2) {
    const int at = 4 * (box * kFragments + j);
    if constexpr (sizeof(Out) == 2) {
      const std::uint32_t pairs[4] = {
          ptx::pack<Out>(c[at], c[at + 1]), ptx::pack<Out>(c[at + 2], c[at + 3]),
          ptx::pack<Out>(c[at + 4], c[at + 5]), ptx::pack<Out>(c[at + 6], c[at + 7])};
      const ChunkAt mine = ldmatrix_at(lane);
      const int byte = (j + mine.chunk) * kChunkBytes;
      ptx::stmatrix_x4(to + staged_offset(16 * warp + mine.row, byte), pairs);
    } else {
#pragma unroll
      for (int i = 0; i < 4; ++i) {  // the upper and the lower half of two fragments
        const FragmentAt mine = accumulator_at(lane, i % 2);
        const int byte = (8 * (j + i / 2) + mine.col) * 4;
        ptx::store_shared(to + staged_offset(16 * warp + mine.row, byte), c[at + 2 * i],
                          c[at + 2 * i + 1]);
      }
    }
  }
}

// One block of 64 rows to C. Two boxes take turns: while TMA reads one the other is written. Only
// the thread that issues the stores can wait for them: the elected one of warp 0.
template <class Shape, class Out, class Sum>
__device__ __forceinline__ void store_block(const TensorMap& map, Sm90Memory<Shape> memory,
                                            const Sum (&c)[Shape::kAccumulators], int consumer,
                                            std::int32_t column, std::int32_t row, int warp,
                                            int lane) {
  constexpr int kColumns = static_cast<int>(kBoxRowBytes / sizeof(Out));
  constexpr int kBoxes = Shape::kN / kColumns;
  static_assert(kBoxes % kStagedBoxes == 0, "the next block must find the same turn");
  const auto barrier = static_cast<std::uint32_t>(1 + consumer);
#pragma unroll
  for (int box = 0; box < kBoxes; ++box) {
    const std::uint32_t staged = memory.staged(consumer, box % kStagedBoxes);
    if (warp == 0 && ptx::elect()) ptx::bulk_wait_read<kStagedBoxes - 1>();
    ptx::named_barrier(barrier, kWarpgroup);
    stage_box<Out>(c, box, staged, warp, lane);
    ptx::fence_proxy_async();
    ptx::named_barrier(barrier, kWarpgroup);
    if (warp == 0 && ptx::elect()) {
      ptx::tma_store(&map, staged, column + box * kColumns, row);
      ptx::bulk_commit();
    }
  }
}

}  // namespace ga
