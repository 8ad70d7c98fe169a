// The portable attention executed on the CPU, lane by lane: loads, fragments, masks, softmax,
// edges, placement.
#include "kernels/testing/simt_ptx.h"
//
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "kernels/testing/attention_run.h"

namespace {

using ga::AttentionMask;
using ga::AttentionShape;
using ga::ElementType;
using ga::testing::portable::AttentionData;
using ga::testing::portable::exact_attention;
using ga::testing::portable::random_attention;
using ga::testing::portable::run_attention;
using ga::testing::portable::words;

constexpr auto kCausal = AttentionMask::causal, kFull = AttentionMask::full;
constexpr auto kBf16 = ElementType::bf16, kFp16 = ElementType::fp16;
constexpr float kInfinite = std::numeric_limits<float>::infinity();

template <int kWarps = 4>
void expect_exact(const AttentionShape& s, std::uint64_t seed, const ga::simt::Options& options) {
  AttentionData data = exact_attention(s, seed);
  run_attention<kWarps>(data, {.scale = ga::exact_attention_scale(s.dim), .options = options});
  const auto right = ga::exact_attention_output({s, seed}), got = data.o.inside();
  const auto wrong = std::mismatch(got.begin(), got.end(), right.begin()).first - got.begin();
  EXPECT_EQ(wrong, static_cast<std::ptrdiff_t>(got.size()))
      << s.seq_q << " x " << s.seq_kv << ", dim " << s.dim << ", first wrong";
}

TEST(AttentionKernel, IsExactAtRaggedLengthsAndEveryShareOfKeyHeads) {
  std::uint64_t seed = 1;
  for (const AttentionShape& s : {AttentionShape{1, 1, 1, 1, 1, 64, kCausal, kBf16},
                                  AttentionShape{1, 2, 1, 65, 203, 128, kCausal, kBf16},
                                  AttentionShape{1, 4, 2, 113, 67, 64, kCausal, kFp16},
                                  AttentionShape{1, 1, 1, 61, 64, 128, kFull, kFp16},
                                  AttentionShape{1, 8, 1, 1, 130, 64, kCausal, kBf16},
                                  AttentionShape{2, 3, 3, 17, 129, 64, kFull, kBf16}}) {
    expect_exact(s, seed++, {.order_seed = 7});
  }
}

TEST(AttentionKernel, LaunchedTilesAreExact) {
  expect_exact<8>({1, 1, 1, 140, 150, 128, kCausal, kBf16}, 21, {.order_seed = 3});
  expect_exact<8>({1, 1, 1, 130, 70, 64, kFull, kFp16}, 22, {.order_seed = 3});
}

// Copies that land at once and as late as the waits allow, threads in several orders: a missing
// wait reads poison, a missing barrier reads too early or overwrites too soon.
TEST(AttentionKernel, DoesNotDependOnTheOrderOfThreadsAndCopies) {
  for (const bool eager : {false, true}) {
    for (const std::uint32_t order : {0u, 77u}) {
      expect_exact({1, 1, 1, 40, 270, 64, kCausal, kBf16}, 4,
                   {.order_seed = order, .eager_copies = eager});
    }
  }
}

TEST(AttentionKernel, EveryPlacementGivesTheSameBitsAndEveryTile) {
  const AttentionShape s{1, 2, 1, 150, 40, 64, kFull, kBf16};
  AttentionData natural = random_attention(s, 3);
  run_attention(natural, {.scale = 0.125f});
  for (const std::uint64_t placement : {1u, 2u}) {
    AttentionData shuffled = random_attention(s, 3);
    run_attention(shuffled, {.scale = 0.125f, .placement = placement});
    EXPECT_EQ(shuffled.o.inside(), natural.o.inside());
    EXPECT_EQ(shuffled.lse, natural.lse);
    EXPECT_NE(shuffled.smid, natural.smid) << "placement " << placement << " moved nothing";
  }
}

TEST(AttentionKernel, TheOrderHasEveryTileOnceAndLongOnesFirst) {
  const AttentionShape s{3, 4, 2, 500, 500, 64, kCausal, kBf16};
  std::set<std::int64_t> tiles;
  std::int64_t before = 4;
  for (std::int64_t i = 0; i < 3 * 4 * 4; ++i) {
    const auto at = ga::attention_tile_at(i, s, 4);
    tiles.insert((at.batch * s.heads + at.head) * 4 + at.tile);
    EXPECT_LE(at.tile, before);
    before = at.tile;
  }
  EXPECT_EQ(tiles.size(), 48u);
  EXPECT_EQ(*tiles.rbegin(), 47);
}

// The largest error of an attention in the type by the definition: probabilities and output rounded
// to it, everything else in double.
double plain_error(AttentionData& data, float scale, const std::vector<double>& right) {
  const AttentionShape& s = data.shape;
  const auto rounded = [&](double x) {
    std::uint16_t bits = 0;
    ga::set_element(&bits, 0, s.type, x);
    return ga::element(&bits, 0, s.type);
  };
  double worst = 0;
  for (std::int64_t i = 0; i < s.batch * s.seq_q * s.heads; ++i) {
    const std::int64_t head = i % s.heads, row = i / s.heads % s.seq_q;
    const std::int64_t batch = i / s.heads / s.seq_q, kv_head = head / (s.heads / s.kv_heads);
    const auto key = [&](std::int64_t j) {
      return ((batch * s.seq_kv + j) * s.kv_heads + kv_head) * s.dim;
    };
    std::vector<double> p(words(visible_keys(s, row)));
    for (std::size_t j = 0; j < p.size(); ++j) {
      for (std::int64_t d = 0; d < s.dim; ++d) {
        p[j] += scale * ga::element(data.q.data(), i * s.dim + d, s.type) *
                ga::element(data.k.data(), key(static_cast<std::int64_t>(j)) + d, s.type);
      }
    }
    const double most = *std::max_element(p.begin(), p.end());
    double sum = 0;
    for (double& x : p) sum += x = std::exp(x - most);
    for (std::int64_t d = 0; d < s.dim; ++d) {
      double o = 0;
      for (std::size_t j = 0; j < p.size(); ++j) {
        const std::int64_t at = key(static_cast<std::int64_t>(j)) + d;
        o += rounded(p[j]) * ga::element(data.v.data(), at, s.type);
      }
      worst = std::max(worst, std::fabs(rounded(o / sum) - right[words(i * s.dim + d)]));
    }
  }
  return worst;
}

TEST(AttentionKernel, RandomDataIsAtMostTwiceAsFarOffAsAPlainAttention) {
  for (const AttentionShape& s : {AttentionShape{1, 1, 1, 60, 190, 64, kCausal, kBf16},
                                  AttentionShape{1, 2, 1, 20, 130, 128, kFull, kFp16}}) {
    AttentionData data = random_attention(s, 8);
    const float scale = ga::exact_attention_scale(s.dim);
    run_attention(data, {.scale = scale});
    std::vector<double> right(words(s.q_elements())), lse(words(s.lse_elements()));
    ga::attention_ref(data.args(scale), right.data(), lse.data());
    double worst = 0;
    for (std::size_t i = 0; i < right.size(); ++i) {
      const double got = ga::element(data.o.data(), static_cast<std::int64_t>(i), s.type);
      worst = std::max(worst, std::fabs(got - right[i]));
    }
    EXPECT_LE(worst, 2 * plain_error(data, scale, right));
    for (std::size_t i = 0; i < lse.size(); ++i) EXPECT_NEAR(data.lse[i], lse[i], 4e-6);
  }
}

TEST(AttentionKernel, RowsThatSeeNoKeyAreZeroWithTheSumOfNothing) {
  const AttentionShape s{1, 1, 1, 150, 20, 64, kCausal, kBf16};  // the first tile sees none
  AttentionData data = random_attention(s, 2);
  run_attention(data, {.scale = 0.125f});
  for (std::size_t i = 0; i < 130; ++i) EXPECT_EQ(data.lse[i], -kInfinite) << i;
  for (std::size_t i = 130; i < 150; ++i) EXPECT_TRUE(std::isfinite(data.lse[i])) << i;
  const auto o = data.o.inside();
  EXPECT_EQ(std::count(o.begin(), o.begin() + 130 * 64, 0), 130 * 64);
  EXPECT_NE(std::count(o.begin() + 130 * 64, o.end(), 0), 20 * 64);
}

// Key `key` of random data gets `value` in its first dimension, where every query has 1.
AttentionData with_key(const AttentionShape& s, std::int64_t key, float value) {
  AttentionData data = random_attention(s, 9);
  for (std::int64_t i = 0; i < s.seq_q; ++i) ga::set_element(data.q.data(), i * s.dim, s.type, 1);
  ga::set_element(data.k.data(), key * s.dim, s.type, value);
  return data;
}

bool all_nan(const AttentionData& data, std::int64_t row) {
  int nan = 0;
  for (std::int64_t d = 0; d < data.shape.dim; ++d) {
    nan += std::isnan(ga::element(data.o.data(), row * data.shape.dim + d, data.shape.type));
  }
  return nan == data.shape.dim;
}
bool any_nan(const AttentionData& data, std::int64_t row) {
  for (std::int64_t d = 0; d < data.shape.dim; ++d) {
    if (std::isnan(ga::element(data.o.data(), row * data.shape.dim + d, data.shape.type))) {
      return true;
    }
  }
  return false;
}

TEST(AttentionKernel, ANanAmongTheScoresReachesTheRowsThatSeeItAndNoOther) {
  const AttentionShape s{1, 1, 1, 90, 90, 64, kCausal, kFp16};
  AttentionData data = with_key(s, 70, std::nanf(""));
  run_attention(data, {.scale = 0.125f});
  for (std::int64_t row = 0; row < 90; ++row) {
    EXPECT_EQ(all_nan(data, row), row >= 70) << row;
    EXPECT_EQ(any_nan(data, row), row >= 70) << row;
    EXPECT_EQ(std::isnan(data.lse[words(row)]), row >= 70) << row;
  }
}

// A key of minus infinity weighs nothing; where it is the only one, the row is 0.
TEST(AttentionKernel, AKeyOfMinusInfinityWeighsNothing) {
  const AttentionShape s{1, 1, 1, 80, 80, 64, kCausal, kBf16};
  AttentionData data = with_key(s, 0, -kInfinite);
  run_attention(data, {.scale = 0.125f});
  EXPECT_EQ(data.lse[0], -kInfinite);
  for (std::int64_t d = 0; d < 64; ++d) EXPECT_EQ(data.o.inside()[words(d)], 0u);
  for (std::int64_t row = 1; row < 80; ++row) EXPECT_FALSE(any_nan(data, row)) << row;
  // Row 1 sees one other key: its value.
  for (std::size_t d = 64; d < 128; ++d) EXPECT_EQ(data.o.inside()[d], data.v.inside()[d]);
}

// In V a NaN reaches the rows that see it, and none of a tile that does not read it.
TEST(AttentionKernel, ANanInVStaysInTheTilesThatReadIt) {
  const AttentionShape s{1, 1, 1, 100, 100, 64, kCausal, kBf16};
  AttentionData data = random_attention(s, 9);
  for (std::int64_t d = 0; d < 64; ++d) {
    ga::set_element(data.v.data(), 90 * 64 + d, s.type, std::nanf(""));
  }
  run_attention(data, {.scale = 0.125f});
  for (std::int64_t row = 0; row < 64; ++row) EXPECT_FALSE(any_nan(data, row)) << row;
  for (std::int64_t row = 90; row < 100; ++row) EXPECT_TRUE(all_nan(data, row)) << row;
}

}  // namespace
