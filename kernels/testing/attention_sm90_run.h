// Runs the Hopper attention on the CPU over poisoned operands, beside a plain one in double. For
// tests, after simt_ptx_sm90.h.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "kernels/attention/attention_sm90_kernel.cuh"
#include "kernels/attention/attention_sm90_plan.h"

namespace ga::testing {

inline constexpr std::uint16_t kAttentionPoison = 0x7FC1;  // a NaN of both types
inline constexpr std::size_t kGuard = 64;                  // elements of it before and behind

// 16-bit elements at an aligned address, poison around them and in them.
struct Guarded {
  std::vector<std::uint16_t> memory;
  std::uint16_t* data;
  std::size_t size;
  explicit Guarded(std::int64_t elements)
      : memory(static_cast<std::size_t>(elements) + 2 * kGuard, kAttentionPoison),
        data(memory.data() + kGuard),
        size(static_cast<std::size_t>(elements)) {
    while (!tensor_map_aligned(data)) --data;
  }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  bool guards_kept() const {
    for (const std::uint16_t& x : memory) {
      if ((&x < data || &x >= data + size) && x != kAttentionPoison) return false;
    }
    return true;
  }
};

template <class T>
std::uint16_t bits_of(float x) {
  if constexpr (std::is_same_v<T, Bf16>) return to_bf16(x).bits;
  if constexpr (std::is_same_v<T, Fp16>) return to_fp16(x).bits;
}
template <class T>
float value_of(std::uint16_t bits) {
  return to_float(T{bits});
}

template <class T>
struct AttentionData {
  AttentionShape shape;
  float scale;
  Guarded q, k, v;

  AttentionData(AttentionShape of, float scale_)
      : shape(of), scale(scale_), q(of.q_elements()), k(of.kv_elements()), v(of.kv_elements()) {
    shape.type = std::is_same_v<T, Bf16> ? ElementType::bf16 : ElementType::fp16;
  }
  std::size_t q_at(std::int64_t b, std::int64_t row, std::int64_t head) const {
    return static_cast<std::size_t>(((b * shape.seq_q + row) * shape.heads + head) * shape.dim);
  }
  std::size_t kv_at(std::int64_t b, std::int64_t key, std::int64_t head) const {
    const std::int64_t kv_head = head / (shape.heads / shape.kv_heads);
    return static_cast<std::size_t>(((b * shape.seq_kv + key) * shape.kv_heads + kv_head) *
                                    shape.dim);
  }
  // Multiples of 1/64 below 2: exact in both types.
  void fill_random(std::uint64_t seed) {
    std::uint32_t stream = 40;
    for (Guarded* of : {&q, &k, &v}) {
      for (std::size_t i = 0; i < of->size; ++i) {
        const auto draw = static_cast<int>(philox(seed, i, stream).word[0] % 255) - 127;
        of->data[i] = bits_of<T>(static_cast<float>(draw) / 64.0f);
      }
      ++stream;
    }
  }
};

struct AttentionLaunch {
  std::uint64_t placement = 0;
  simt::Options options{};
  unsigned grid = 1;
  std::size_t l2_bytes = 50 << 20;
};
struct AttentionOutcome {
  std::vector<std::uint16_t> o;
  std::vector<float> lse;
  std::vector<std::uint32_t> smid;
};

template <int kDim, class T>
AttentionOutcome run_attention(const AttentionData<T>& data, const AttentionLaunch& launch) {
  using Shape = AttentionSm90Shape<kDim>;
  const AttentionShape& s = data.shape;
  Guarded o(s.q_elements());
  const AttentionOperands operands{data.q.data, data.k.data, data.v.data, o.data};
  EXPECT_EQ(attention_sm90_fault(s, operands, data.scale), nullptr);
  const AttentionSm90Maps maps = attention_sm90_maps(s, operands);
  AttentionOutcome out;
  out.lse.assign(static_cast<std::size_t>(s.lse_elements()), 12345.5f);
  out.smid.assign(static_cast<std::size_t>(s.batch * s.heads * attention_sm90_tiles_q(s)), 999);
  const AttentionSm90Params params{
      .q = simt::encode(maps.q),
      .k = simt::encode(maps.k),
      .v = simt::encode(maps.v),
      .o = simt::encode(maps.o),
      .order = attention_sm90_order(s, launch.placement, launch.grid, launch.l2_bytes),
      .keys = {static_cast<std::int32_t>(s.seq_q), static_cast<std::int32_t>(s.seq_kv),
               s.mask == AttentionMask::causal},
      .heads = static_cast<std::uint32_t>(s.heads),
      .group = static_cast<std::uint32_t>(s.heads / s.kv_heads),
      .scale_log2 = attention_sm90_scale_log2(data.scale),
      .lse = out.lse.data(),
      .smid = out.smid.data()};
  simt::Options options = launch.options;
  options.dynamic_shared = Shape::kSharedBytes;
  simt::run({launch.grid}, Shape::kThreads, options,
            [&] { attention_sm90_kernel<Shape, T>(params); });
  for (const std::uint32_t id : out.smid) EXPECT_LT(id, 999u);
  EXPECT_TRUE(o.guards_kept());
  out.o.assign(o.data, o.data + o.size);
  return out;
}

// One row in double: its values, and for each the sum of the magnitudes that it is made of.
struct PlainRow {
  std::vector<double> o, magnitude;
  double lse = -std::numeric_limits<double>::infinity();
};
template <class T>
PlainRow plain_row(const AttentionData<T>& data, std::int64_t b, std::int64_t head,
                   std::int64_t row) {
  const AttentionShape& s = data.shape;
  const std::int64_t keys = visible_keys(s, row);
  const auto dim = static_cast<std::size_t>(s.dim);
  PlainRow out{std::vector<double>(dim), std::vector<double>(dim)};
  if (keys == 0) return out;
  std::vector<double> scores(static_cast<std::size_t>(keys));
  double largest = -std::numeric_limits<double>::infinity(), sum = 0;
  for (std::int64_t key = 0; key < keys; ++key) {
    double& score = scores[static_cast<std::size_t>(key)];
    for (std::size_t d = 0; d < dim; ++d) {
      score += static_cast<double>(value_of<T>(data.q.data[data.q_at(b, row, head) + d])) *
               static_cast<double>(value_of<T>(data.k.data[data.kv_at(b, key, head) + d]));
    }
    score *= static_cast<double>(data.scale);
    largest = std::max(largest, score);
  }
  for (double& score : scores) sum += score = std::exp(score - largest);
  for (std::int64_t key = 0; key < keys; ++key) {
    for (std::size_t d = 0; d < dim; ++d) {
      const double v = value_of<T>(data.v.data[data.kv_at(b, key, head) + d]);
      const double part = scores[static_cast<std::size_t>(key)] / sum * v;
      out.o[d] += part;
      out.magnitude[d] += std::fabs(part);
    }
  }
  out.lse = largest + std::log(sum);
  return out;
}

// Each element within the rounding of its probabilities and its own: half a unit of the last place
// each, and a little for what fp32 does.
template <class T>
void expect_attention(const AttentionData<T>& data, const AttentionOutcome& out) {
  const AttentionShape& s = data.shape;
  const double unit = std::is_same_v<T, Bf16> ? 0x1p-8 : 0x1p-11;
  int wrong = 0;
  const auto complain = [&](const char* what, std::int64_t row, double got, double right) {
    if (++wrong < 4) {
      ADD_FAILURE() << what << " of row " << row << " is " << got << ", should be " << right;
    }
  };
  for (std::int64_t b = 0; b < s.batch; ++b) {
    for (std::int64_t head = 0; head < s.heads; ++head) {
      for (std::int64_t row = 0; row < s.seq_q; ++row) {
        const PlainRow right = plain_row(data, b, head, row);
        for (std::size_t d = 0; d < right.o.size(); ++d) {
          const double got = value_of<T>(out.o[data.q_at(b, row, head) + d]);
          const double bound = unit * (right.magnitude[d] + std::fabs(right.o[d])) * 1.01 + 1e-5;
          if (!(std::fabs(got - right.o[d]) <= bound)) complain("an element", row, got, right.o[d]);
        }
        const double lse = out.lse[static_cast<std::size_t>((b * s.heads + head) * s.seq_q + row)];
        const bool same = lse == right.lse || std::fabs(lse - right.lse) <= 1e-5;
        if (!same) complain("log-sum-exp", row, lse, right.lse);
      }
    }
  }
  EXPECT_EQ(wrong, 0) << "b" << s.batch << " h" << s.heads << "/" << s.kv_heads << " q" << s.seq_q
                      << " kv" << s.seq_kv << " d" << s.dim
                      << (s.mask == AttentionMask::causal ? " causal" : " full");
}

}  // namespace ga::testing
