#include <gtest/gtest.h>

#include <algorithm>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class HbmBandwidth : public GateTest {
 protected:
  HbmBandwidth() : GateTest(kHbmBandwidth) {}
};

TEST_F(HbmBandwidth, PassesGoodEvidenceInElevenBlocks) {
  expect_all(Verdict::pass, "");
  EXPECT_EQ(series("memory.copy").samples.size(), 11u);
}

TEST_F(HbmBandwidth, FailsSlowMemoryInEitherCase) {
  slow_down("memory.copy", "gpu/1", 960'000);
  expect(Verdict::fail, "hbm.bandwidth.below_floor");
  machine = healthy_sample;
  slow_down("memory.triad", "gpu/1", 960'000);
  expect(Verdict::fail, "hbm.bandwidth.below_floor");
}

// Would pass a public tool whose table says 2333 MB/s for this part.
TEST_F(HbmBandwidth, FailsHalfTheBandwidthAsAGrossDefectWhateverTheStatusAndLevel) {
  for (Limit& limit : profile.limits) limit.status = LimitStatus::published;
  for (const Level l : {Level::quick, Level::standard}) {
    level = l;
    machine = healthy_sample;
    slow_down("memory.copy", "gpu/1", 600'000);
    expect(Verdict::fail, "hbm.bandwidth.below_gross");
  }
}

TEST_F(HbmBandwidth, BelowAFloorThatIsNotCalibratedIsBorderline) {
  for (Limit& limit : profile.limits) limit.status = LimitStatus::published;
  slow_down("memory.copy", "gpu/1", 960'000);
  expect(Verdict::borderline, "hbm.bandwidth.below_provisional");
}

TEST_F(HbmBandwidth, AtQuickBelowTheFloorIsBorderline) {
  level = Level::quick;
  slow_down("memory.copy", "gpu/1", 960'000);
  expect(Verdict::borderline, "hbm.bandwidth.below_at_quick");
  EXPECT_EQ(series("memory.copy").samples.size(), 11u);
}

TEST_F(HbmBandwidth, AtTheFloorItAsksForThirtyBlocksAndStaysBorderline) {
  slow_down("memory.copy", "gpu/1", 980'049);  // 3.93e12, with noise around it
  EXPECT_EQ(series("memory.copy").samples.size(), 30u);
  expect(Verdict::borderline, "hbm.bandwidth.borderline");
}

TEST_F(HbmBandwidth, FailsWrongDataHoweverFast) {
  for (Measurement& m : evidence.measurements) {
    if (m.gate == gate_.id && m.unit_id == "gpu/1") m.check->wrong = 1;
  }
  expect(Verdict::fail, "hbm.bandwidth.wrong_data");
  evidence.exits.push_back({"load gpu/1", "hbm.bandwidth memory.copy", "signal", "SIGSEGV"});
  expect(Verdict::fail, "hbm.bandwidth.wrong_data");
}

// One meaning of wrong for gates, journal and report: the words differ, whatever was counted.
TEST_F(HbmBandwidth, FailsAWordThatIsNotTheExpectedOne) {
  series("memory.copy").check->expected = "aa";
  series("memory.copy").check->got = "bb";
  expect(Verdict::fail, "hbm.bandwidth.wrong_data");
  EXPECT_NE(on_gpu1().reason.find("'bb' where 'aa' was expected"), std::string::npos)
      << on_gpu1().reason;
}

// Nobody said what came: that is neither right nor wrong, unless words were counted.
TEST_F(HbmBandwidth, NoAnswerIsNotChecked) {
  series("memory.copy").check->expected = "aa";
  expect(Verdict::not_measured, "data.not_checked");
  EXPECT_NE(on_gpu1().reason.find("without an answer"), std::string::npos) << on_gpu1().reason;
  series("memory.copy").check->wrong = 1;
  expect(Verdict::fail, "hbm.bandwidth.wrong_data");
}

TEST_F(HbmBandwidth, NeverPassesUnsoundEvidence) {
  expect_unsound_never_passes("memory.copy");
  expect_unsound_never_passes("memory.triad");
}

TEST_F(HbmBandwidth, AFloorUnderAnotherKeyIsNoFloor) {
  gpu().part_name = KnownText("NVIDIA H100");
  expect(Verdict::not_measured, "limit.no_floor_for_stack");
}

TEST_F(HbmBandwidth, TheFloorOfTheBandThatHoldsTheMemorysTemperatureDecides) {
  Limit hot = profile.limits[0];
  ASSERT_EQ(hot.case_id, "memory.copy");
  hot.key.memory_max_mc = 95'000;
  hot.value = hot.value / 100 * 90;  // slower when it must refresh more often
  profile.limits[0].key.memory_max_mc = 85'000;
  profile.limits.push_back(hot);
  slow_down("memory.copy", "gpu/1", 930'000);
  expect(Verdict::fail, "hbm.bandwidth.below_floor");
  series("memory.copy").memory_temp_mc[5] = 90'000;
  expect(Verdict::pass, "");
  EXPECT_NE(on_gpu1().reason.find("memory at most 90 C"), std::string::npos) << on_gpu1().reason;
}

TEST_F(HbmBandwidth, AFloorOfACoolerBandIsNoFloor) {
  profile.limits[0].key.memory_max_mc = 85'000;
  expect(Verdict::pass, "");
  series("memory.copy").memory_temp_mc[5] = 85'001;
  expect(Verdict::not_measured, "limit.no_floor_for_stack");
  series("memory.copy").memory_temp_mc[5] = 0;
  expect(Verdict::not_measured, "series.memory_temp_unread");
  EXPECT_NE(on_gpu1().reason.find("memory_temp_mc: not read in block 5"), std::string::npos);
  series("memory.copy").memory_temp_mc.pop_back();
  expect(Verdict::not_measured, "series.malformed");
  series("memory.copy").memory_temp_mc.clear();
  expect(Verdict::not_measured, "series.memory_temp_unread");
}

TEST_F(HbmBandwidth, WithoutAFloorItPassesOnCompleteVerifiedData) {
  profile.limits.clear();
  measure();
  expect_all(Verdict::pass, "");
  series("memory.copy").samples.clear();
  EXPECT_NE(on_gpu1().verdict, Verdict::pass);
}

TEST_F(HbmBandwidth, ASlowUnitThatThrottlesForHeatBlamesCooling) {
  slow_down("memory.copy", "gpu/1", 960'000);
  for (std::int64_t& reasons : series("memory.copy").throttle) reasons = 0x20;
  expect(Verdict::fail, "slow.hot");
}

TEST_F(HbmBandwidth, ThrottledButFastEnoughPassesWithAWarning) {
  for (std::int64_t& reasons : series("memory.copy").throttle) reasons = 0x20;
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
}

TEST_F(HbmBandwidth, InCiTheRatioToTheDriversCopyDecides) {
  profile.limits.clear();
  profile.kind = ProfileKind::ci;
  Ratio ratio;
  ratio.gate = "hbm.bandwidth";
  ratio.case_id = "memory.copy";
  ratio.of_case = "memory.d2d";
  ratio.min_ppm = 900'000;
  profile.ratios = {ratio};
  measure();
  expect_all(Verdict::pass, "");
  EXPECT_EQ(series("memory.d2d").samples.size(), 11u);
  slow_down("memory.copy", "gpu/1", 880'000);
  expect(Verdict::fail, "hbm.bandwidth.below_ratio");
  series("memory.d2d").check.reset();
  expect(Verdict::not_measured, "data.not_checked");
  level = Level::quick;
  measure();
  expect(Verdict::borderline, "hbm.bandwidth.below_at_quick");
}

TEST_F(HbmBandwidth, NeedsASizeInTheProfile) {
  profile.sizes.hbm_array_bytes = 0;
  measure();
  expect_all(Verdict::not_measured, "profile.incomplete");
}

TEST_F(HbmBandwidth, ADiscardedBlockIsMeasuredAgainAndNamed) {
  series("memory.copy").discarded = {{3, "no_clock_reading"}};
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
}

}  // namespace
}  // namespace ga
