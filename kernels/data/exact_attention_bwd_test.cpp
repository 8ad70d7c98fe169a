// Data with exact gradients: by the definition in integers, and no arithmetic of a few units in the
// last place rounds anything elsewhere.
#include "kernels/data/exact_attention_bwd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <set>

#include "kernels/data/hash_term.h"

namespace {

using ga::AttentionMask;
using ga::AttentionShape;
using ga::ElementType;
using ga::ExactAttention;

constexpr auto kCausal = AttentionMask::causal, kFull = AttentionMask::full;
constexpr auto kBf16 = ElementType::bf16, kFp16 = ElementType::fp16;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }
std::uint16_t narrowed(float x, ElementType type) {
  return type == kBf16 ? ga::to_bf16(x).bits : ga::to_fp16(x).bits;
}

// Everything that a backward adds up, as integers: the elements times a power of two.
class Definition {
 public:
  explicit Definition(const ExactAttention& a)
      : s_(a.shape), data_(ga::exact_attention_bwd_data(a)) {
    dq_.resize(at(s_.q_elements()));
    dk_.resize(at(s_.kv_elements()));
    dv_ = dk_;
    for (std::int64_t i = 0; i < s_.batch * s_.seq_q * s_.heads; ++i) add_row(i);
  }

  void expect(const ga::ExactAttentionGradients& got) const {
    const float scale = ga::kExactBackwardScale;
    for (std::size_t i = 0; i < dq_.size(); ++i) {
      ASSERT_EQ(got.q[i], bits(dq_[i].sum, scale)) << "dQ " << i;
    }
    for (std::size_t i = 0; i < dk_.size(); ++i) {
      ASSERT_EQ(got.k[i], bits(dk_[i].sum, scale)) << "dK " << i;
      ASSERT_EQ(got.v[i], bits(dv_[i].sum, 1)) << "dV " << i;
    }
  }
  // The largest sum of magnitudes, in units of the last place of what is added.
  std::int64_t largest() const { return largest_; }
  // n of all rows.
  const std::set<std::int64_t>& members() const { return members_; }
  std::size_t empty_rows() const { return empty_rows_; }

 private:
  static constexpr std::int64_t kUnits = 1 << 14;  // of 1: n divides it
  struct Sum {
    std::int64_t sum = 0, magnitude = 0;
    std::uint64_t all_bits = 0;
  };
  std::int64_t value(const std::vector<std::uint16_t>& of, std::int64_t i) const {
    return static_cast<std::int64_t>(ga::element(of.data(), i, s_.type));
  }
  std::uint16_t bits(std::int64_t sum, float factor) const {
    return narrowed(static_cast<float>(sum) * (factor / kUnits), s_.type);
  }
  void add(Sum& to, std::int64_t term) {
    to.sum += term;
    to.magnitude += std::abs(term);
    to.all_bits |= static_cast<std::uint64_t>(std::abs(term));
    if (term != 0) largest_ = std::max(largest_, to.magnitude >> std::countr_zero(to.all_bits));
  }

  void add_row(std::int64_t i) {
    const std::int64_t head = i % s_.heads, row = i / s_.heads % s_.seq_q;
    const std::int64_t batch = i / s_.heads / s_.seq_q, kv_head = head / (s_.heads / s_.kv_heads);
    const std::int64_t keys = visible_keys(s_, row), q = i * s_.dim;
    const auto number = [&](std::int64_t j) {
      return (batch * s_.seq_kv + j) * s_.kv_heads + kv_head;
    };
    std::vector<std::int64_t> scores(at(keys));
    for (std::int64_t j = 0; j < keys; ++j) {
      for (std::int64_t d = 0; d < s_.dim; ++d) {
        scores[at(j)] += value(data_.q, q + d) * value(data_.k, number(j) * s_.dim + d);
      }
    }
    const float lse = data_.lse[at((batch * s_.heads + head) * s_.seq_q + row)];
    if (keys == 0) {
      ++empty_rows_;
      EXPECT_EQ(lse, -std::numeric_limits<float>::infinity());
      for (std::int64_t d = 0; d < s_.dim; ++d) EXPECT_EQ(data_.o[at(q + d)], 0u);
      return;
    }
    const std::int64_t most = *std::max_element(scores.begin(), scores.end());
    std::vector<std::int64_t> members;
    for (std::int64_t j = 0; j < keys; ++j) {
      // What is not the maximum is so much lower that it is 0 in fp32.
      const bool lower = scores[at(j)] != most;
      ASSERT_TRUE(!lower || scores[at(j)] * 2 <= most);
      if (!lower) members.push_back(number(j));
    }
    ASSERT_EQ(static_cast<double>(most) * double{ga::kExactBackwardScale}, 256);
    const auto n = static_cast<std::int64_t>(members.size());
    members_.insert(n);
    ASSERT_EQ(std::popcount(members.size()), 1);
    ASSERT_FLOAT_EQ(lse, static_cast<float>(256 + std::log(static_cast<double>(n))));
    ASSERT_NO_FATAL_FAILURE(differentiate(q, members, n));
  }

  void differentiate(std::int64_t q, const std::vector<std::int64_t>& members, std::int64_t n) {
    Sum expected;  // D
    for (std::int64_t d = 0; d < s_.dim; ++d) {
      std::int64_t o = 0;
      for (const std::int64_t j : members) o += value(data_.v, j * s_.dim + d);
      ASSERT_EQ(o, value(data_.o, q + d) * n) << "O is no integer";
      add(expected, value(data_.o, q + d) * value(data_.d_o, q + d));
    }
    for (const std::int64_t j : members) {
      Sum dp;
      for (std::int64_t d = 0; d < s_.dim; ++d) {
        add(dp, value(data_.v, j * s_.dim + d) * value(data_.d_o, q + d));
      }
      const std::int64_t t = dp.sum - expected.sum;
      ASSERT_LE(std::abs(t), 256);  // n dS
      for (std::int64_t d = 0; d < s_.dim; ++d) {
        const std::int64_t p = kUnits / n;
        add(dv_[at(j * s_.dim + d)], p * value(data_.d_o, q + d));
        add(dk_[at(j * s_.dim + d)], p * t * value(data_.q, q + d));
        add(dq_[at(q + d)], p * t * value(data_.k, j * s_.dim + d));
      }
    }
  }

  AttentionShape s_;
  ga::ExactAttentionBackwardData data_;
  std::vector<Sum> dq_, dk_, dv_;
  std::set<std::int64_t> members_;
  std::int64_t largest_ = 0;
  std::size_t empty_rows_ = 0;
};

constexpr AttentionShape kMixed{2, 4, 2, 60, 110, 64, kCausal, kBf16};

TEST(ExactGradients, AreThoseOfTheDefinition) {
  for (const ExactAttention& a :
       {ExactAttention{kMixed, 1}, ExactAttention{{1, 2, 2, 30, 301, 128, kFull, kFp16}, 2},
        ExactAttention{{1, 3, 1, 80, 80, 128, kCausal, kBf16}, 3},
        ExactAttention{{1, 1, 1, 40, 700, 64, kCausal, kFp16}, 4},
        ExactAttention{{1, 2, 1, 1, 1, 64, kFull, kBf16}, 5}}) {
    const Definition right(a);
    ASSERT_FALSE(HasFatalFailure());
    right.expect(ga::exact_attention_gradients(a));
    EXPECT_LE(right.largest(), 1 << 24);
  }
}

TEST(ExactGradients, QueriesThatSeeNoKeyHaveNone) {
  const ExactAttention a{{1, 2, 1, 30, 12, 64, kCausal, kBf16}, 6};
  const Definition right(a);
  EXPECT_EQ(right.empty_rows(), 36u);
  const auto got = ga::exact_attention_gradients(a);
  right.expect(got);
  EXPECT_EQ(std::count(got.q.begin(), got.q.begin() + 36 * 64, 0), 36 * 64);
}

// Without its mask the same data have other gradients: hidden keys have codes that queries drew.
TEST(ExactGradients, HiddenKeysWouldMatter) {
  const auto data = ga::exact_attention_bwd_data({kMixed, 1});
  std::size_t rows = 0;
  for (std::int64_t i = 0; i < kMixed.batch * kMixed.seq_q * kMixed.heads; ++i) {
    const std::int64_t head = i % kMixed.heads, row = i / kMixed.heads % kMixed.seq_q;
    const std::int64_t batch = i / kMixed.heads / kMixed.seq_q;
    const auto score = [&](std::int64_t j) {
      const std::int64_t key =
          (batch * kMixed.seq_kv + j) * kMixed.kv_heads + head / (kMixed.heads / kMixed.kv_heads);
      double sum = 0;
      for (std::int64_t d = 0; d < kMixed.dim; ++d) {
        sum += ga::element(data.q.data(), i * kMixed.dim + d, kBf16) *
               ga::element(data.k.data(), key * kMixed.dim + d, kBf16);
      }
      return sum * double{ga::kExactBackwardScale};
    };
    bool matters = false;
    for (std::int64_t j = visible_keys(kMixed, row); j < kMixed.seq_kv; ++j) {
      matters = matters || score(j) == 256;
    }
    rows += matters ? 1 : 0;
  }
  EXPECT_GT(rows, 50u);
}

// Every size of group takes part; elements and gradients are of many values, both signs.
TEST(ExactGradients, AreManyAndDiffer) {
  const auto data = ga::exact_attention_bwd_data({kMixed, 1});
  const auto values = [](const std::vector<std::uint16_t>& of) {
    return std::set<std::uint16_t>(of.begin(), of.end()).size();
  };
  EXPECT_EQ(values(data.q), 2u);
  EXPECT_EQ(values(data.k), 4u);
  EXPECT_EQ(values(data.v), 5u);
  EXPECT_EQ(values(data.o), 3u);
  EXPECT_EQ(values(data.d_o), 5u);
  EXPECT_EQ(Definition({kMixed, 1}).members(), (std::set<std::int64_t>{1, 2, 4, 8, 16}));
  const auto got = ga::exact_attention_gradients({kMixed, 1});
  EXPECT_GT(values(got.q), 100u);
  EXPECT_GT(values(got.k), 100u);
  EXPECT_GT(values(got.v), 50u);
  for (const auto* of : {&got.q, &got.k, &got.v}) {
    const auto zeros = static_cast<std::size_t>(std::count(of->begin(), of->end(), 0));
    EXPECT_LT(zeros, of->size() / 2);
  }
}

TEST(ExactGradients, GroupsByHand) {
  const auto groups = ga::exact_attention_groups(29, 64);
  std::vector<std::int64_t> ends;
  for (const ga::ExactKeyGroup& group : groups) ends.push_back(group.end);
  EXPECT_EQ(ends, (std::vector<std::int64_t>{1, 2, 4, 8, 16, 24, 28, 29}));
  EXPECT_EQ(groups[4].repeat, 5u);
  EXPECT_EQ(groups[5].original, 4u);
  EXPECT_EQ(groups[6].original, 6u);
  EXPECT_EQ(groups[6].repeat, 6u);
}

// Of all lengths: no more codes than there are, sizes of powers of two, neighbours in one group.
TEST(ExactGradients, GroupsHaveCodesOfTheirOwnButForRepeats) {
  for (const std::int64_t dim : {64, 128}) {
    for (std::int64_t keys = 1; keys <= (dim << 13); keys = keys * 3 / 2 + 1) {
      std::int64_t before = 0;
      std::size_t repeats = 0;
      const auto groups = ga::exact_attention_groups(keys, dim);
      for (std::size_t i = 0; i < groups.size(); ++i) {
        const ga::ExactKeyGroup& group = groups[i];
        ASSERT_EQ(group.end - group.size, before);
        ASSERT_TRUE(std::has_single_bit(at(group.size)) && group.size <= 1 << 13) << keys;
        ASSERT_TRUE(group.size == 1 || before % 2 == 0) << "neighbours in two groups";
        ASSERT_TRUE(group.original == i || groups[group.original].repeat == i);
        ASSERT_TRUE(group.original == i || groups[group.original].size == group.size);
        repeats += group.original != i ? 1 : 0;
        before = group.end;
      }
      ASSERT_EQ(before, keys);
      ASSERT_LE(groups.size() - repeats, at(dim)) << keys;
    }
  }
}

// The exponent as kernels compute it, from a log-sum-exp as kernels compute it: within 2^-13.
TEST(ExactGradients, ProbabilitiesAreNearEnough) {
  constexpr float kLog2e = 1.44269504f, kLn2 = 0.693147181f, kScore = 2048;
  const float scale_log2 = ga::kExactBackwardScale * kLog2e;
  for (int n = 1; n <= 1 << 14; n *= 2) {
    const float sum = kScore * scale_log2 + std::log2(static_cast<float>(n));
    const double right = 256 + std::log(static_cast<double>(n));
    for (const float lse : {sum * kLn2, static_cast<float>(right), std::nextafter(sum * kLn2, 0.0f),
                            std::nextafter(sum * kLn2, 1e9f)}) {
      const float folded = std::exp2(std::fmaf(kScore, scale_log2, -lse * kLog2e));
      const float plain = std::exp(kScore * ga::kExactBackwardScale - lse);
      for (const float p : {folded, plain}) {
        EXPECT_LT(std::fabs(p * static_cast<float>(n) - 1), 0x1p-13f) << n;
      }
    }
  }
}

TEST(ExactGradients, SuchProbabilitiesAndWhatTheyMultiplyAreRoundedToTheRightOnes) {
  for (int n = 1; n <= 1 << 14; n *= 2) {
    for (int t = 1; t <= 256; ++t) {
      for (const ElementType type : {kBf16, kFp16}) {
        const float right = static_cast<float>(t) / static_cast<float>(n);
        const std::uint16_t bits = narrowed(right, type);
        ASSERT_EQ(ga::element(&bits, 0, type), static_cast<double>(right));
        for (const float off : {-0x1p-13f, 0x1p-13f}) {
          ASSERT_EQ(narrowed(right * (1 + off), type), bits) << t << "/" << n;
        }
      }
    }
  }
}

TEST(ExactGradients, RefuseWhatWouldNotBeExact) {
  const auto says = [](const AttentionShape& shape, const char* part) {
    const ga::Status status = ga::exact_attention_bwd_check(shape);
    ASSERT_FALSE(status) << part;
    EXPECT_NE(status.error().what().find(part), std::string::npos) << status.error().what();
  };
  EXPECT_TRUE(ga::exact_attention_bwd_check(kMixed));
  AttentionShape s = kMixed;
  s.seq_kv = std::int64_t{1} << 19;
  EXPECT_TRUE(ga::exact_attention_bwd_check(s));
  s.seq_kv += 1;
  says(s, "at most 524288 keys for dim 64");
  s = kMixed;
  s.seq_q = 1 << 14;
  EXPECT_TRUE(ga::exact_attention_bwd_check(s));
  s.seq_q += 1;
  says(s, "at most 32768 queries");
  s = kMixed;
  s.dim = 96;
  says(s, "dim");
  s = kMixed;
  s.kv_heads = 3;
  says(s, "multiple");
  s = kMixed;
  s.batch = 0;
  says(s, "positive");
  s = kMixed;
  s.type = ElementType::fp32;
  says(s, "bf16");
}

// What verifiers of every version must find; and the hashes are those of the bytes.
TEST(ExactGradients, GoldenHashes) {
  const ExactAttention a{kMixed, 1};
  const auto got = ga::exact_attention_gradients(a);
  const auto hashes = ga::exact_attention_gradient_hashes(a);
  EXPECT_EQ(hashes.k, ga::hash_bytes(got.k.data(), 2 * got.k.size()));
  auto all = got.q;
  all.insert(all.end(), got.k.begin(), got.k.end());
  all.insert(all.end(), got.v.begin(), got.v.end());
  EXPECT_EQ(ga::exact_attention_bwd_hash(a), ga::hash_bytes(all.data(), 2 * all.size()));
  EXPECT_NE(hashes.k, ga::exact_attention_gradient_hashes({kMixed, 2}).k);
  const auto of = [](AttentionMask mask, ElementType type) {
    return ga::exact_attention_gradient_hashes({{1, 16, 4, 1000, 1000, 128, mask, type}, 1});
  };
  using Hashes = ga::ExactAttentionGradientHashes;
  EXPECT_EQ(of(kCausal, kBf16),
            (Hashes{0xEFE7F7BF01447BBDu, 0x36EDFB8447E0093Bu, 0x18809D855161588Bu}));
  EXPECT_EQ(of(kFull, kFp16),
            (Hashes{0xC4FAA9818C60A30Eu, 0x5EA45169782A9717u, 0x20E6ABD26B3390B1u}));
}

}  // namespace
