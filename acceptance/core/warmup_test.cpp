#include "acceptance/core/warmup.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

Evidence warmed(std::size_t seconds, std::int64_t mc = 60'000) {
  Evidence evidence;
  evidence.warmup.push_back({"gpu/0", 1, std::vector<std::int64_t>(seconds, mc)});
  return evidence;
}

WarmupState state(const Evidence& evidence, Level level = Level::standard) {
  return warmup_state(evidence, "gpu/0", level);
}

TEST(Warmup, IsAbsentWithoutOneOrForAnotherUnit) {
  EXPECT_EQ(state({}), WarmupState::absent);
  EXPECT_EQ(warmup_state(warmed(300), "gpu/1", Level::standard), WarmupState::absent);
}

TEST(Warmup, MustLastAsLongAsTheLevelDemands) {
  EXPECT_EQ(state(warmed(300)), WarmupState::settled);
  EXPECT_EQ(state(warmed(295)), WarmupState::settled);
  EXPECT_EQ(state(warmed(294)), WarmupState::absent);
  EXPECT_EQ(state(warmed(4), Level::quick), WarmupState::settled);
  EXPECT_EQ(state(warmed(3), Level::quick), WarmupState::absent);
  EXPECT_EQ(state(warmed(300), Level::soak), WarmupState::absent);
}

TEST(Warmup, IsSettledWithinOneDegreeOverTheLastMinute) {
  Evidence evidence = warmed(300);
  evidence.warmup[0].temp_mc[239] = 40'000;  // before the last minute
  EXPECT_EQ(state(evidence), WarmupState::settled);
  evidence.warmup[0].temp_mc[240] = 59'000;
  EXPECT_EQ(state(evidence), WarmupState::settled);
  evidence.warmup[0].temp_mc[299] = 60'001;
  EXPECT_EQ(state(evidence), WarmupState::not_settled);
}

TEST(Warmup, QuickIsTooShortToTell) {
  Evidence evidence = warmed(5);
  evidence.warmup[0].temp_mc[0] = 30'000;
  EXPECT_EQ(state(evidence, Level::quick), WarmupState::settled);
}

TEST(Warmup, IsNotBelievedWithATemperatureThatCannotBe) {
  for (const std::int64_t mc : {0, -1, 150'001}) {
    Evidence evidence = warmed(300);
    evidence.warmup[0].temp_mc[7] = mc;
    EXPECT_EQ(state(evidence), WarmupState::absent) << mc;
  }
}

TEST(Warmup, AfterAResumeTheLastOneCountsAndAnUnsettledOneStays) {
  Evidence evidence = warmed(300);
  evidence.warmup.push_back({"gpu/0", 2, {60'000}});
  EXPECT_EQ(state(evidence), WarmupState::absent);
  evidence.warmup.push_back(warmed(300).warmup[0]);
  EXPECT_EQ(state(evidence), WarmupState::settled);
  evidence.warmup[0].temp_mc[299] = 50'000;
  EXPECT_EQ(state(evidence), WarmupState::not_settled);
}

}  // namespace
}  // namespace ga
