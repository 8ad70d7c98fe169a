// The backward of attention for Hopper by wgmma and TMA: one kernel, of two kinds. One owns keys
// and makes dK and dV, 8 dim flops a visible pair; one owns queries and makes dQ, 6 dim.
//
// Bound by the tensor cores. As in the portable kernels (attention_bwd_kernel.cuh) no sum is
// shared: S and dP are computed in both, 7 products in place of 5, and nothing is added by two
// CTAs, so that the order of all additions depends on the shape alone. FA3 makes 5, adds dQ by TMA,
// and has CTAs wait for their turn where the order must be one. A producer thread has TMA fetch the
// own rows, and then the others, a stage at a time. Each consumer warpgroup has 64 own rows: they
// are the rows of its products, so that P and dS, first operands of the sums, stay where they are,
// in registers. The tensor cores multiply for one consumer while the other has its exponentials.
//
// barrier    arrivals                   complete means
// full_own   producer 1, and its bytes  the own rows have landed
// full       producer 1, and its bytes  the stage has landed: two tensors, the values of queries
// empty      each consumer warp         nobody reads the stage any more
// named 1 .. a consumer's 128 threads   own rows: read out; gradients: written in their place
#pragma once

#include <cstdint>

#include "kernels/attention/attention_bwd_sm90_shape.h"
#include "kernels/gemm/gemm_sm90_store.cuh"
#include "kernels/gemm/gemm_sm90_wait.cuh"
#include "kernels/ptx/async_copy.cuh"
#include "kernels/ptx/convert.cuh"
#include "kernels/ptx/mbarrier.cuh"
#include "kernels/ptx/softmax.cuh"
#include "kernels/ptx/tma.cuh"
#include "kernels/ptx/warpgroup.cuh"
#include "kernels/ptx/wgmma.cuh"

namespace ga {

// Tensors 0 and 1 are Q and dO, K and V: the own ones in one order with the others. Gradient 0 is
// dK or dQ, gradient 1 dV.
struct AttentionBwdSm90Params {
  TensorMap own[2], others[2], gradients[2], values;
  const QueryValues* query_values = nullptr;
  AttentionShape shape{};
  std::int64_t tiles = 0;  // of the own rows of one head
  Placement placement{};
  float scale = 0, scale_log2 = 0;
};

template <class Shape>
__device__ __forceinline__ void load_others(const AttentionBwdSm90Params& p,
                                            AttentionBwdSm90Memory<Shape> memory, int stage,
                                            const BackwardWork& work, const BackwardCursor& at) {
  const std::uint32_t full = memory.full(stage);
  ptx::mbarrier_arrive_expect(full, Shape::kLoadedBytes);
#pragma unroll
  for (int i = 0; i < 2 * Shape::kBoxes; ++i) {
    const int tensor = i / Shape::kBoxes, box = i % Shape::kBoxes;
    ptx::tma_load(memory.other(stage, tensor, box), &p.others[tensor], full,
                  {.col = box * kBoxDims, .head = at.head, .row = at.row, .batch = work.batch});
  }
  if constexpr (Shape::kOwnsKeys) {
    const std::int64_t of_head = work.batch * p.shape.heads + at.head;
    const std::int64_t first = of_head * backward_rows(p.shape) + at.row;
    ptx::tma_load(memory.values(stage), &p.values, full, 0,
                  static_cast<std::int32_t>(first / kValuesOfBoxRow));
  }
}

template <class Shape>
__device__ __forceinline__ void produce(const AttentionBwdSm90Params& p,
                                        AttentionBwdSm90Memory<Shape> memory,
                                        const BackwardWork& work) {
  ptx::mbarrier_arrive_expect(memory.full_own(), 2 * Shape::kBytesOwn);
#pragma unroll
  for (int i = 0; i < 2 * Shape::kBoxes; ++i) {
    const int tensor = i / Shape::kBoxes, box = i % Shape::kBoxes;
    ptx::tma_load(
        memory.own(tensor, box), &p.own[tensor], memory.full_own(),
        {.col = box * kBoxDims, .head = work.own_head, .row = work.own_row, .batch = work.batch});
  }
  StageCursor stage;
  for (BackwardCursor at{work.head, work.first}; at.head < work.end_head;
       at.advance(work, Shape::kOthers)) {
    wait(memory.empty(stage.stage), stage.parity ^ 1);
    load_others<Shape>(p, memory, stage.stage, work, at);
    stage.advance(Shape::kStages);
  }
}

// What a thread of a consumer knows of itself. Where it owns keys: the first query that sees all of
// the consumer's, and each of the thread's two; where it owns queries: how many keys all of the
// consumer's see, and each of the thread's two, and these two's values.
struct BackwardConsumer {
  int index, warp, lane;
  std::int32_t open = 0;
  std::int32_t edges[2] = {};
  QueryValues values[2] = {};
};

// Of a step: S, then P; dP, then dS without its scale.
template <class Shape>
using BackwardProducts = float[Shape::kProducts];
// As the registers of the sums' first operand.
template <class Shape>
using BackwardOperand = std::uint32_t[Shape::kSteps][4];

// Own rows times other rows, both along dim.
template <class Shape, class T>
__device__ __forceinline__ void multiply_own(BackwardProducts<Shape>& product,
                                             AttentionBwdSm90Memory<Shape> memory, int stage,
                                             int tensor, int consumer) {
  const auto down = static_cast<std::uint32_t>(consumer * kWgmmaRows) * kBoxRowBytes;
#pragma unroll
  for (int box = 0; box < Shape::kBoxes; ++box) {
    const std::uint64_t own = sm90_descriptor_along_k(memory.own(tensor, box) + down);
    const std::uint64_t other = sm90_descriptor_along_k(memory.other(stage, tensor, box));
#pragma unroll
    for (int step = 0; step < kStageSteps; ++step) {
      const std::uint32_t along = static_cast<std::uint32_t>(step) * kStepAlongK;
      ptx::wgmma_along_k<T>(product, wgmma_advance(own, along), wgmma_advance(other, along),
                            box > 0 || step > 0 ? 1 : 0);
    }
  }
}

// sum += operand times other rows.
template <class Shape, class T>
__device__ __forceinline__ void add_others(float (&sum)[Shape::kSums],
                                           const BackwardOperand<Shape>& operand,
                                           AttentionBwdSm90Memory<Shape> memory, int stage,
                                           int tensor) {
  const std::uint64_t others = backward_descriptor_others<Shape>(memory.other(stage, tensor, 0));
#pragma unroll
  for (int step = 0; step < Shape::kSteps; ++step) {
    ptx::wgmma_registers<T>(sum, operand[step],
                            wgmma_advance(others, static_cast<std::uint32_t>(step) * kStepAlongN),
                            1);
  }
}

template <class Shape, class T>
__device__ __forceinline__ void pack_operand(const BackwardProducts<Shape>& of,
                                             BackwardOperand<Shape>& operand) {
#pragma unroll
  for (int step = 0; step < Shape::kSteps; ++step) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      operand[step][i] = ptx::pack<T>(of[8 * step + 2 * i], of[8 * step + 2 * i + 1]);
    }
  }
}

template <class Shape>
__device__ __forceinline__ void settle_operand(BackwardOperand<Shape>& operand) {
#pragma unroll
  for (auto& step : operand) ptx::wgmma_settle(step);
}

struct alignas(16) TwoQueries {
  QueryValues of[2];
};

// body(element, its query's values, hidden) for all elements of a product. c[4 j + 2 half + side]
// as wgmma.cuh has it. `from`: the other row of column 0.
template <class Shape, bool kMasked, class Body>
__device__ __forceinline__ void each_element(const BackwardConsumer& me, int stage,
                                             std::int32_t from, Body body) {
  const int t = me.lane % 4;
  const std::int32_t edges[2] = {me.edges[0] - from - 2 * t, me.edges[1] - from - 2 * t};
#pragma unroll
  for (int j = 0; j < Shape::kProducts / 4; ++j) {
    TwoQueries passing{};
    if constexpr (Shape::kOwnsKeys) {
      passing = *reinterpret_cast<const TwoQueries*>(
          ptx::dynamic_shared() + AttentionBwdSm90Memory<Shape>::values_offset(stage) +
          query_values_offset(j, t));
    }
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int half = i / 2, col = 8 * j + i % 2;
      const bool hidden = kMasked && (Shape::kOwnsKeys ? col < edges[half] : col >= edges[half]);
      body(4 * j + i, Shape::kOwnsKeys ? passing.of[i % 2] : me.values[half], hidden);
    }
  }
}

// The other rows of a stage. The registers of the products and of the operands belong to the tensor
// cores until the waits.
template <class Shape, class T, bool kMasked>
__device__ __forceinline__ void step(const AttentionBwdSm90Params& p,
                                     AttentionBwdSm90Memory<Shape> memory, int stage,
                                     std::int32_t from, const BackwardConsumer& me,
                                     float (&sums)[Shape::kGradients][Shape::kSums]) {
  BackwardProducts<Shape> s, dp;
  ptx::wgmma_fence();
  multiply_own<Shape, T>(s, memory, stage, 0, me.index);
  ptx::wgmma_commit();
  multiply_own<Shape, T>(dp, memory, stage, 1, me.index);
  ptx::wgmma_commit();
  ptx::wgmma_wait<1>();
  ptx::wgmma_settle(s);
  each_element<Shape, kMasked>(me, stage, from, [&](int i, const QueryValues& of, bool hidden) {
    const float power = ptx::exp2_approx(fmaf(s[i], p.scale_log2, -of.exponent));
    s[i] = hidden ? 0.0f : power;
  });
  ptx::wgmma_wait<0>();
  ptx::wgmma_settle(dp);
  each_element<Shape, kMasked>(me, stage, from, [&](int i, const QueryValues& of, bool hidden) {
    dp[i] = hidden ? 0.0f : s[i] * (dp[i] - of.delta);
  });
  BackwardOperand<Shape> probabilities, differences;
  if constexpr (Shape::kOwnsKeys) pack_operand<Shape, T>(s, probabilities);
  pack_operand<Shape, T>(dp, differences);
  ptx::wgmma_fence();
  if constexpr (Shape::kOwnsKeys) {
    add_others<Shape, T>(sums[1], probabilities, memory, stage, 1);
  }
  add_others<Shape, T>(sums[0], differences, memory, stage, 0);
  ptx::wgmma_commit();
  ptx::wgmma_wait<0>();
#pragma unroll
  for (auto& sum : sums) ptx::wgmma_settle(sum);
  if constexpr (Shape::kOwnsKeys) settle_operand<Shape>(probabilities);
  settle_operand<Shape>(differences);
}

// Through shared memory, where the consumer's own rows were. Rows outside of the gradient are not
// written: by TMA, which knows how many there are.
template <class Shape, class T>
__device__ __forceinline__ void store_gradients(
    const AttentionBwdSm90Params& p, AttentionBwdSm90Memory<Shape> memory,
    const float (&sums)[Shape::kGradients][Shape::kSums], const BackwardConsumer& me,
    const BackwardWork& work) {
  const auto barrier = static_cast<std::uint32_t>(1 + me.index);
  const auto down = static_cast<std::uint32_t>(me.index * kStagedBytes);
  ptx::named_barrier(barrier, kWarpgroup);  // all four warps have read
#pragma unroll
  for (int i = 0; i < Shape::kGradients * Shape::kBoxes; ++i) {
    const int gradient = i / Shape::kBoxes, box = i % Shape::kBoxes;
    stage_box<T>(sums[gradient], box, memory.own(gradient, box) + down, me.warp, me.lane);
  }
  ptx::fence_proxy_async();
  ptx::named_barrier(barrier, kWarpgroup);
  if (me.warp != 0 || !ptx::elect()) return;
#pragma unroll
  for (int i = 0; i < Shape::kGradients * Shape::kBoxes; ++i) {
    const int gradient = i / Shape::kBoxes, box = i % Shape::kBoxes;
    ptx::tma_store(&p.gradients[gradient], memory.own(gradient, box) + down,
                   {.col = box * kBoxDims,
                    .head = work.own_head,
                    .row = work.own_row + me.index * kWgmmaRows,
                    .batch = work.batch});
  }
  ptx::bulk_commit();
  ptx::bulk_wait<0>();  // shared memory may not go before it has been read
}

template <class Shape>
__device__ __forceinline__ BackwardConsumer consumer_of(const AttentionBwdSm90Params& p,
                                                        const BackwardWork& work, int block_warp) {
  constexpr int kWarps = kWarpgroup / 32;
  const AttentionShape& s = p.shape;
  BackwardConsumer me{.index = block_warp / kWarps - 1,
                      .warp = block_warp % kWarps,
                      .lane = static_cast<int>(threadIdx.x) % 32};
  const std::int64_t first = work.own_row + me.index * kWgmmaRows;
  const std::int64_t last = first + kWgmmaRows - 1;
  me.open =
      static_cast<std::int32_t>(Shape::kOwnsKeys ? first_query(s, last) : visible_keys(s, first));
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const std::int64_t row = first + 16 * me.warp + accumulator_at(me.lane, half).row;
    me.edges[half] =
        static_cast<std::int32_t>(Shape::kOwnsKeys ? first_query(s, row) : visible_keys(s, row));
    if constexpr (!Shape::kOwnsKeys) {
      const std::int64_t of_head = work.batch * s.heads + work.own_head;
      me.values[half] = p.query_values[of_head * backward_rows(s) + row];
    }
  }
  return me;
}

template <class Shape, class T>
__device__ __forceinline__ void consume(const AttentionBwdSm90Params& p,
                                        AttentionBwdSm90Memory<Shape> memory,
                                        const BackwardWork& work, int block_warp) {
  const BackwardConsumer me = consumer_of<Shape>(p, work, block_warp);
  float sums[Shape::kGradients][Shape::kSums] = {};
  wait(memory.full_own(), 0);
  StageCursor stage;
  for (BackwardCursor at{work.head, work.first}; at.head < work.end_head;
       at.advance(work, Shape::kOthers)) {
    wait(memory.full(stage.stage), stage.parity);
    const bool masked = Shape::kOwnsKeys ? at.row < me.open : at.row + Shape::kOthers > me.open;
    if (masked) {
      step<Shape, T, true>(p, memory, stage.stage, at.row, me, sums);
    } else {
      step<Shape, T, false>(p, memory, stage.stage, at.row, me, sums);
    }
    if (me.lane == 0) ptx::mbarrier_arrive(memory.empty(stage.stage));
    stage.advance(Shape::kStages);
  }
#pragma unroll
  for (float& x : sums[0]) x *= p.scale;
  store_gradients<Shape, T>(p, memory, sums, me, work);
}

template <class Shape>
__device__ __forceinline__ void init_barriers(AttentionBwdSm90Memory<Shape> memory) {
  ptx::mbarrier_init(memory.full_own(), 1);
#pragma unroll
  for (int stage = 0; stage < Shape::kStages; ++stage) {
    ptx::mbarrier_init(memory.full(stage), 1);
    ptx::mbarrier_init(memory.empty(stage), Shape::kEmptyArrivals);
  }
  ptx::mbarrier_init_fence();
  ptx::fence_proxy_async();
}

template <class Shape, class T>
__launch_bounds__(Shape::kThreads, 1) __global__
    void attention_bwd_sm90_kernel(const __grid_constant__ AttentionBwdSm90Params p) {
  const AttentionBwdSm90Memory<Shape> memory{ptx::shared_address(ptx::dynamic_shared())};
  if (threadIdx.x == 0) init_barriers<Shape>(memory);
  __syncthreads();
  const BackwardWork work = backward_work<Shape>(p.shape, placed(p.placement, blockIdx.x), p.tiles);
  const int warp = ptx::warp_uniform(static_cast<int>(threadIdx.x) / 32);
  if (warp < kWarpgroup / 32) {
    ptx::setmaxnreg_dec<Shape::kProducerRegisters>();
    if (warp == 0 && ptx::elect()) produce<Shape>(p, memory, work);
  } else {
    ptx::setmaxnreg_inc<Shape::kConsumerRegisters>();
    consume<Shape, T>(p, memory, work, warp);
  }
}

}  // namespace ga
