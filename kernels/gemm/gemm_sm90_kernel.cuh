// GEMM for Hopper: C = A B by wgmma, fp32 accumulation, 2 m n k flops.
//
// Bound by the tensor cores, and on large products by power. A CTA stays on its SM and works
// through tiles. One thread of the first warpgroup, the producer, has TMA fill stages of 128 bytes
// along k; two consumer warpgroups multiply what has landed, each its half of the tile's rows, so
// that a stage of B serves both. Its accumulators fill half the registers, which the producer gives
// up. The tile leaves through shared memory by TMA, while the producer already fills the next
// stages. The order of additions depends on k alone.
//
// barrier     arrivals                       complete means
// full[s]     producer 1, and its bytes      stage s has landed
// empty[s]    each consumer warp of cluster  nobody reads stage s any more, here or in the peer
// named 1, 2  a consumer's 128 threads       staged boxes: read out; written
#pragma once

#include <cstdint>

#include "kernels/gemm/gemm_sm90_shape.h"
#include "kernels/ptx/async_copy.cuh"
#include "kernels/ptx/cluster.cuh"
#include "kernels/ptx/convert.cuh"
#include "kernels/ptx/mbarrier.cuh"
#include "kernels/ptx/special.cuh"
#include "kernels/ptx/tma.cuh"
#include "kernels/ptx/warpgroup.cuh"
#include "kernels/ptx/wgmma.cuh"

namespace ga {

struct Sm90Params {
  TensorMap a, b, c;
  Sm90Order order;
  std::uint32_t tiles_m, tiles_n;
  std::uint32_t k_tiles;  // stages of a tile, at least one
  std::uint32_t* smid;
};

// In builds with asserts a wait that cannot end is an error of the launch, and not a hang. No stage
// takes a thousandth of this, a sanitizer's slowness included.
#if defined(NDEBUG)
inline constexpr std::uint64_t kHangNs = 0;
#else
inline constexpr std::uint64_t kHangNs = 20'000'000'000;
#endif

__device__ __forceinline__ void wait(std::uint32_t barrier, std::uint32_t parity) {
  const std::uint64_t start = kHangNs == 0 ? 0 : ptx::globaltimer();
  while (!ptx::mbarrier_try_wait(barrier, parity)) {
    if (kHangNs != 0 && ptx::globaltimer() - start > kHangNs) ptx::trap();
  }
}

// One lane of a warp that has finished reading: to every CTA whose producer writes this stage.
template <class Shape>
__device__ __forceinline__ void release(std::uint32_t barrier) {
  if constexpr (Shape::kCluster == 1) {
    ptx::mbarrier_arrive(barrier);
  } else {
#pragma unroll
    for (std::uint32_t rank = 0; rank < Shape::kCluster; ++rank) {
      ptx::mbarrier_arrive_cluster(ptx::map_shared(barrier, rank));
    }
  }
}

// One stage: this CTA's rows of A; of B the boxes that are its share, for the whole cluster.
template <class Shape>
__device__ __forceinline__ void load_stage(const Sm90Params& p, Sm90Memory<Shape> memory, int stage,
                                           std::int32_t k, std::int32_t row, std::int32_t column,
                                           std::uint32_t rank, int depth) {
  const std::uint32_t full = memory.full(stage);
  ptx::mbarrier_arrive_expect(full, Shape::kStageBytes);
  ptx::tma_load(memory.a(stage), &p.a, full, k * depth, row);
#pragma unroll
  for (int i = 0; i < Shape::kBoxesBOwn; ++i) {
    if constexpr (Shape::kCluster == 1) {
      ptx::tma_load(memory.b(stage, i), &p.b, full, column + i * kBoxColumns, k * depth);
    } else {
      const int box = static_cast<int>(rank) * Shape::kBoxesBOwn + i;
      ptx::tma_load_multicast(memory.b(stage, box), &p.b, full, column + box * kBoxColumns,
                              k * depth, (1u << Shape::kCluster) - 1);
    }
  }
}

template <class Shape, class In>
__device__ __forceinline__ void produce(const Sm90Params& p, Sm90Memory<Shape> memory,
                                        std::uint32_t first, std::uint32_t step,
                                        std::uint32_t rank) {
  constexpr int kDepth = kStageDepthBytes / static_cast<int>(sizeof(In));
  ptx::tma_prefetch_map(&p.a);
  ptx::tma_prefetch_map(&p.b);
  ptx::tma_prefetch_map(&p.c);
  StageCursor at;
  for (std::uint32_t unit = first; unit < p.order.units(); unit += step) {
    const auto tile = p.order.tile(unit, Shape::kCluster, rank);
    const auto row = static_cast<std::int32_t>(tile.m * Shape::kM);
    const auto column = static_cast<std::int32_t>(tile.n * Shape::kN);
    for (std::uint32_t k = 0; k < p.k_tiles; ++k) {
      wait(memory.empty(at.stage), at.parity ^ 1);
      load_stage<Shape>(p, memory, at.stage, static_cast<std::int32_t>(k), row, column, rank,
                        kDepth);
      at.advance(Shape::kStages);
    }
  }
}

// The products of one stage, for the rows of one consumer.
template <class Shape, class In>
__device__ __forceinline__ void multiply_stage(float (&c)[Shape::kBlocks][Shape::kAccumulators],
                                               Sm90Memory<Shape> memory, int stage, int consumer,
                                               bool accumulate) {
  static_assert(sizeof(In) == 2, "B lies along n: other sizes need it along k");
  const std::uint64_t a = sm90_descriptor_a(memory.a(stage));
  const std::uint64_t b = sm90_descriptor_b(memory.b(stage, 0));
#pragma unroll
  for (int step = 0; step < kStageSteps; ++step) {
    const auto along = static_cast<std::uint32_t>(step);
#pragma unroll
    for (int block = 0; block < Shape::kBlocks; ++block) {
      const int rows = consumer * Shape::kRows + block * kWgmmaRows;
      const auto down = static_cast<std::uint32_t>(rows) * kBoxRowBytes;
      ptx::wgmma<In>(c[block], wgmma_advance(a, down + along * kStepBytesA),
                     wgmma_advance(b, along * kStepBytesB), accumulate || step > 0 ? 1 : 0);
    }
  }
}

// All stages of one tile. A stage is released once the next one's products have been issued: then
// one group is pending at most, and it is not the one that reads it.
template <class Shape, class In>
__device__ __forceinline__ void multiply_tile(const Sm90Params& p, Sm90Memory<Shape> memory,
                                              float (&c)[Shape::kBlocks][Shape::kAccumulators],
                                              StageCursor& at, int consumer, bool first_lane) {
  int last = at.stage;
  for (std::uint32_t k = 0; k < p.k_tiles; ++k) {
    wait(memory.full(at.stage), at.parity);
    ptx::wgmma_fence();
    multiply_stage<Shape, In>(c, memory, at.stage, consumer, k > 0);
    ptx::wgmma_commit();
    ptx::wgmma_wait<1>();
    if (k > 0 && first_lane) release<Shape>(memory.empty(last));
    last = at.stage;
    at.advance(Shape::kStages);
  }
  ptx::wgmma_wait<0>();
  if (first_lane) release<Shape>(memory.empty(last));
#pragma unroll
  for (int block = 0; block < Shape::kBlocks; ++block) ptx::wgmma_settle(c[block]);
}

// One box of a block of 64 rows into shared memory, as TMA will read it.
template <class Out, int kCount>
__device__ __forceinline__ void stage_box(const float (&c)[kCount], int box, std::uint32_t to,
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
template <class Shape, class Out>
__device__ __forceinline__ void store_block(const Sm90Params& p, Sm90Memory<Shape> memory,
                                            const float (&c)[Shape::kAccumulators], int consumer,
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
      ptx::tma_store(&p.c, staged, column + box * kColumns, row);
      ptx::bulk_commit();
    }
  }
}

template <class Shape, class In, class Out>
__device__ __forceinline__ void consume(const Sm90Params& p, Sm90Memory<Shape> memory,
                                        std::uint32_t first, std::uint32_t step, std::uint32_t rank,
                                        int block_warp) {
  constexpr int kWarps = kWarpgroup / 32;
  const int consumer = block_warp / kWarps - 1;
  const int warp = block_warp % kWarps;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  float c[Shape::kBlocks][Shape::kAccumulators] = {};
  StageCursor at;
  for (std::uint32_t unit = first; unit < p.order.units(); unit += step) {
    multiply_tile<Shape, In>(p, memory, c, at, consumer, lane == 0);
    const auto tile = p.order.tile(unit, Shape::kCluster, rank);
    const auto row = static_cast<std::int32_t>(tile.m * Shape::kM) + consumer * Shape::kRows;
    const auto column = static_cast<std::int32_t>(tile.n * Shape::kN);
#pragma unroll
    for (int block = 0; block < Shape::kBlocks; ++block) {
      store_block<Shape, Out>(p, memory, c[block], consumer, column, row + block * kWgmmaRows, warp,
                              lane);
    }
    const bool records = p.smid != nullptr && consumer == 0 && warp == 0 && lane == 0;
    if (records && tile.m < p.tiles_m) p.smid[tile.m * p.tiles_n + tile.n] = ptx::smid();
  }
  if (warp == 0 && ptx::elect())
    ptx::bulk_wait<0>();  // shared memory may not go before it has been read
}

template <class Shape>
__device__ __forceinline__ void init_barriers(Sm90Memory<Shape> memory) {
#pragma unroll
  for (int stage = 0; stage < Shape::kStages; ++stage) {
    ptx::mbarrier_init(memory.full(stage), 1);
    ptx::mbarrier_init(memory.empty(stage), Shape::kEmptyArrivals);
  }
  ptx::mbarrier_init_fence();
  ptx::fence_proxy_async();
}

// All threads of the cluster: before it nobody uses a peer's barriers, after it nobody will.
template <class Shape>
__device__ __forceinline__ void meet() {
  if constexpr (Shape::kCluster == 1) {
    __syncthreads();
  } else {
    ptx::cluster_arrive();
    ptx::cluster_wait();
  }
}

template <class Shape, class In, class Out>
__launch_bounds__(Shape::kThreads, 1) __global__
    void gemm_sm90_kernel(const __grid_constant__ Sm90Params p) {
  const Sm90Memory<Shape> memory{ptx::shared_address(ptx::dynamic_shared())};
  const std::uint32_t rank = Shape::kCluster == 1 ? 0 : ptx::cluster_rank();
  const std::uint32_t first = blockIdx.x / Shape::kCluster;
  const std::uint32_t step = gridDim.x / Shape::kCluster;
  if (threadIdx.x == 0) init_barriers<Shape>(memory);
  meet<Shape>();
  const int warp = ptx::warp_uniform(static_cast<int>(threadIdx.x) / 32);
  if (warp < kWarpgroup / 32) {
    ptx::setmaxnreg_dec<Shape::kProducerRegisters>();
    if (warp == 0 && ptx::elect()) produce<Shape, In>(p, memory, first, step, rank);
  } else {
    ptx::setmaxnreg_inc<Shape::kConsumerRegisters>();
    consume<Shape, In, Out>(p, memory, first, step, rank, warp);
  }
  if constexpr (Shape::kCluster > 1) meet<Shape>();
}

}  // namespace ga
