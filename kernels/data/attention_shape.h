// The shape of an attention: what the kernels, the cases, the simulated node and the gates share.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/data/element.h"

namespace ga {

// causal: query i of `seq_q` sees key j of `seq_kv` if j <= i + seq_kv - seq_q; the last query sees
// every key. A query that sees none has the answer 0 and the log-sum-exp -infinity.
enum class AttentionMask { full, causal };

// Q and O are [batch][seq_q][heads][dim], K and V [batch][seq_kv][kv_heads][dim], without padding;
// query head h reads key head h / (heads / kv_heads).
struct AttentionShape {
  std::int64_t batch = 1, heads = 1, kv_heads = 1, seq_q = 1, seq_kv = 1, dim = 128;
  AttentionMask mask = AttentionMask::causal;
  ElementType type = ElementType::bf16;  // or fp16
  std::int64_t q_elements() const { return batch * seq_q * heads * dim; }
  std::int64_t kv_elements() const { return batch * seq_kv * kv_heads * dim; }
  std::int64_t lse_elements() const { return batch * heads * seq_q; }  // [batch][heads][seq_q]
};

// The question that is timed and the one that has an exact answer, but for their length: as long as
// whoever asks them says.
inline constexpr AttentionShape kTimedAttention{.batch = 4, .heads = 32, .kv_heads = 8};
inline constexpr AttentionShape kExactAttention{.batch = 1, .heads = 16, .kv_heads = 4};
constexpr AttentionShape of_length(AttentionShape shape, std::int64_t elements) {
  shape.seq_q = shape.seq_kv = elements;
  return shape;
}

// Keys that query `query` sees.
GA_HOST_DEVICE std::int64_t visible_keys(const AttentionShape& s, std::int64_t query) {
  if (s.mask == AttentionMask::full) return s.seq_kv;
  const std::int64_t keys = query + 1 + s.seq_kv - s.seq_q;
  return keys < 0 ? 0 : keys < s.seq_kv ? keys : s.seq_kv;
}

// Pairs of a query and a key that it sees, of one head.
constexpr double attention_pairs(const AttentionShape& s) {
  const auto q = static_cast<double>(s.seq_q), kv = static_cast<double>(s.seq_kv);
  if (s.mask == AttentionMask::full) return q * kv;
  const double rows = std::min(q, kv);  // that see a key; the last sees kv, the one before one less
  return rows * kv - rows * (rows - 1) / 2;
}

// Two products, each of a multiplication and an addition a pair and a dimension. Published figures
// count half of the square for causal, which is the same but for one row's length.
constexpr double attention_flops(const AttentionShape& s) {
  return 4.0 * static_cast<double>(s.batch * s.heads * s.dim) * attention_pairs(s);
}

// Five products where the forward has two. What a kernel computes again is not counted.
constexpr double attention_bwd_flops(const AttentionShape& s) { return 2.5 * attention_flops(s); }

// Least bytes over the memory bus: Q, K and V in once, O out once.
constexpr double attention_bytes(const AttentionShape& s) {
  return element_bytes(s.type) * 2.0 *
         static_cast<double>(s.batch * s.dim * (s.seq_q * s.heads + s.seq_kv * s.kv_heads));
}

}  // namespace ga
