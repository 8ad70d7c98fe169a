// Attention for Hopper: O = softmax(scale Q K^T) V by wgmma and TMA, sums in fp32; 4 dim flops a
// visible pair of query and key.
//
// Bound by the tensor cores, for dim 64 by the exponentials as well: 16 a clock and SM. A CTA stays
// on its SM and works through tiles: rows of one head. One thread of the first warpgroup, the
// producer, has TMA fetch a tile's Q and then K and V, 128 keys at a time, from the last visible
// ones to the first: so the steps that need a mask come first, and the others have no mask code.
// Each consumer warpgroup has 64 rows, their scores and O in its registers; probabilities are
// the first operand of the second product where they are, in registers. The products of the next
// scores are issued before those with V, so that the softmax of the next step runs while the tensor
// cores multiply with V; and consumers take turns in issuing, so that one has the tensor cores
// while another has its softmax. The order of additions depends on the shape alone.
//
// barrier          arrivals                   complete means
// full_q           producer 1, and its bytes  Q of the tile has landed
// empty_q          each consumer warp         nobody reads Q any more
// full_k, full_v   producer 1, and its bytes  the stage of K, of V has landed
// empty_k, _v      each consumer warp         nobody reads the stage any more
// named 1 ...      a consumer's 128 threads   staged boxes: read out; written
// named 1 + n ...  two consumers' 256         consumer i may issue: the one before it has
//
// A tile of which no row sees a key has no step: nothing is fetched or waited for, O is 0.
#pragma once

#include <cstdint>

#include "kernels/attention/attention_sm90_shape.h"
#include "kernels/attention/attention_sm90_softmax.cuh"
#include "kernels/gemm/gemm_sm90_store.cuh"
#include "kernels/gemm/gemm_sm90_wait.cuh"
#include "kernels/ptx/async_copy.cuh"
#include "kernels/ptx/mbarrier.cuh"
#include "kernels/ptx/special.cuh"
#include "kernels/ptx/tma.cuh"
#include "kernels/ptx/warpgroup.cuh"
#include "kernels/ptx/wgmma.cuh"

namespace ga {

struct AttentionSm90Params {
  TensorMap q, k, v, o;
  AttentionSm90Order order;
  AttentionKeys keys;
  std::uint32_t heads;  // of a batch
  std::uint32_t group;  // of them, that share a head of K and V
  float scale_log2;
  float* lse;
  std::uint32_t* smid;
};

// The next step of K and of V, and the next tile's Q, for a producer or a consumer.
struct AttentionCursors {
  StageCursor q, k, v;
};

template <class Shape>
__device__ __forceinline__ void load_boxes(const TensorMap& map, std::uint32_t to, int box_bytes,
                                           std::uint32_t full, BoxAt at) {
  ptx::mbarrier_arrive_expect(full, static_cast<std::uint32_t>(Shape::kBoxes * box_bytes));
#pragma unroll
  for (int box = 0; box < Shape::kBoxes; ++box) {
    ptx::tma_load(to + static_cast<std::uint32_t>(box * box_bytes), &map, full,
                  {.col = box * kBoxDims, .head = at.head, .row = at.row, .batch = at.batch});
  }
}

template <class Shape>
__device__ __forceinline__ void load_k(const AttentionSm90Params& p,
                                       AttentionSm90Memory<Shape> memory, StageCursor& at,
                                       BoxAt from, std::int32_t step) {
  wait(memory.empty_k(at.stage), at.parity ^ 1);
  from.row = step * kAttentionKeys;
  load_boxes<Shape>(p.k, memory.k(at.stage, 0), Shape::kBoxBytesKV, memory.full_k(at.stage), from);
  at.advance(Shape::kStages);
}

template <class Shape>
__device__ __forceinline__ void load_v(const AttentionSm90Params& p,
                                       AttentionSm90Memory<Shape> memory, StageCursor& at,
                                       BoxAt from, std::int32_t step) {
  wait(memory.empty_v(at.stage), at.parity ^ 1);
  from.row = step * kAttentionKeys;
  load_boxes<Shape>(p.v, memory.v(at.stage, 0), Shape::kBoxBytesKV, memory.full_v(at.stage), from);
  at.advance(Shape::kStages);
}

// In the order in which the consumers want it: K is a step ahead of V.
template <class Shape>
__device__ __forceinline__ void produce(const AttentionSm90Params& p,
                                        AttentionSm90Memory<Shape> memory) {
  ptx::tma_prefetch_map(&p.q);
  ptx::tma_prefetch_map(&p.k);
  ptx::tma_prefetch_map(&p.v);
  ptx::tma_prefetch_map(&p.o);
  AttentionCursors at;
  for (std::uint32_t round = 0; round * gridDim.x < p.order.tiles(); ++round) {
    const std::uint32_t unit = AttentionSm90Order::unit(round, blockIdx.x, gridDim.x);
    if (unit >= p.order.tiles()) continue;
    const AttentionSm90Order::Tile tile = p.order.tile(unit);
    const auto row = static_cast<std::int32_t>(tile.tile) * Shape::kRows;
    const std::int32_t steps = p.keys.steps(row, Shape::kRows);
    if (steps == 0) continue;
    const std::uint32_t head = tile.head % p.heads;
    const auto batch = static_cast<std::int32_t>(tile.head / p.heads);
    const BoxAt of_kv{.head = static_cast<std::int32_t>(head / p.group), .batch = batch};
    load_k<Shape>(p, memory, at.k, of_kv, steps - 1);
    wait(memory.empty_q(), at.q.parity ^ 1);
    load_boxes<Shape>(p.q, memory.q(0), Shape::kBoxBytesQ, memory.full_q(),
                      {.head = static_cast<std::int32_t>(head), .row = row, .batch = batch});
    at.q.advance(1);
    for (std::int32_t step = steps - 1; step > 0; --step) {
      load_k<Shape>(p, memory, at.k, of_kv, step - 1);
      load_v<Shape>(p, memory, at.v, of_kv, step);
    }
    load_v<Shape>(p, memory, at.v, of_kv, 0);
  }
}

// A consumer's turn to issue products. Its end is the next one's beginning; the last consumer's
// last turn is waited for by the first, so that no barrier is left half full.
template <class Shape>
__device__ __forceinline__ void begin_turn(int consumer) {
  ptx::named_barrier(static_cast<std::uint32_t>(Shape::kTurnBarrier + consumer), 2 * kWarpgroup);
}
template <class Shape>
__device__ __forceinline__ void end_turn(int consumer) {
  const int next = consumer + 1 == Shape::kConsumers ? 0 : consumer + 1;
  ptx::named_barrier_arrive(static_cast<std::uint32_t>(Shape::kTurnBarrier + next), 2 * kWarpgroup);
}

// What a thread of a consumer knows of itself and of its tile.
struct AttentionConsumer {
  int index, warp, lane;
  std::int32_t row = 0;       // the consumer's first
  std::int32_t seen[2] = {};  // visible keys of the thread's two rows
};

// The scores of a step: Q K^T, both along dim.
template <class Shape, class T>
__device__ __forceinline__ void multiply_keys(Scores& s, AttentionSm90Memory<Shape> memory,
                                              int stage, int consumer) {
  const auto down = static_cast<std::uint32_t>(consumer * kWgmmaRows) * kBoxRowBytes;
#pragma unroll
  for (int box = 0; box < Shape::kBoxes; ++box) {
    const std::uint64_t q = sm90_descriptor_along_k(memory.q(box) + down);
    const std::uint64_t k = sm90_descriptor_along_k(memory.k(stage, box));
#pragma unroll
    for (int step = 0; step < kStageSteps; ++step) {
      const std::uint32_t along = static_cast<std::uint32_t>(step) * kStepAlongK;
      ptx::wgmma_along_k<T>(s, wgmma_advance(q, along), wgmma_advance(k, along),
                            box > 0 || step > 0 ? 1 : 0);
    }
  }
}

// O += P V.
template <class Shape, class T>
__device__ __forceinline__ void multiply_values(float (&o)[Shape::kOutputs],
                                                const Probabilities& probabilities,
                                                AttentionSm90Memory<Shape> memory, int stage,
                                                bool accumulate) {
  const std::uint64_t v = attention_descriptor_v(memory.v(stage, 0));
#pragma unroll
  for (int step = 0; step < kAttentionSteps; ++step) {
    ptx::wgmma_registers<T>(o, probabilities[step],
                            wgmma_advance(v, static_cast<std::uint32_t>(step) * kStepAlongN),
                            accumulate || step > 0 ? 1 : 0);
  }
}

__device__ __forceinline__ void settle_probabilities(Probabilities& p) {
#pragma unroll
  for (auto& step : p) ptx::wgmma_settle(step);
}

// The stage is read: by each warp, to the producer.
template <class Shape>
__device__ __forceinline__ void release(std::uint32_t barrier, const AttentionConsumer& me) {
  if (me.lane == 0) ptx::mbarrier_arrive(barrier);
}

// The first step of a tile: nothing to multiply with V yet. `last`: it is the only one.
template <class Shape, class T>
__device__ __forceinline__ void first_step(const AttentionSm90Params& p,
                                           AttentionSm90Memory<Shape> memory, Scores& s,
                                           Probabilities& probabilities, RowStates& rows,
                                           AttentionCursors& at, const AttentionConsumer& me,
                                           std::int32_t step) {
  wait(memory.full_q(), at.q.parity);
  wait(memory.full_k(at.k.stage), at.k.parity);
  begin_turn<Shape>(me.index);
  ptx::wgmma_fence();
  multiply_keys<Shape, T>(s, memory, at.k.stage, me.index);
  ptx::wgmma_commit();
  end_turn<Shape>(me.index);
  ptx::wgmma_wait<0>();
  ptx::wgmma_settle(s);
  release<Shape>(memory.empty_k(at.k.stage), me);
  at.k.advance(Shape::kStages);
  mask_scores(s, me.seen, step * kAttentionKeys, me.lane);
  float factor[2];
  soften(s, rows, factor, p.scale_log2);
  pack_probabilities<T>(s, probabilities);
}

// A step after it, and the products with V of the step before. The registers of O and of the
// probabilities belong to the tensor cores until the second wait; those of the scores until the
// first.
template <class Shape, class T, bool kMasked>
__device__ __forceinline__ void next_step(const AttentionSm90Params& p,
                                          AttentionSm90Memory<Shape> memory, Scores& s,
                                          Probabilities& probabilities, float (&o)[Shape::kOutputs],
                                          RowStates& rows, AttentionCursors& at,
                                          const AttentionConsumer& me, std::int32_t step,
                                          bool accumulate) {
  wait(memory.full_k(at.k.stage), at.k.parity);
  wait(memory.full_v(at.v.stage), at.v.parity);
  begin_turn<Shape>(me.index);
  ptx::wgmma_fence();
  multiply_keys<Shape, T>(s, memory, at.k.stage, me.index);
  ptx::wgmma_commit();
  multiply_values<Shape, T>(o, probabilities, memory, at.v.stage, accumulate);
  ptx::wgmma_commit();
  end_turn<Shape>(me.index);
  ptx::wgmma_wait<1>();
  ptx::wgmma_settle(s);
  release<Shape>(memory.empty_k(at.k.stage), me);
  at.k.advance(Shape::kStages);
  if constexpr (kMasked) mask_scores(s, me.seen, step * kAttentionKeys, me.lane);
  float factor[2];
  soften(s, rows, factor, p.scale_log2);
  ptx::wgmma_wait<0>();
  ptx::wgmma_settle(o);
  settle_probabilities(probabilities);
  release<Shape>(memory.empty_v(at.v.stage), me);
  at.v.advance(Shape::kStages);
  pack_probabilities<T>(s, probabilities);
  scale_rows(o, factor);
}

// All `steps` of a tile, at least one. Q is given back with the last K.
template <class Shape, class T>
__device__ __forceinline__ void attend(const AttentionSm90Params& p,
                                       AttentionSm90Memory<Shape> memory,
                                       float (&o)[Shape::kOutputs], RowStates& rows,
                                       AttentionCursors& at, const AttentionConsumer& me,
                                       std::int32_t steps) {
  Scores s;
  Probabilities probabilities;
  const std::int32_t open = p.keys.open_steps(me.row);
  std::int32_t step = steps - 1;
  first_step<Shape, T>(p, memory, s, probabilities, rows, at, me, step);
  bool accumulate = false;
  for (; step > open; --step) {  // of step - 1 some row does not see every key
    next_step<Shape, T, true>(p, memory, s, probabilities, o, rows, at, me, step - 1, accumulate);
    accumulate = true;
  }
  for (; step > 0; --step) {
    next_step<Shape, T, false>(p, memory, s, probabilities, o, rows, at, me, step - 1, accumulate);
    accumulate = true;
  }
  release<Shape>(memory.empty_q(), me);
  at.q.advance(1);
  wait(memory.full_v(at.v.stage), at.v.parity);
  ptx::wgmma_fence();
  multiply_values<Shape, T>(o, probabilities, memory, at.v.stage, accumulate);
  ptx::wgmma_commit();
  ptx::wgmma_wait<0>();
  ptx::wgmma_settle(o);
  settle_probabilities(probabilities);
  release<Shape>(memory.empty_v(at.v.stage), me);
  at.v.advance(Shape::kStages);
}

// Rows outside of O are not written: by TMA, which knows how many there are. Only the thread that
// issues the stores can wait for them: the elected one of warp 0.
template <class Shape, class T>
__device__ __forceinline__ void store_rows(const TensorMap& map, AttentionSm90Memory<Shape> memory,
                                           const float (&o)[Shape::kOutputs],
                                           const AttentionConsumer& me, BoxAt at) {
  const auto barrier = static_cast<std::uint32_t>(1 + me.index);
  if (me.warp == 0 && ptx::elect()) ptx::bulk_wait_read<0>();
  ptx::named_barrier(barrier, kWarpgroup);
#pragma unroll
  for (int box = 0; box < Shape::kBoxes; ++box) {
    stage_box<T>(o, box, memory.staged(me.index, box), me.warp, me.lane);
  }
  ptx::fence_proxy_async();
  ptx::named_barrier(barrier, kWarpgroup);
  if (me.warp == 0 && ptx::elect()) {
#pragma unroll
    for (int box = 0; box < Shape::kBoxes; ++box) {
      ptx::tma_store(&map, memory.staged(me.index, box),
                     {.col = box * kBoxDims, .head = at.head, .row = at.row, .batch = at.batch});
    }
    ptx::bulk_commit();
  }
}

// Divides by the sums; a row that sees nothing above -infinity becomes 0.
template <class Shape>
__device__ __forceinline__ void finish_rows(const AttentionSm90Params& p,
                                            float (&o)[Shape::kOutputs], RowStates& rows,
                                            const AttentionConsumer& me, std::uint32_t head) {
  add_lanes(rows);
  float inverse[2];
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    inverse[half] = rows.sum[half] == 0.0f ? 0.0f : 1.0f / rows.sum[half];
    const std::int32_t row = me.row + 16 * me.warp + accumulator_at(me.lane, half).row;
    if (p.lse != nullptr && me.lane % 4 == 0 && row < p.keys.seq_q) {
      p.lse[std::size_t{head} * static_cast<std::size_t>(p.keys.seq_q) +
            static_cast<std::size_t>(row)] = log_sum(rows, half, p.scale_log2);
    }
  }
  scale_rows(o, inverse);
}

template <class Shape, class T>
__device__ __forceinline__ void consume(const AttentionSm90Params& p,
                                        AttentionSm90Memory<Shape> memory, int block_warp) {
  constexpr int kWarps = kWarpgroup / 32;
  AttentionConsumer me{.index = block_warp / kWarps - 1,
                       .warp = block_warp % kWarps,
                       .lane = static_cast<int>(threadIdx.x) % 32};
  AttentionCursors at;
  float o[Shape::kOutputs] = {};
  if (me.index == Shape::kConsumers - 1) end_turn<Shape>(me.index);  // the first turn may begin
  for (std::uint32_t round = 0; round * gridDim.x < p.order.tiles(); ++round) {
    const std::uint32_t unit = AttentionSm90Order::unit(round, blockIdx.x, gridDim.x);
    if (unit >= p.order.tiles()) continue;
    const AttentionSm90Order::Tile tile = p.order.tile(unit);
    const auto tile_row = static_cast<std::int32_t>(tile.tile) * Shape::kRows;
    me.row = tile_row + me.index * kWgmmaRows;
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      me.seen[half] = p.keys.visible(me.row + 16 * me.warp + accumulator_at(me.lane, half).row);
    }
    RowStates rows;
    const std::int32_t steps = p.keys.steps(tile_row, Shape::kRows);
    if (steps > 0) {
      attend<Shape, T>(p, memory, o, rows, at, me, steps);
    } else {
#pragma unroll
      for (float& x : o) x = 0;
    }
    finish_rows<Shape>(p, o, rows, me, tile.head);
    store_rows<Shape, T>(p.o, memory, o, me,
                         {.head = static_cast<std::int32_t>(tile.head % p.heads),
                          .row = me.row,
                          .batch = static_cast<std::int32_t>(tile.head / p.heads)});
    const bool records = p.smid != nullptr && me.index == 0 && me.warp == 0 && me.lane == 0;
    if (records) p.smid[tile.head * p.order.tiles_q + tile.tile] = ptx::smid();
  }
  if (me.index == 0) begin_turn<Shape>(me.index);
  if (me.warp == 0 && ptx::elect())
    ptx::bulk_wait<0>();  // shared memory may not go before it has been read
}

template <class Shape>
__device__ __forceinline__ void init_barriers(AttentionSm90Memory<Shape> memory) {
  ptx::mbarrier_init(memory.full_q(), 1);
  ptx::mbarrier_init(memory.empty_q(), Shape::kEmptyArrivals);
#pragma unroll
  for (int stage = 0; stage < Shape::kStages; ++stage) {
    ptx::mbarrier_init(memory.full_k(stage), 1);
    ptx::mbarrier_init(memory.full_v(stage), 1);
    ptx::mbarrier_init(memory.empty_k(stage), Shape::kEmptyArrivals);
    ptx::mbarrier_init(memory.empty_v(stage), Shape::kEmptyArrivals);
  }
  ptx::mbarrier_init_fence();
  ptx::fence_proxy_async();
}

template <class Shape, class T>
__launch_bounds__(Shape::kThreads, 1) __global__
    void attention_sm90_kernel(const __grid_constant__ AttentionSm90Params p) {
  const AttentionSm90Memory<Shape> memory{ptx::shared_address(ptx::dynamic_shared())};
  if (threadIdx.x == 0) init_barriers<Shape>(memory);
  __syncthreads();
  const int warp = ptx::warp_uniform(static_cast<int>(threadIdx.x) / 32);
  if (warp < kWarpgroup / 32) {
    ptx::setmaxnreg_dec<Shape::kProducerRegisters>();
    if (warp == 0 && ptx::elect()) produce<Shape>(p, memory);
  } else {
    ptx::setmaxnreg_inc<Shape::kConsumerRegisters>();
    consume<Shape, T>(p, memory, warp);
  }
}

}  // namespace ga
