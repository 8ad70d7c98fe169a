#include "acceptance/core/floor.h"

#include <gtest/gtest.h>

#include <vector>

namespace ga {
namespace {

using Samples = std::vector<std::int64_t>;

FloorTerms terms() {
  FloorTerms t;
  t.floor = 1000;
  t.gross = 850;
  return t;
}

// `low` blocks at one value, the rest of n at another.
Samples mix(std::size_t n, std::size_t low, std::int64_t low_value, std::int64_t high_value) {
  Samples samples(n, high_value);
  for (std::size_t i = 0; i < low; ++i) samples[i * n / (low + 1)] = low_value;
  return samples;
}

TEST(Floor, WantsElevenBlocksFirst) {
  for (std::size_t n = 0; n < 11; ++n) {
    EXPECT_EQ(blocks_wanted(terms(), Samples(n, 1)), 11u);
    EXPECT_EQ(judge_floor(terms(), Samples(n, 2000)).answer, FloorAnswer::unfinished);
  }
}

TEST(Floor, StageOneIsTheSecondSmallestAndTheSecondLargest) {
  EXPECT_EQ(judge_floor(terms(), mix(11, 1, 1, 1000)).answer, FloorAnswer::met);
  EXPECT_EQ(blocks_wanted(terms(), mix(11, 2, 999, 1000)), 30u);
  EXPECT_EQ(judge_floor(terms(), mix(11, 10, 999, 5000)).answer, FloorAnswer::below_floor);
  EXPECT_EQ(blocks_wanted(terms(), mix(11, 9, 999, 5000)), 30u);
}

TEST(Floor, StageTwoIsTheTenthSmallestAndTheTenthLargest) {
  EXPECT_EQ(judge_floor(terms(), mix(30, 9, 999, 1000)).answer, FloorAnswer::met);
  EXPECT_EQ(judge_floor(terms(), mix(30, 10, 999, 1000)).answer, FloorAnswer::undecided);
  EXPECT_EQ(judge_floor(terms(), mix(30, 20, 999, 1000)).answer, FloorAnswer::undecided);
  EXPECT_EQ(judge_floor(terms(), mix(30, 21, 999, 1000)).answer, FloorAnswer::below_floor);
}

TEST(Floor, ExactlyAtTheFloorMeetsIt) {
  EXPECT_EQ(judge_floor(terms(), Samples(11, 1000)).answer, FloorAnswer::met);
  EXPECT_EQ(judge_floor(terms(), Samples(11, 999)).answer, FloorAnswer::below_floor);
}

TEST(Floor, BelowTheGrossFloorFailsWhateverTheStatusAndLevel) {
  for (const Level level : {Level::quick, Level::standard, Level::soak}) {
    FloorTerms t = terms();
    t.level = level;
    t.decides = false;
    EXPECT_EQ(judge_floor(t, Samples(11, 849)).answer, FloorAnswer::below_gross);
    EXPECT_NE(judge_floor(t, Samples(11, 850)).answer, FloorAnswer::below_gross);
  }
}

TEST(Floor, BelowAFloorThatDoesNotDecideIsProvisional) {
  FloorTerms t = terms();
  t.decides = false;
  EXPECT_EQ(judge_floor(t, Samples(11, 999)).answer, FloorAnswer::provisional);
  EXPECT_EQ(judge_floor(t, Samples(11, 1000)).answer, FloorAnswer::met);
}

TEST(Floor, QuickHasNoSecondStageAndDoesNotFailAtTheFloor) {
  FloorTerms t = terms();
  t.level = Level::quick;
  EXPECT_EQ(blocks_wanted(t, mix(11, 2, 999, 1000)), 11u);
  EXPECT_EQ(judge_floor(t, mix(11, 2, 999, 1000)).answer, FloorAnswer::low_at_quick);
  EXPECT_EQ(judge_floor(t, Samples(11, 999)).answer, FloorAnswer::low_at_quick);
  EXPECT_EQ(judge_floor(t, Samples(11, 1000)).answer, FloorAnswer::met);
}

// 2 a block is 0.2 % of the floor.
Samples ramp(std::size_t n, std::int64_t from, std::int64_t step) {
  Samples samples(n);
  for (std::size_t i = 0; i < n; ++i) samples[i] = from + step * static_cast<std::int64_t>(i);
  return samples;
}

TEST(Floor, ATrendIsJudgedOnTheLastElevenOfThirty) {
  FloorTerms t = terms();
  t.power_capped = true;
  EXPECT_EQ(blocks_wanted(t, ramp(11, 1100, -2)), 30u);
  const auto down = judge_floor(t, ramp(30, 1030, -2));  // ends at 972
  EXPECT_EQ(down.answer, FloorAnswer::below_floor);
  EXPECT_TRUE(down.trend);
  EXPECT_EQ(down.from, 19u);
  EXPECT_EQ(down.count, 11u);
  // A unit that gets faster is not failed for its first blocks.
  EXPECT_EQ(judge_floor(t, ramp(30, 958, 2)).answer, FloorAnswer::undecided);
  EXPECT_EQ(judge_floor(t, ramp(30, 970, 2)).answer, FloorAnswer::met);
}

TEST(Floor, ATrendOfATenthOfAPercentIsNone) {
  FloorTerms t = terms();
  t.power_capped = true;
  EXPECT_EQ(blocks_wanted(t, ramp(11, 1100, -1)), 11u);
  EXPECT_FALSE(judge_floor(t, ramp(11, 1100, -1)).trend);
}

TEST(Floor, OnlyPowerCappedSeriesHaveATrend) {
  EXPECT_EQ(blocks_wanted(terms(), ramp(11, 1100, -2)), 11u);
}

TEST(Floor, WhatHadNotSettledIsJudgedOnItsLastBlocks) {
  FloorTerms t = terms();
  t.power_capped = true;
  t.settled = false;
  EXPECT_EQ(blocks_wanted(t, Samples(11, 1100)), 30u);
  Samples samples(30, 1100);
  for (std::size_t i = 19; i < 30; ++i) samples[i] = 900;
  EXPECT_EQ(judge_floor(t, samples).answer, FloorAnswer::below_floor);
}

TEST(Floor, WithoutAFloorElevenBlocksAreComplete) {
  EXPECT_EQ(judge_floor(FloorTerms{}, Samples(11, 1)).answer, FloorAnswer::no_floor);
  EXPECT_EQ(blocks_wanted(FloorTerms{}, ramp(11, 1, 100)), 11u);
}

TEST(Floor, AskingDependsOnTheFirstElevenOnly) {
  const Samples low = mix(30, 10, 999, 1000);
  for (std::size_t n = 11; n <= 30; ++n) {
    const Samples part(low.begin(), low.begin() + static_cast<std::ptrdiff_t>(n));
    EXPECT_EQ(blocks_wanted(terms(), part), blocks_wanted(terms(), low));
  }
}

TEST(Floor, DoesNotLookBeyondTheThirtiethBlock) {
  Samples samples = mix(30, 15, 999, 1000);
  const auto before = judge_floor(terms(), samples);
  samples.resize(1000, 1'000'000);
  EXPECT_EQ(judge_floor(terms(), samples).answer, before.answer);
}

TEST(BlockLength, FollowsTheLevel) {
  EXPECT_EQ(block_length_ns(Level::quick, true), 400'000'000);
  EXPECT_EQ(block_length_ns(Level::standard, true), 3'000'000'000);
  EXPECT_EQ(block_length_ns(Level::standard, false), 1'000'000'000);
  EXPECT_EQ(block_length_ns(Level::soak, false), 10'000'000'000);
}

}  // namespace
}  // namespace ga
