// Why every correct attention rounds these answers alike.
//
// Scores. 16 dim and 32 dim are powers of two, so scale x score is rounded once, in the scale, and
// a kernel's fma(score, c, -max c) is exactly 0 for a key that has the maximum, whatever its c.
// Others are at least 16 dim scale log2(e) lower: 261 for dim 128, 184 for dim 64. 2^-150 is 0 in
// fp32. What was added under a lower maximum is multiplied by the same 0.
//
// Members. Each complete run of `dim` keys has every class once: at most ceil(seq_kv / dim) keys of
// a class. The visible keys are the first so many; if none of them is of the class, they contain no
// complete run and are at most dim - 1 <= 127. So n <= 127 with kExactMostMembers = 127.
//
// Rounding. A row is S/n, S and n exact in fp32, |S| <= 4n. An fp32 division, or a reciprocal and a
// product, is within 4 units in the last place, relative 2^-21. The type has p bits (8 or 11), and
// its midpoints are M 2^e with M odd, 2^p <= M < 2^(p+1). |S/n| <= 4 makes e negative for p >= 8.
// - S/n is no midpoint: |S/n - M 2^e| = |S 2^-e - n M| 2^e / n, an integer that is not 0 times
//   2^e / n, so the relative distance is at least 1 / (n (2^(p+1) - 1)) > 1 / (127 x 4096) > 2^-19:
//   four times as far as fp32 reaches.
// - S/n is a midpoint: n = 2^k o with o odd, S 2^-e = 2^k o M. Then o divides S, and S/o =
//   M 2^(k+e) is an integer and M odd, so |S/o| >= M >= 257. But |S/o| <= 4 x 2^k <= 256, as
//   2^k <= 64. So there is none. (Integers to 8 would have had one: 257/64 in bf16.)
// S = 0 is +0: a sum that begins at +0 and cancels is +0, and rows without a key are 0 by
// definition.
#include "kernels/data/exact_attention.h"

#include <bit>
#include <cmath>
#include <string>

#include "kernels/data/exact_fill.h"
#include "kernels/data/exact_gemm.h"
#include "kernels/data/hash_term.h"

namespace ga {
namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

std::uint16_t bits_of(float value, ElementType type) {
  return type == ElementType::fp16 ? to_fp16(value).bits : to_bf16(value).bits;
}

// The codes of all classes, one row each: Sylvester's Hadamard matrix.
std::vector<std::uint16_t> codes(std::int64_t dim, int amplitude, ElementType type) {
  const std::uint16_t plus = bits_of(static_cast<float>(amplitude), type);
  std::vector<std::uint16_t> rows(at(dim * dim));
  for (unsigned i = 0; i < rows.size(); ++i) {
    const unsigned row = i / static_cast<unsigned>(dim), col = i % static_cast<unsigned>(dim);
    const bool minus = std::popcount(row & col) % 2 != 0;
    rows[i] = static_cast<std::uint16_t>(plus | (minus ? 0x8000u : 0u));
  }
  return rows;
}

int query_class(const ExactAttention& a, std::int64_t batch, std::int64_t head, std::int64_t row) {
  const std::int64_t index = (batch * a.shape.heads + head) * a.shape.seq_q + row;
  const std::uint32_t word = philox_word(a.seed, static_cast<std::uint64_t>(index), kStreamExactQ);
  return static_cast<int>(word % static_cast<std::uint32_t>(a.shape.dim));
}

// Classes of the keys of one key head: an affine bijection in each run of `dim` keys.
class KeyClasses {
 public:
  KeyClasses(const ExactAttention& a, std::int64_t batch, std::int64_t head) {
    const auto dim = static_cast<std::uint32_t>(a.shape.dim);
    const auto first = static_cast<std::uint64_t>(batch * a.shape.kv_heads + head) << 32;
    Philox4 draw{};
    for (std::uint32_t j = 0; j < static_cast<std::uint64_t>(a.shape.seq_kv); ++j) {
      if (j % dim == 0) draw = philox(a.seed, first + j / dim, kStreamExactK);
      of_.push_back(static_cast<int>(((draw.word[0] | 1u) * j + draw.word[1]) % dim));
    }
  }
  int operator[](std::int64_t key) const { return of_[at(key)]; }

 private:
  std::vector<int> of_;
};

// The keys of one key head seen so far, by class.
class Seen {
 public:
  explicit Seen(std::int64_t dim) : dim_(dim), sums_(at((dim + 1) * dim)), groups_(at(dim + 1)) {}

  // Of `values` the first kExactValueRange stand for 0, as exact_fill() writes them.
  void add(int of_class, bool large, const std::uint32_t* values) {
    Group& group = groups_[at(of_class)];
    std::int32_t* const sum = sums_.data() + of_class * dim_;
    if (large && !group.large) {  // from now on the small ones weigh nothing
      group = {0, true};
      std::fill_n(sum, dim_, 0);
    }
    ++group.count;
    ++groups_.back().count;
    std::int32_t* const all = sums_.data() + dim_ * dim_;
    for (std::int64_t d = 0; d < dim_; ++d) {
      const std::int32_t value = static_cast<std::int32_t>(values[d]) - kExactValueRange;
      sum[d] += value;
      all[d] += value;
    }
  }

  // The row of O of a query of this class.
  void answer(int of_class, ElementType type, std::uint16_t* out) const {
    const bool any = groups_[at(of_class)].count > 0;
    const std::int64_t row = any ? of_class : dim_;
    const std::int32_t* const sum = sums_.data() + row * dim_;
    const int count = groups_[at(row)].count;
    const auto n = static_cast<float>(count > 0 ? count : 1);
    if (type == ElementType::fp16) {
      for (std::int64_t d = 0; d < dim_; ++d) out[d] = to_fp16(static_cast<float>(sum[d]) / n).bits;
    } else {
      for (std::int64_t d = 0; d < dim_; ++d) out[d] = to_bf16(static_cast<float>(sum[d]) / n).bits;
    }
  }

 private:
  struct Group {
    int count = 0;
    bool large = false;
  };
  std::int64_t dim_;
  std::vector<std::int32_t> sums_;  // by class, and of all keys
  std::vector<Group> groups_;
};

// One row of V, element by element plus kExactValueRange; `to` has room for dim + 12.
void fill_values(const ExactAttention& a, std::int64_t batch, std::int64_t key, std::int64_t head,
                 std::uint32_t* to) {
  const AttentionShape& s = a.shape;
  const std::int64_t row = (batch * s.seq_kv + key) * s.kv_heads + head;
  exact_fill(a.seed, static_cast<std::uint64_t>(row * s.dim / 4),
             static_cast<std::uint64_t>(s.dim / 4), kStreamExactV, kExactValueRange, to);
}

// The rows of O that read one key head, in the order of their queries.
void answer_head(const ExactAttention& a, std::int64_t batch, std::int64_t kv_head,
                 std::uint16_t* o) {
  const AttentionShape& s = a.shape;
  const std::int64_t ratio = s.heads / s.kv_heads;
  const KeyClasses classes(a, batch, kv_head);
  Seen seen(s.dim);
  std::vector<std::uint32_t> values(at(s.dim + 12));
  std::int64_t key = 0;
  for (std::int64_t row = 0; row < s.seq_q; ++row) {
    for (const std::int64_t end = visible_keys(s, row); key < end; ++key) {
      fill_values(a, batch, key, kv_head, values.data());
      seen.add(classes[key], key >= s.dim, values.data());
    }
    for (std::int64_t head = kv_head * ratio; head < (kv_head + 1) * ratio; ++head) {
      std::uint16_t* const out = o + ((batch * s.seq_q + row) * s.heads + head) * s.dim;
      seen.answer(query_class(a, batch, head, row), s.type, out);
    }
  }
}

}  // namespace

float exact_attention_scale(std::int64_t dim) { return 1.0f / std::sqrt(static_cast<float>(dim)); }

Status exact_attention_check(const AttentionShape& s) {
  if (s.type != ElementType::bf16 && s.type != ElementType::fp16) {
    return Error(ErrorCode::usage, "exact attention: the type is neither bf16 nor fp16");
  }
  if (s.dim != 64 && s.dim != 128) {
    return Error(ErrorCode::usage, "exact attention: dim is neither 64 nor 128");
  }
  if (s.batch < 1 || s.seq_q < 1 || s.seq_kv < 1 || s.kv_heads < 1 || s.heads < 1 ||
      s.heads % s.kv_heads != 0) {
    return Error(ErrorCode::usage,
                 "exact attention: batch, heads and lengths must be positive, and heads a multiple "
                 "of kv_heads");
  }
  if (s.seq_kv > kExactMostMembers * s.dim) {
    return Error(ErrorCode::usage, "exact attention: at most " +
                                       std::to_string(kExactMostMembers * s.dim) +
                                       " keys for dim " + std::to_string(s.dim));
  }
  return Ok{};
}

ExactAttentionData exact_attention_data(const ExactAttention& a) {
  const AttentionShape& s = a.shape;
  ExactAttentionData data;
  data.q.reserve(at(s.q_elements()));
  const auto queries = codes(s.dim, kExactAmplitude, s.type);
  for (std::int64_t i = 0; i < s.batch * s.seq_q * s.heads; ++i) {
    const std::int64_t head = i % s.heads, row = i / s.heads % s.seq_q;
    const auto code = queries.begin() + query_class(a, i / s.heads / s.seq_q, head, row) * s.dim;
    data.q.insert(data.q.end(), code, code + s.dim);
  }
  data.k.resize(at(s.kv_elements()));
  data.v.resize(at(s.kv_elements()));
  const auto small = codes(s.dim, 1, s.type), large = codes(s.dim, 2, s.type);
  std::uint16_t values[2 * kExactValueRange + 1];
  for (int i = 0; i <= 2 * kExactValueRange; ++i) {
    values[i] = bits_of(static_cast<float>(i - kExactValueRange), s.type);
  }
  std::vector<std::uint32_t> drawn(at(s.dim + 12));
  for (std::int64_t i = 0; i < s.batch * s.kv_heads; ++i) {
    const std::int64_t batch = i / s.kv_heads, head = i % s.kv_heads;
    const KeyClasses classes(a, batch, head);
    for (std::int64_t key = 0; key < s.seq_kv; ++key) {
      const std::int64_t to = ((batch * s.seq_kv + key) * s.kv_heads + head) * s.dim;
      const auto& rows = key < s.dim ? small : large;
      std::copy_n(rows.begin() + classes[key] * s.dim, s.dim, data.k.begin() + to);
      fill_values(a, batch, key, head, drawn.data());
      for (std::int64_t d = 0; d < s.dim; ++d) data.v[at(to + d)] = values[drawn[at(d)]];
    }
  }
  return data;
}

std::vector<std::uint16_t> exact_attention_output(const ExactAttention& a) {
  std::vector<std::uint16_t> o(at(a.shape.q_elements()));
  for (std::int64_t i = 0; i < a.shape.batch * a.shape.kv_heads; ++i) {
    answer_head(a, i / a.shape.kv_heads, i % a.shape.kv_heads, o.data());
  }
  return o;
}

std::uint64_t exact_attention_hash(const ExactAttention& a) {
  const auto o = exact_attention_output(a);
  return hash_bytes(o.data(), 2 * o.size());
}

}  // namespace ga
