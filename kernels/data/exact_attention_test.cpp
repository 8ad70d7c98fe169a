// Exact attention data: its answer is the softmax's, and no correct arithmetic rounds it otherwise.
#include "kernels/data/exact_attention.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "kernels/data/hash_term.h"

namespace {

using ga::AttentionMask;
using ga::AttentionShape;
using ga::ElementType;
using ga::ExactAttention;

float value(std::uint16_t bits, ElementType type) {
  return type == ElementType::bf16 ? to_float(ga::Bf16{bits}) : to_float(ga::Fp16{bits});
}
std::uint16_t rounded(float x, ElementType type) {
  return type == ElementType::bf16 ? ga::to_bf16(x).bits : ga::to_fp16(x).bits;
}

// One row by the definition, in double.
std::vector<double> softmax_row(const ExactAttention& a, const ga::ExactAttentionData& data,
                                std::int64_t b, std::int64_t row, std::int64_t head) {
  const AttentionShape& s = a.shape;
  const std::int64_t kv_head = head / (s.heads / s.kv_heads), keys = visible_keys(s, row);
  const std::uint16_t* const q = data.q.data() + ((b * s.seq_q + row) * s.heads + head) * s.dim;
  const auto kv = [&](const std::vector<std::uint16_t>& of, std::int64_t j, std::int64_t d) {
    const std::int64_t at = ((b * s.seq_kv + j) * s.kv_heads + kv_head) * s.dim + d;
    return double{value(of[static_cast<std::size_t>(at)], s.type)};
  };
  std::vector<double> scores, out(static_cast<std::size_t>(s.dim));
  double most = -std::numeric_limits<double>::infinity(), sum = 0;
  for (std::int64_t j = 0; j < keys; ++j) {
    double score = 0;
    for (std::int64_t d = 0; d < s.dim; ++d) score += value(q[d], s.type) * kv(data.k, j, d);
    scores.push_back(score * ga::exact_attention_scale(s.dim));
    most = std::max(most, scores.back());
  }
  for (double& score : scores) sum += score = std::exp(score - most);
  for (std::int64_t j = 0; j < keys; ++j) {
    for (std::int64_t d = 0; d < s.dim; ++d) {
      out[static_cast<std::size_t>(d)] +=
          scores[static_cast<std::size_t>(j)] / sum * kv(data.v, j, d);
    }
  }
  return out;
}

void expect_softmax(const ExactAttention& a) {
  const AttentionShape& s = a.shape;
  const auto data = ga::exact_attention_data(a);
  const auto o = ga::exact_attention_output(a);
  ASSERT_EQ(o.size(), static_cast<std::size_t>(s.q_elements()));
  std::size_t at = 0;
  for (std::int64_t i = 0; i < s.batch * s.seq_q * s.heads; ++i) {
    const auto row =
        softmax_row(a, data, i / s.heads / s.seq_q, i / s.heads % s.seq_q, i % s.heads);
    for (const double right : row) {
      // A sum in double cancels to within 1e-15 of 0.
      const float narrow = std::fabs(right) < 1e-9 ? 0.0f : static_cast<float>(right);
      ASSERT_EQ(o[at++], rounded(narrow, s.type)) << "row " << i << ": " << right;
    }
  }
}

constexpr AttentionShape kShape{2, 2, 1, 50, 270, 64, AttentionMask::causal, ElementType::bf16};

TEST(ExactAttention, AnswerIsTheSoftmaxOfTheData) {
  expect_softmax({kShape, 1});
  expect_softmax({{1, 3, 1, 90, 150, 128, AttentionMask::full, ElementType::fp16}, 2});
  expect_softmax({{1, 2, 2, 40, 17, 64, AttentionMask::causal, ElementType::fp16}, 3});
  expect_softmax({{1, 1, 1, 160, 290, 128, AttentionMask::causal, ElementType::bf16}, 4});
}

TEST(ExactAttention, RowsThatSeeNoKeyArePlusZero) {
  const ExactAttention a{{1, 2, 1, 9, 4, 64, AttentionMask::causal, ElementType::bf16}, 5};
  const auto o = ga::exact_attention_output(a);
  for (std::size_t i = 0; i < 5 * 2 * 64; ++i) ASSERT_EQ(o[i], 0u);
  std::set<std::uint16_t> rest(o.begin() + 5 * 2 * 64, o.end());
  EXPECT_GT(rest.size(), 4u);
}

// Every sum over every number of keys, by every reciprocal, product and quotient that is at most
// two units in the last place off, each: rounded to the type it is the same.
TEST(ExactAttention, NoArithmeticAFewUlpsOffRoundsOtherwise) {
  for (int n = 1; n <= ga::kExactMostMembers; ++n) {
    for (int sum = 1; sum <= ga::kExactValueRange * n; ++sum) {
      const float s = static_cast<float>(sum), right = s / static_cast<float>(n);
      const std::uint16_t bf16 = rounded(right, ElementType::bf16);
      const std::uint16_t fp16 = rounded(right, ElementType::fp16);
      for (int off = -2; off <= 2; ++off) {
        const float reciprocal = ga::bits_float(ga::float_bits(1.0f / static_cast<float>(n)) +
                                                static_cast<unsigned>(off));
        const std::uint32_t product = ga::float_bits(s * reciprocal);
        for (const int more : {-2, 0, 2}) {
          const float got = ga::bits_float(product + static_cast<unsigned>(more));
          ASSERT_EQ(rounded(got, ElementType::bf16), bf16) << sum << "/" << n;
          ASSERT_EQ(rounded(got, ElementType::fp16), fp16) << sum << "/" << n;
        }
      }
    }
  }
}

// Why V's range is not 8: a unit in the last place decides how a midpoint is rounded.
TEST(ExactAttention, LargerIntegersWouldMeetAMidpoint) {
  const float midpoint = 257.0f / 64;
  EXPECT_NE(rounded(std::nextafter(midpoint, 9.0f), ElementType::bf16),
            rounded(midpoint, ElementType::bf16));
}

// Scores of other classes vanish in fp32, denormals included, and twice as far for large keys.
TEST(ExactAttention, TheScaleSeparatesClasses) {
  for (const int dim : {64, 128}) {
    const double log2_e = 1.4426950408889634;
    const double lower =
        ga::kExactAmplitude * dim * double{ga::exact_attention_scale(dim)} * log2_e;
    EXPECT_GT(lower, 151);
  }
}

// Every run of `dim` keys holds every code once, in an order of its own; all elements differ from
// zero but V's, whose integers are all drawn.
TEST(ExactAttention, EachRunHasEveryClassOnceInItsOwnOrder) {
  const ExactAttention a{kShape, 6};
  const auto data = ga::exact_attention_data(a);
  std::set<std::vector<std::vector<std::uint16_t>>> orders;
  for (std::int64_t run = 0; run < 4; ++run) {
    std::vector<std::vector<std::uint16_t>> order;
    for (std::int64_t j = 0; j < 64; ++j) {
      const auto row = data.k.begin() + (64 * run + j) * 64;
      order.emplace_back(row, row + 64);
      for (std::uint16_t& bits : order.back()) bits &= 0x8000;  // the sign, not the amplitude
    }
    EXPECT_EQ(std::set<std::vector<std::uint16_t>>(order.begin(), order.end()).size(), 64u);
    orders.insert(order);
  }
  EXPECT_EQ(orders.size(), 4u);
  EXPECT_EQ(std::set<std::uint16_t>(data.v.begin(), data.v.end()).size(), 9u);
  EXPECT_EQ(std::set<std::uint16_t>(data.q.begin(), data.q.end()).size(), 2u);
  EXPECT_EQ(std::set<std::uint16_t>(data.k.begin(), data.k.end()).size(), 4u);
}

TEST(AttentionShape, PairsAreTheKeysThatAllQueriesSee) {
  for (const AttentionMask mask : {AttentionMask::causal, AttentionMask::full}) {
    for (const std::int64_t seq_q : {1, 7, 40}) {
      for (const std::int64_t seq_kv : {1, 7, 33}) {
        const AttentionShape s{1, 1, 1, seq_q, seq_kv, 64, mask, ElementType::bf16};
        std::int64_t pairs = 0;
        for (std::int64_t row = 0; row < seq_q; ++row) pairs += visible_keys(s, row);
        EXPECT_EQ(ga::attention_pairs(s), static_cast<double>(pairs)) << seq_q << " " << seq_kv;
      }
    }
  }
  // Three queries of three keys see 1, 2 and 3; two products of 128 multiply-adds each.
  const AttentionShape s{2, 4, 1, 3, 3, 128, AttentionMask::causal, ElementType::bf16};
  EXPECT_EQ(ga::attention_flops(s), 2 * 4 * 6 * 4.0 * 128);
  EXPECT_EQ(ga::attention_bytes(s), 2.0 * (2 * 2 * 3 * 4 * 128 + 2 * 2 * 3 * 128));
}

TEST(ExactAttention, RefusesWhatWouldNotBeExact) {
  const auto says = [](const AttentionShape& shape, const char* part) {
    const ga::Status status = ga::exact_attention_check(shape);
    ASSERT_FALSE(status) << part;
    EXPECT_NE(status.error().what().find(part), std::string::npos) << status.error().what();
  };
  EXPECT_TRUE(ga::exact_attention_check(kShape));
  AttentionShape s = kShape;
  s.seq_kv = 127 * 64;
  EXPECT_TRUE(ga::exact_attention_check(s));
  s.seq_kv += 1;
  says(s, "at most 8128 keys for dim 64");
  s = kShape;
  s.dim = 96;
  says(s, "dim");
  s = kShape;
  s.kv_heads = 3;
  says(s, "multiple");
  s = kShape;
  s.seq_q = 0;
  says(s, "positive");
  s = kShape;
  s.type = ElementType::fp32;
  says(s, "bf16");
}

// What verifiers of every version must find; and the hash is that of the bytes.
TEST(ExactAttention, GoldenHashes) {
  const auto o = ga::exact_attention_output({kShape, 1});
  EXPECT_EQ(ga::exact_attention_hash({kShape, 1}), ga::hash_bytes(o.data(), 2 * o.size()));
  EXPECT_NE(ga::exact_attention_hash({kShape, 1}), ga::exact_attention_hash({kShape, 2}));
  const auto shape = [](AttentionMask mask, ElementType type) {
    return AttentionShape{1, 16, 4, 4000, 4000, 128, mask, type};
  };
  using enum AttentionMask;
  EXPECT_EQ(ga::exact_attention_hash({shape(causal, ElementType::bf16), 1}), 0x97E798CAB411BD31u);
  EXPECT_EQ(ga::exact_attention_hash({shape(causal, ElementType::fp16), 1}), 0xFEF14493119FE799u);
  EXPECT_EQ(ga::exact_attention_hash({shape(full, ElementType::bf16), 7}), 0x9D074C52C0365BC5u);
}

}  // namespace
