// GEMM for Hopper: C = A B by wgmma, sums in fp32 or, of int8, in int32; 2 m n k flops.
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
#include "kernels/gemm/gemm_sm90_store.cuh"
#include "kernels/gemm/gemm_sm90_wait.cuh"
#include "kernels/ptx/async_copy.cuh"
#include "kernels/ptx/cluster.cuh"
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

// A box of B: to every CTA of the cluster.
template <class Shape>
__device__ __forceinline__ void load_shared_box(std::uint32_t to, const TensorMap* map,
                                                std::uint32_t full, std::int32_t x,
                                                std::int32_t y) {
  if constexpr (Shape::kCluster == 1) {
    ptx::tma_load(to, map, full, x, y);
  } else {
    ptx::tma_load_multicast(to, map, full, x, y, (1u << Shape::kCluster) - 1);
  }
}

// One stage: this CTA's rows of A; of B the blocks that are its share, for the whole cluster.
template <class Shape, class In>
__device__ __forceinline__ void load_stage(const Sm90Params& p, Sm90Memory<Shape> memory, int stage,
                                           std::int32_t k, std::int32_t row, std::int32_t column,
                                           std::uint32_t rank) {
  const std::uint32_t full = memory.full(stage);
  ptx::mbarrier_arrive_expect(full, Shape::kStageBytes);
  ptx::tma_load(memory.a(stage), &p.a, full, k, row);
  const int first = static_cast<int>(rank) * Shape::kBlocksBOwn;
  if constexpr (kAlongK<In>) {
    load_shared_box<Shape>(memory.b(stage, first), &p.b, full, k, column + first * kBlockColumns);
  } else {
#pragma unroll
    for (int i = 0; i < Shape::kBlocksBOwn; ++i) {
      load_shared_box<Shape>(memory.b(stage, first + i), &p.b, full,
                             column + (first + i) * kBlockColumns, k);
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
      load_stage<Shape, In>(p, memory, at.stage, static_cast<std::int32_t>(k) * kDepth, row, column,
                            rank);
      at.advance(Shape::kStages);
    }
  }
}

// What a thread of a consumer has of its rows' sums.
template <class Shape, class In>
using Sums = SumOf<In>[Shape::kBlocks][Shape::kAccumulators];

// The products of one stage, for the rows of one consumer.
template <class Shape, class In>
__device__ __forceinline__ void multiply_stage(Sums<Shape, In>& c, Sm90Memory<Shape> memory,
                                               int stage, int consumer, bool accumulate) {
  constexpr std::uint32_t kStepB = kAlongK<In> ? kStepAlongK : kStepAlongN;
  const std::uint64_t a = sm90_descriptor_along_k(memory.a(stage));
  const std::uint64_t b = kAlongK<In> ? sm90_descriptor_along_k(memory.b(stage, 0))
                                      : sm90_descriptor_along_n(memory.b(stage, 0));
#pragma unroll
  for (int step = 0; step < kStageSteps; ++step) {
    const auto along = static_cast<std::uint32_t>(step);
#pragma unroll
    for (int block = 0; block < Shape::kBlocks; ++block) {
      const int rows = consumer * Shape::kRows + block * kWgmmaRows;
      const auto down = static_cast<std::uint32_t>(rows) * kBoxRowBytes;
      ptx::wgmma<In>(c[block], wgmma_advance(a, down + along * kStepAlongK),
                     wgmma_advance(b, along * kStepB), accumulate || step > 0 ? 1 : 0);
    }
  }
}

// All stages of one tile. A stage is released once the next one's products have been issued: then
// one group is pending at most, and it is not the one that reads it.
template <class Shape, class In>
__device__ __forceinline__ void multiply_tile(const Sm90Params& p, Sm90Memory<Shape> memory,
                                              Sums<Shape, In>& c, StageCursor& at, int consumer,
                                              bool first_lane) {
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

// The same, promoted: the products of a stage are waited for and added in fp32, while the tensor
// cores have those of the other consumer.
template <class Shape, class In>
__device__ __forceinline__ void multiply_tile_promoted(const Sm90Params& p,
                                                       Sm90Memory<Shape> memory,
                                                       Sums<Shape, In>& sums, StageCursor& at,
                                                       int consumer, bool first_lane) {
  Sums<Shape, In> c = {};
#pragma unroll
  for (auto& block : sums) {
#pragma unroll
    for (auto& sum : block) sum = 0;
  }
  for (std::uint32_t k = 0; k < p.k_tiles; ++k) {
    wait(memory.full(at.stage), at.parity);
    ptx::wgmma_fence();
    multiply_stage<Shape, In>(c, memory, at.stage, consumer, false);
    ptx::wgmma_commit();
    ptx::wgmma_wait<0>();
    if (first_lane) release<Shape>(memory.empty(at.stage));
#pragma unroll
    for (int block = 0; block < Shape::kBlocks; ++block) {
      ptx::wgmma_settle(c[block]);
#pragma unroll
      for (int i = 0; i < Shape::kAccumulators; ++i) {
        sums[block][i] += c[block][i];
      }
    }
    at.advance(Shape::kStages);
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
  Sums<Shape, In> c = {};
  StageCursor at;
  for (std::uint32_t unit = first; unit < p.order.units(); unit += step) {
    if constexpr (Shape::kPromotes) {
      multiply_tile_promoted<Shape, In>(p, memory, c, at, consumer, lane == 0);
    } else {
      multiply_tile<Shape, In>(p, memory, c, at, consumer, lane == 0);
    }
    const auto tile = p.order.tile(unit, Shape::kCluster, rank);
    const auto row = static_cast<std::int32_t>(tile.m * Shape::kM) + consumer * Shape::kRows;
    const auto column = static_cast<std::int32_t>(tile.n * Shape::kN);
#pragma unroll
    for (int block = 0; block < Shape::kBlocks; ++block) {
      store_block<Shape, Out>(p.c, memory, c[block], consumer, column, row + block * kWgmmaRows,
                              warp, lane);
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
