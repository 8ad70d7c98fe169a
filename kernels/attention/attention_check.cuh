// Attention once more, in fp32 by ordinary multiply-adds and in two passes over the keys: the
// largest score of each row, then exponentials, their sums and the sums of V. Compared with O and
// the log-sum-exp element by element. Simple on purpose: it shares nothing with the kernels that it
// judges. 6 dim flops a visible pair; bound by the CUDA cores and shared memory. A block has 64
// queries of a head and takes 64 keys at a time, a thread 4 x 4 scores of them.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "kernels/attention/attention_bound.h"
#include "kernels/attention/attention_check_shared.h"
#include "kernels/check/report.h"
#include "kernels/data/attention_shape.h"
#include "kernels/ptx/async_copy.cuh"
#include "kernels/ptx/softmax.cuh"

namespace ga {

struct AttentionCheckParams {
  const void* q = nullptr;
  const void* k = nullptr;
  const void* v = nullptr;
  const void* o = nullptr;
  const float* lse = nullptr;
  AttentionShape shape{};
  float scale = 0;
  std::int64_t tiles_q = 0;
  Mismatch* report = nullptr;
};

inline constexpr int kAttentionCheckThreads = 256;  // 16 x 16 of 4 x 4 scores

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct alignas(16) FourFloats {
  float x[4];
};

__device__ __forceinline__ const FourFloats& four(const float* at) {
  return *reinterpret_cast<const FourFloats*>(at);
}

// 16-bit elements alone.
__device__ __forceinline__ float narrow_element(const void* data, std::int64_t at,
                                                ElementType type) {
  return type == ElementType::bf16 ? to_float(static_cast<const Bf16*>(data)[at])
                                   : to_float(static_cast<const Fp16*>(data)[at]);
}

// 64 rows of kDim elements, `pitch` apart, to [row][dim] or transposed to [dim][row]. Rows from
// `rows_left` on become 0.
template <int kDim, bool kTransposed>
__device__ __forceinline__ void load_rows(float* to, const void* data, ElementType type,
                                          std::int64_t first, std::int64_t pitch,
                                          std::int64_t rows_left) {
  for (int i = static_cast<int>(threadIdx.x); i < kAttentionCheckEdge * kDim;
       i += kAttentionCheckThreads) {
    const int row = i / kDim, d = i % kDim;
    const float x = row < rows_left ? narrow_element(data, first + row * pitch + d, type) : 0.0f;
    to[kTransposed ? d * kAttentionCheckPitch + row : i] = x;
  }
}

// A thread's part of a block: where its data begin, and what its four rows have come to.
template <int kDim>
struct CheckRows {
  std::int64_t first_row, out, keys, key_pitch;  // out: of O and Q, of the block's first row
  int x, y;                                      // keys 4x .. 4x+3 of a step, rows 4y .. 4y+3
  int visible[4];
  float most[4], least[4], sum[4] = {}, squares[4] = {};
  float o[4][kDim / 16] = {};
  float largest[kDim / 16] = {};  // |V| of its columns
};

template <int kDim>
__device__ __forceinline__ void plain_scores(const float* q, const float* k, int x, int y,
                                             float (&s)[4][4]) {
#pragma unroll 4
  for (int d = 0; d < kDim; ++d) {
    const FourFloats left = four(q + d * kAttentionCheckPitch + 4 * y);
    const FourFloats right = four(k + d * kAttentionCheckPitch + 4 * x);
#pragma unroll
    for (int i = 0; i < 4; ++i) {
#pragma unroll
      for (int j = 0; j < 4; ++j) s[i][j] += left.x[i] * right.x[j];
    }
  }
}

// First pass: the extremes of the visible scores, of the least the finite one.
template <int kDim>
__device__ __forceinline__ void find_extremes(CheckRows<kDim>& r, const float (&s)[4][4],
                                              int first) {
#pragma unroll
  for (int i = 0; i < 4; ++i) {
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      if (first + 4 * r.x + j >= r.visible[i]) continue;
      r.most[i] = fmaxf(r.most[i], s[i][j]);
      if (s[i][j] != -kInfinity) r.least[i] = fminf(r.least[i], s[i][j]);
    }
  }
}

// Second pass: exponentials, for all threads of the rows to multiply with.
template <int kDim>
__device__ __forceinline__ void exponentiate(CheckRows<kDim>& r, const float (&s)[4][4], int first,
                                             float scale, float* p) {
#pragma unroll
  for (int j = 0; j < 4; ++j) {
    FourFloats column;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const float base = r.most[i] == -kInfinity ? 0 : r.most[i];
      const bool seen = first + 4 * r.x + j < r.visible[i];
      const float e = seen ? expf((s[i][j] - base) * scale) : 0.0f;
      r.sum[i] += e;
      r.squares[i] += e * e;
      column.x[i] = e;
    }
    *reinterpret_cast<FourFloats*>(p + (4 * r.x + j) * kAttentionCheckPitch + 4 * r.y) = column;
  }
}

template <int kDim>
__device__ __forceinline__ void add_values(CheckRows<kDim>& r, const float* p, const float* v) {
  for (int key = 0; key < kAttentionCheckEdge; ++key) {
    const FourFloats weight = four(p + key * kAttentionCheckPitch + 4 * r.y);
#pragma unroll
    for (int c = 0; c < kDim / 16; c += 4) {
      const FourFloats value = four(v + key * kDim + 16 * c + 4 * r.x);
#pragma unroll
      for (int j = 0; j < 4; ++j) {
        r.largest[c + j] = fmaxf(r.largest[c + j], fabsf(value.x[j]));
#pragma unroll
        for (int i = 0; i < 4; ++i) r.o[i][c + j] += weight.x[i] * value.x[j];
      }
    }
  }
}

// Over the 16 threads of a row, which are neighbours in a warp.
template <class Combine>
__device__ __forceinline__ float over_row(float mine, Combine&& combine) {
#pragma unroll
  for (int mask = 1; mask < 16; mask *= 2) mine = combine(mine, ptx::lane_xor(mine, mask));
  return mine;
}

// The first wrong element and what it should be in one word, so that a minimum keeps them together.
GA_HOST_DEVICE std::uint64_t attention_first(std::int64_t index, std::uint16_t expected) {
  return (static_cast<std::uint64_t>(index) << 16) | expected;
}

template <int kDim>
__device__ __forceinline__ void compare_row(const AttentionCheckParams& p, const CheckRows<kDim>& r,
                                            int i, std::int64_t head_row,
                                            const AttentionRowModel& model, std::uint64_t& wrong,
                                            std::uint64_t& first) {
  const AttentionShape& s = p.shape;
  const std::int64_t out = r.out + (4 * r.y + i) * s.heads * kDim;
  std::uint16_t first_bits = 0;
#pragma unroll
  for (int c = 0; c < kDim / 16; ++c) {
    const float right = model.sum == 0 ? 0.0f : r.o[i][c] / model.sum;
    const std::uint16_t bits =
        s.type == ElementType::bf16 ? to_bf16(right).bits : to_fp16(right).bits;
    if (c == 0) first_bits = bits;
    const std::int64_t index = out + 16 * (c - c % 4) + 4 * r.x + c % 4;
    const float bound = attention_bound(s.type, model, right, r.largest[c]);
    if (attention_holds(narrow_element(p.o, index, s.type), right, bound)) continue;
    ++wrong;
    const std::uint64_t here = attention_first(index, bits);
    first = here < first ? here : first;
  }
  if (p.lse == nullptr || r.x != 0) return;
  const float base = r.most[i] == -kInfinity ? 0 : r.most[i];
  const float right = base * p.scale + logf(model.sum);
  if (attention_holds(p.lse[head_row], right, attention_lse_bound(model, right))) return;
  ++wrong;
  const std::uint64_t here = attention_first(out, first_bits);
  first = here < first ? here : first;
}

template <int kDim>
__device__ __forceinline__ void compare_rows(const AttentionCheckParams& p, CheckRows<kDim>& r,
                                             std::int64_t head) {
  std::uint64_t wrong = 0, first = kNoMismatch;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const auto add = [](float x, float y) { return x + y; };
    const float sum = over_row(r.sum[i], add), squares = over_row(r.squares[i], add);
    const std::int64_t row = r.first_row + 4 * r.y + i;
    if (row >= p.shape.seq_q) continue;
    const float reach = p.scale * fmaxf(fabsf(r.most[i]), fabsf(r.least[i]));
    const float scaled = sum == 0 ? 0.0f : squares / sum / sum;
    const AttentionRowModel model{sum, scaled, static_cast<float>(r.visible[i]),
                                  sum == 0 ? 0.0f : reach};
    compare_row(p, r, i, head * p.shape.seq_q + row, model, wrong, first);
  }
  if (wrong == 0) return;
  atomicAdd(reinterpret_cast<unsigned long long*>(&p.report->wrong),
            static_cast<unsigned long long>(wrong));
  atomicMin(reinterpret_cast<unsigned long long*>(&p.report->first),
            static_cast<unsigned long long>(first));
}

// blockIdx.x counts blocks of rows, head after head, the longest of a head first.
template <int kDim>
__launch_bounds__(kAttentionCheckThreads, 2) __global__
    void attention_check_kernel(AttentionCheckParams p) {
  constexpr int kEdge = kAttentionCheckEdge;
  const AttentionShape& s = p.shape;
  auto& shared = *reinterpret_cast<AttentionCheckShared<kDim>*>(ptx::dynamic_shared());
  const std::int64_t head_of_all = blockIdx.x / p.tiles_q;
  const std::int64_t batch = head_of_all / s.heads, head = head_of_all % s.heads;
  const std::int64_t kv_head = head / (s.heads / s.kv_heads);
  CheckRows<kDim> r;
  r.first_row = (p.tiles_q - 1 - blockIdx.x % p.tiles_q) * kEdge;
  r.out = ((batch * s.seq_q + r.first_row) * s.heads + head) * kDim;
  r.keys = (batch * s.seq_kv * s.kv_heads + kv_head) * kDim;
  r.key_pitch = s.kv_heads * kDim;
  r.x = static_cast<int>(threadIdx.x) % 16;
  r.y = static_cast<int>(threadIdx.x) / 16;
  for (int i = 0; i < 4; ++i) {
    r.visible[i] = static_cast<int>(visible_keys(s, r.first_row + 4 * r.y + i));
    r.most[i] = -kInfinity;
    r.least[i] = kInfinity;
  }
  const std::int64_t end = r.first_row + kEdge < s.seq_q ? r.first_row + kEdge : s.seq_q;
  const auto keys = static_cast<int>(visible_keys(s, end - 1));  // that any row sees
  load_rows<kDim, true>(shared.q, p.q, s.type, r.out, s.heads * kDim, s.seq_q - r.first_row);
  const auto score = [&](int first, float(&scores)[4][4]) {
    load_rows<kDim, true>(shared.kv, p.k, s.type, r.keys + first * r.key_pitch, r.key_pitch,
                          s.seq_kv - first);
    __syncthreads();
    plain_scores<kDim>(shared.q, shared.kv, r.x, r.y, scores);
  };
  for (int first = 0; first < keys; first += kEdge) {
    float scores[4][4] = {};
    score(first, scores);
    find_extremes(r, scores, first);
    __syncthreads();
  }
  for (int i = 0; i < 4; ++i) {
    r.most[i] = over_row(r.most[i], [](float x, float y) { return fmaxf(x, y); });
    r.least[i] = over_row(r.least[i], [](float x, float y) { return fminf(x, y); });
  }
  for (int first = 0; first < keys; first += kEdge) {
    float scores[4][4] = {};
    score(first, scores);
    exponentiate(r, scores, first, p.scale, shared.p);
    __syncthreads();
    load_rows<kDim, false>(shared.kv, p.v, s.type, r.keys + first * r.key_pitch, r.key_pitch,
                           s.seq_kv - first);
    __syncthreads();
    add_values(r, shared.p, shared.kv);
    __syncthreads();
  }
  compare_rows(p, r, head_of_all);
}

__global__ void attention_check_reset_kernel(Mismatch* report) { *report = Mismatch{}; }

// One thread: takes the first wrong element's word apart.
__global__ void attention_explain_kernel(const void* o, Mismatch* report) {
  if (report->first == kNoMismatch) return;
  report->expected = report->first & 0xFFFFu;
  report->first >>= 16;
  report->got = static_cast<const std::uint16_t*>(o)[report->first];
}

}  // namespace ga
