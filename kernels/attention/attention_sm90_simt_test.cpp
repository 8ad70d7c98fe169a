// The Hopper attention kernel itself, executed on the CPU: TMA, barriers, both products, softmax.
#include "kernels/testing/simt_ptx_sm90.h"
//
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "kernels/testing/attention_sm90_run.h"

namespace {

using ga::AttentionMask;
using ga::AttentionShape;
using ga::Bf16;
using ga::Fp16;
using ga::testing::AttentionData;
using ga::testing::AttentionLaunch;
using ga::testing::AttentionOutcome;
using ga::testing::bits_of;
using ga::testing::expect_attention;
using ga::testing::run_attention;
using ga::testing::value_of;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

template <int kDim, class T>
void expect_right(AttentionShape shape, std::uint64_t seed, const AttentionLaunch& launch = {}) {
  shape.dim = kDim;
  AttentionData<T> data(shape, 1.0f / std::sqrt(static_cast<float>(kDim)));
  data.fill_random(seed);
  expect_attention(data, run_attention<kDim, T>(data, launch));
}

// Tiles of 192 and 128 rows, steps of 128 keys: less than one, a bit more than one, some.
TEST(AttentionSm90, IsRightAtRaggedLengths) {
  const std::int64_t lengths[][2] = {{1, 1}, {1, 300}, {113, 203}, {203, 113}};
  std::uint64_t seed = 1;
  for (const auto& [seq_q, seq_kv] : lengths) {
    for (const AttentionMask mask : {AttentionMask::full, AttentionMask::causal}) {
      const AttentionShape shape{.seq_q = seq_q, .seq_kv = seq_kv, .mask = mask};
      expect_right<64, Fp16>(shape, ++seed);
      expect_right<128, Bf16>(shape, ++seed);
    }
  }
}

TEST(AttentionSm90, IsRightInBothTypesOfBothDims) {
  const AttentionShape shape{.seq_q = 70, .seq_kv = 150};
  expect_right<64, Bf16>(shape, 31, {.options = {.order_seed = 5}});
  expect_right<128, Fp16>(shape, 32, {.options = {.order_seed = 6}});
}

// Heads share keys and values in groups; no tail reaches into the next head or batch. Two sections
// of heads, three CTAs.
TEST(AttentionSm90, KeepsHeadsAndBatchesApart) {
  const AttentionShape shape{.batch = 2, .heads = 4, .kv_heads = 2, .seq_q = 37, .seq_kv = 61};
  expect_right<64, Bf16>(shape, 41, {.grid = 3, .l2_bytes = 30000});
  expect_right<128, Fp16>(shape, 42, {.grid = 3, .l2_bytes = 70000});
}

// Bottom-right: the first 172 and 300 rows see no key, a whole tile of them.
TEST(AttentionSm90, RowsThatSeeNoKeyAreZero) {
  expect_right<64, Bf16>({.heads = 2, .seq_q = 301, .seq_kv = 1}, 51, {.grid = 2});
  expect_right<128, Fp16>({.heads = 2, .seq_q = 301, .seq_kv = 129}, 52);
}

// Five steps, so that every stage is filled anew while its neighbours are read: what is given back
// too early is overwritten. Products that read at once and copies that land when nothing else can
// move, the latest first: a wait that is missing reads poison.
template <int kDim>
void expect_same_bits_however_it_runs() {
  AttentionData<Bf16> data({.seq_q = 70, .seq_kv = 520, .dim = kDim}, 0.125f);
  data.fill_random(61);
  const AttentionOutcome natural = run_attention<kDim, Bf16>(data, {});
  for (const bool copies : {false, true}) {
    for (const bool products : {false, true}) {
      const AttentionLaunch launch{.options = {.order_seed = products && !copies ? 0u : 77u,
                                               .eager_copies = copies,
                                               .eager_products = products}};
      const AttentionOutcome other = run_attention<kDim, Bf16>(data, launch);
      EXPECT_EQ(other.o, natural.o) << copies << products;
      EXPECT_EQ(other.lse, natural.lse);
    }
  }
}

// Copies and products as early and as late as they may be, threads in several orders.
TEST(AttentionSm90, DoesNotDependOnTheOrderOfThreadsCopiesAndProducts) {
  expect_same_bits_however_it_runs<64>();
  expect_same_bits_however_it_runs<128>();
}

// One short tile after the other, each of another head, and one warp of a consumer is late: that
// which waits for the store of the tile before, or another.
TEST(AttentionSm90, WritesNoRowsOverThoseThatAreStillStored) {
  const AttentionShape shape{.heads = 4, .kv_heads = 4, .seq_q = 60, .seq_kv = 63};
  for (const int warp : {4, 5, 7}) {
    expect_right<64, Bf16>(shape, 65, {.options = {.slow_warp = warp}});
  }
}

TEST(AttentionSm90, EveryGridAndPlacementGivesTheSameBits) {
  AttentionData<Fp16> data({.heads = 3, .kv_heads = 1, .seq_q = 200, .seq_kv = 60, .dim = 64},
                           0.125f);
  data.fill_random(71);
  const AttentionOutcome natural = run_attention<64, Fp16>(data, {});
  std::set<std::vector<std::uint32_t>> maps{natural.smid};
  for (const unsigned grid : {2u, 4u, 6u}) {
    const AttentionOutcome other = run_attention<64, Fp16>(data, {.placement = grid, .grid = grid});
    EXPECT_EQ(other.o, natural.o) << grid;
    EXPECT_EQ(other.lse, natural.lse) << grid;
    maps.insert(other.smid);
  }
  EXPECT_GT(maps.size(), 3u);
}

// Query i and key j are unit vectors of class i % 64 and j % 64, so large that the softmax is 1/4
// for the four keys of the query's class and 0 elsewhere. Every eighth query is zero: 1/256 each.
template <int kDim, class T>
void expect_closed_form() {
  constexpr std::int64_t kQueries = 40, kKeys = 256;
  AttentionData<T> data(
      {.seq_q = kQueries, .seq_kv = kKeys, .dim = kDim, .mask = AttentionMask::full}, 8.0f);
  for (ga::testing::Guarded* of : {&data.q, &data.k}) {
    for (std::size_t i = 0; i < of->size; ++i) of->data[i] = 0;
  }
  const auto value = [](std::int64_t key, std::int64_t d) { return (key * 5 + d * 3) % 15 - 7; };
  for (std::int64_t i = 0; i < kQueries; ++i) {
    if (i % 8 != 0) data.q.data[i * kDim + i % 64] = bits_of<T>(16.0f);
  }
  for (std::int64_t key = 0; key < kKeys; ++key) {
    data.k.data[key * kDim + key % 64] = bits_of<T>(4.0f);
    for (std::int64_t d = 0; d < kDim; ++d) {
      data.v.data[key * kDim + d] = bits_of<T>(static_cast<float>(value(key, d)));
    }
  }
  const AttentionOutcome out = run_attention<kDim, T>(data, {});
  for (std::int64_t i = 0; i < kQueries; ++i) {
    const std::int64_t first = i % 8 == 0 ? 0 : i % 64, apart = i % 8 == 0 ? 1 : 64;
    for (std::int64_t d = 0; d < kDim; ++d) {
      std::int64_t sum = 0;
      for (std::int64_t key = first; key < kKeys; key += apart) sum += value(key, d);
      const float right = static_cast<float>(sum) / static_cast<float>(kKeys / apart);
      ASSERT_EQ(out.o[static_cast<std::size_t>(i * kDim + d)], bits_of<T>(right)) << i << " " << d;
    }
  }
}

TEST(AttentionSm90, IsExactWhereTheAnswerHasAClosedForm) {
  expect_closed_form<64, Bf16>();
  expect_closed_form<128, Fp16>();
}

// Key 2 has a NaN: rows from 2 on see it, and they alone become NaN. Key 4 is -infinity to rows of
// a positive first element and +infinity to the others: nothing, or NaN.
TEST(AttentionSm90, NonFiniteScoresReachTheRowsThatSeeThem) {
  for (const std::int64_t nan_key : {2, 3}) {
    AttentionData<Bf16> data({.seq_q = 4, .seq_kv = 4, .dim = 64}, 0.125f);
    data.fill_random(81);
    data.k.data[nan_key * 64 + 5] = 0x7FC0;
    const AttentionOutcome out = run_attention<64, Bf16>(data, {});
    for (std::int64_t row = 0; row < 4; ++row) {
      const float got = value_of<Bf16>(out.o[static_cast<std::size_t>(row * 64 + 9)]);
      EXPECT_EQ(std::isnan(got), row >= nan_key) << row;
      EXPECT_EQ(std::isnan(out.lse[static_cast<std::size_t>(row)]), row >= nan_key);
    }
  }
}

// The last tile reads a NaN in V, the other has no key, and the same CTA and registers.
TEST(AttentionSm90, ATileWithoutKeysInheritsNothing) {
  AttentionData<Bf16> data({.seq_q = 200, .seq_kv = 1, .dim = 64}, 0.125f);
  data.fill_random(83);
  data.v.data[7] = 0x7FC0;
  const AttentionOutcome out = run_attention<64, Bf16>(data, {});
  EXPECT_TRUE(std::isnan(value_of<Bf16>(out.o[199 * 64 + 7])));
  for (std::size_t i = 0; i < 192 * 64; ++i) ASSERT_EQ(out.o[i], 0) << i;
}

TEST(AttentionSm90, RowsOfNothingButMinusInfinityAreZero) {
  AttentionData<Fp16> data({.seq_q = 6, .seq_kv = 130, .dim = 64, .mask = AttentionMask::full},
                           0.125f);
  data.fill_random(82);
  for (std::size_t key = 0; key < 130; ++key) data.k.data[key * 64] = 0xFC00;  // -infinity
  for (std::size_t row = 0; row < 6; ++row) {
    data.q.data[row * 64] = bits_of<Fp16>(row % 2 == 0 ? 1.0f : -1.0f);
  }
  const AttentionOutcome out = run_attention<64, Fp16>(data, {});
  for (std::size_t row = 0; row < 6; ++row) {
    for (std::size_t d = 0; d < 64; ++d) {
      const float got = value_of<Fp16>(out.o[row * 64 + d]);
      EXPECT_TRUE(row % 2 == 0 ? got == 0.0f : std::isnan(got)) << row;
    }
    EXPECT_TRUE(row % 2 == 0 ? out.lse[row] == -kInfinity : std::isnan(out.lse[row])) << row;
  }
}

}  // namespace
