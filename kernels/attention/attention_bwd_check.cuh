// The gradients of attention once more, in fp32 by ordinary multiply-adds. Compared element by
// element. Simple on purpose: it shares nothing with the kernels that it judges, and makes one
// gradient at a time. 6 dim flops a visible pair and gradient, 4 for dV; bound by the CUDA cores
// and shared memory.
//
// A block has 64 rows of a head of its own: queries for dQ, keys for dK and dV. 64 rows of the
// other kind pass by, a thread has 4 x 4 pairs of them, and every sum of a row is in one block.
#pragma once

#include "kernels/attention/attention_bwd_index.h"
#include "kernels/attention/attention_check.cuh"

namespace ga {

enum class Gradient { q, k, v };

struct AttentionBackwardCheckParams {
  const void *q = nullptr, *k = nullptr, *v = nullptr, *o = nullptr, *d_o = nullptr;
  const float* lse = nullptr;
  const void* got = nullptr;  // the gradient
  Gradient gradient = Gradient::q;
  AttentionShape shape{};
  float scale = 0;
  std::int64_t tiles = 0;  // of 64 own rows of a head
  Mismatch* report = nullptr;
};

// Where 64 rows of a tensor lie: the first one's first element, the distance of two, how many there
// are.
struct CheckedRows {
  std::int64_t at = 0, pitch = 0, left = 0;
};

// A thread's part of a block. Pairs [i][j] are of own row 4y + i and other row 4x + j.
template <int kDim>
struct GradientRows {
  int x, y;
  float squares[4] = {}, weight[4] = {}, keys[4] = {}, reach[4] = {}, margin[4] = {};
  float sum[4][kDim / 16] = {};
  float largest[kDim / 16] = {};
};

// pairs += own times other, of all dimensions.
template <int kDim>
__device__ __forceinline__ void plain_pairs(GradientCheckShared<kDim>& shared, const void* own,
                                            const CheckedRows& own_at, const void* other,
                                            const CheckedRows& other_at, ElementType type,
                                            const GradientRows<kDim>& r, float (&pairs)[4][4]) {
  for (int d = 0; d < kDim; d += kGradientCheckSlice) {
    load_rows<kGradientCheckSlice, true>(shared.slice[0], own, type, own_at.at + d, own_at.pitch,
                                         own_at.left);
    load_rows<kGradientCheckSlice, true>(shared.slice[1], other, type, other_at.at + d,
                                         other_at.pitch, other_at.left);
    __syncthreads();
    plain_scores<kGradientCheckSlice>(shared.slice[0], shared.slice[1], r.x, r.y, pairs);
    __syncthreads();
  }
}

// Log-sum-exp and D of 64 queries, a query by four lanes.
template <int kDim>
__device__ __forceinline__ void load_query_values(GradientCheckShared<kDim>& shared,
                                                  const AttentionBackwardCheckParams& p,
                                                  const CheckedRows& queries,
                                                  std::int64_t first_lse) {
  const int row = static_cast<int>(threadIdx.x) / 4, lane = static_cast<int>(threadIdx.x) % 4;
  float sum = 0;
  if (row < queries.left) {
    for (int d = lane; d < kDim; d += 4) {
      const std::int64_t at = queries.at + row * queries.pitch + d;
      sum += narrow_element(p.o, at, p.shape.type) * narrow_element(p.d_o, at, p.shape.type);
    }
  }
  for (int mask = 1; mask < 4; mask *= 2) sum += ptx::lane_xor(sum, mask);
  if (lane != 0) return;
  shared.delta[row] = sum;
  shared.lse[row] = row < queries.left ? p.lse[first_lse + row] : -kInfinity;
}

// S and dP to weights, for all threads of the rows to multiply with. seen(i, j): the pair counts.
template <int kDim, class Seen>
__device__ __forceinline__ void weigh(GradientCheckShared<kDim>& shared,
                                      const AttentionBackwardCheckParams& p, GradientRows<kDim>& r,
                                      const float (&s)[4][4], const float (&dp)[4][4], Seen seen) {
  const bool of_queries = p.gradient == Gradient::q, of_p = p.gradient == Gradient::v;
#pragma unroll
  for (int j = 0; j < 4; ++j) {
    FourFloats column;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int query = of_queries ? 4 * r.y + i : 4 * r.x + j;
      const float lse = shared.lse[query], delta = shared.delta[query];
      column.x[i] = 0;
      // As the kernels: a row without a score has no probabilities.
      if (!seen(i, j) || lse == -kInfinity) continue;
      const float scaled = s[i][j] * p.scale;
      const float probability = expf(scaled - lse);
      const float w = of_p ? probability : probability * (dp[i][j] - delta);
      const float margin = of_p ? 1.0f : fabsf(dp[i][j]) + fabsf(delta);
      r.squares[i] += probability * margin * (probability * margin);
      r.weight[i] += probability;
      r.keys[i] += 1;
      r.reach[i] = fmaxf(r.reach[i], fabsf(scaled));
      r.margin[i] = fmaxf(r.margin[i], margin);
      column.x[i] = w;
    }
    *reinterpret_cast<FourFloats*>(shared.weight + (4 * r.x + j) * kAttentionCheckPitch + 4 * r.y) =
        column;
  }
}

template <int kDim>
__device__ __forceinline__ void add_weighted(GradientRows<kDim>& r, const float* weight,
                                             const float* rows) {
  for (int other = 0; other < kAttentionCheckEdge; ++other) {
    const FourFloats w = four(weight + other * kAttentionCheckPitch + 4 * r.y);
#pragma unroll
    for (int c = 0; c < kDim / 16; c += 4) {
      const FourFloats value = four(rows + other * kDim + 16 * c + 4 * r.x);
#pragma unroll
      for (int j = 0; j < 4; ++j) {
        r.largest[c + j] = fmaxf(r.largest[c + j], fabsf(value.x[j]));
#pragma unroll
        for (int i = 0; i < 4; ++i) r.sum[i][c + j] += w.x[i] * value.x[j];
      }
    }
  }
}

template <int kDim>
__device__ __forceinline__ void compare_gradients(const AttentionBackwardCheckParams& p,
                                                  GradientRows<kDim>& r, const CheckedRows& own) {
  const ElementType type = p.shape.type;
  const float factor = p.gradient == Gradient::v ? 1.0f : p.scale;
  const auto add = [](float x, float y) { return x + y; };
  const auto most = [](float x, float y) { return fmaxf(x, y); };
  std::uint64_t wrong = 0, first = kNoMismatch;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const GradientRowModel model{over_row(r.squares[i], add), over_row(r.weight[i], add),
                                 over_row(r.keys[i], add), over_row(r.reach[i], most),
                                 over_row(r.margin[i], most)};
    if (4 * r.y + i >= own.left) continue;
#pragma unroll
    for (int c = 0; c < kDim / 16; ++c) {
      const float right = factor * r.sum[i][c];
      const std::int64_t index =
          own.at + (4 * r.y + i) * own.pitch + 16 * (c - c % 4) + 4 * r.x + c % 4;
      const float bound = gradient_bound(type, model, factor, right, r.largest[c]);
      if (attention_holds(narrow_element(p.got, index, type), right, bound)) continue;
      const std::uint16_t bits =
          type == ElementType::bf16 ? to_bf16(right).bits : to_fp16(right).bits;
      ++wrong;
      const std::uint64_t here = attention_first(index, bits);
      first = here < first ? here : first;
    }
  }
  if (wrong == 0) return;
  atomicAdd(reinterpret_cast<unsigned long long*>(&p.report->wrong),
            static_cast<unsigned long long>(wrong));
  atomicMin(reinterpret_cast<unsigned long long*>(&p.report->first),
            static_cast<unsigned long long>(first));
}

// What is a block's own, and what passes by.
struct GradientBlock {
  std::int64_t batch, head, first, own_rows;  // head: of keys, or of queries for dQ
  std::int64_t other_begin, other_end;        // rows of any head that meet it
  std::int64_t heads_begin, heads_end;        // the other heads
};
GA_HOST_DEVICE GradientBlock gradient_block(const AttentionBackwardCheckParams& p,
                                            std::int64_t block) {
  const AttentionShape& s = p.shape;
  const std::int64_t share = s.heads / s.kv_heads, first = block % p.tiles * kAttentionCheckEdge;
  const std::int64_t heads = p.gradient == Gradient::q ? s.heads : s.kv_heads;
  const std::int64_t batch = block / p.tiles / heads, head = block / p.tiles % heads;
  if (p.gradient == Gradient::q) {
    const std::int64_t last =
        (first + kAttentionCheckEdge < s.seq_q ? first + kAttentionCheckEdge : s.seq_q) - 1;
    return {batch, head, first, s.seq_q, 0, visible_keys(s, last), head / share, head / share + 1};
  }
  return {batch,
          head,
          first,
          s.seq_kv,
          first_query(s, first),
          s.seq_q,
          head * share,
          (head + 1) * share};
}

// blockIdx.x counts blocks of own rows, head after head.
template <int kDim>
__launch_bounds__(kAttentionCheckThreads, 1) __global__
    void attention_bwd_check_kernel(AttentionBackwardCheckParams p) {
  const AttentionShape& s = p.shape;
  auto& shared = *reinterpret_cast<GradientCheckShared<kDim>*>(ptx::dynamic_shared());
  const GradientBlock b = gradient_block(p, blockIdx.x);
  const bool of_queries = p.gradient == Gradient::q;
  const auto queries_at = [&](std::int64_t head, std::int64_t row) {
    return CheckedRows{((b.batch * s.seq_q + row) * s.heads + head) * kDim, s.heads * kDim,
                       s.seq_q - row};
  };
  const auto keys_at = [&](std::int64_t head, std::int64_t row) {
    return CheckedRows{((b.batch * s.seq_kv + row) * s.kv_heads + head) * kDim, s.kv_heads * kDim,
                       s.seq_kv - row};
  };
  const CheckedRows own = of_queries ? queries_at(b.head, b.first) : keys_at(b.head, b.first);
  // Of the second product: dQ sums keys, dK queries, dV the gradients of O.
  const void* const summed = of_queries ? p.k : p.gradient == Gradient::k ? p.q : p.d_o;
  GradientRows<kDim> r;
  r.x = static_cast<int>(threadIdx.x) % 16;
  r.y = static_cast<int>(threadIdx.x) / 16;
  for (std::int64_t head = b.heads_begin; head < b.heads_end; ++head) {
    for (std::int64_t row = b.other_begin; row < b.other_end; row += kAttentionCheckEdge) {
      const CheckedRows other = of_queries ? keys_at(head, row) : queries_at(head, row);
      const std::int64_t query_head = of_queries ? b.head : head;
      const std::int64_t first_row = of_queries ? b.first : row;
      load_query_values(shared, p, queries_at(query_head, first_row),
                        (b.batch * s.heads + query_head) * s.seq_q + first_row);
      float scores[4][4] = {}, dp[4][4] = {};
      plain_pairs(shared, of_queries ? p.q : p.k, own, of_queries ? p.k : p.q, other, s.type, r,
                  scores);
      plain_pairs(shared, of_queries ? p.d_o : p.v, own, of_queries ? p.v : p.d_o, other, s.type, r,
                  dp);
      weigh(shared, p, r, scores, dp, [&](int i, int j) {
        const std::int64_t mine = b.first + 4 * r.y + i, its = row + 4 * r.x + j;
        const std::int64_t query = of_queries ? mine : its, key = of_queries ? its : mine;
        return query < s.seq_q && key < visible_keys(s, query);
      });
      load_rows<kDim, false>(shared.rows, summed, s.type, other.at, other.pitch, other.left);
      __syncthreads();
      add_weighted(r, shared.weight, shared.rows);
      __syncthreads();
    }
  }
  compare_gradients(p, r, own);
}

}  // namespace ga
