#include "acceptance/gates/clock_light.h"

#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class ClockLight : public GateTest {
 protected:
  ClockLight() : GateTest(kClockLight) {}
  void clock(std::int64_t mhz) {
    for (std::int64_t& sample : series("clock.light").samples) sample = mhz;
  }
};

TEST_F(ClockLight, PassesGoodEvidenceAndOneStepBelowTheMaximum) {
  expect_all(Verdict::pass, "");
  clock(1965);
  expect(Verdict::pass, "");
}

TEST_F(ClockLight, FailsALockedClockThoughNoReasonShows) {
  clock(1200);
  for (std::int64_t& reasons : series("clock.light").throttle) reasons = 0;
  expect(Verdict::fail, "clock.light.locked");
  EXPECT_EQ(on_gpu1().blame, Blame::config);
  EXPECT_TRUE(clock_is_locked(order(), evidence, "gpu/1"));
  EXPECT_FALSE(clock_is_locked(order(), evidence, "gpu/0"));
}

TEST_F(ClockLight, IsNotSavedByItsBestBlocks) {
  auto& samples = series("clock.light").samples;
  samples = {1980, 1980, 1200, 1200, 1200};
  expect(Verdict::fail, "clock.light.locked");
  samples = {1980, 1980, 1980, 1200, 1200};
  expect(Verdict::pass, "");
}

TEST_F(ClockLight, HeatOrAPowerBrakeIsNoLock) {
  clock(1200);
  for (const std::int64_t reason : {0x20, 0x40, 0x80}) {
    series("clock.light").throttle[2] = reason;
    expect(Verdict::not_measured, "clock.light.throttled");
  }
  EXPECT_FALSE(clock_is_locked(order(), evidence, "gpu/1"));
}

TEST_F(ClockLight, FailsWrongDataHoweverFast) {
  series("clock.light").check->wrong = 1;
  expect(Verdict::fail, "clock.light.wrong_data");
}

TEST_F(ClockLight, NeverPassesUnsoundEvidence) { expect_unsound_never_passes("clock.light"); }

TEST_F(ClockLight, NeverPassesWithoutAKnownMaximum) {
  gpu().clock_sm_max_mhz = KnownInt::missing("Not Supported");
  expect(Verdict::not_measured, "fact.absent");
  for (const std::int64_t mhz : {0, -1, 1'000'000}) {
    gpu().clock_sm_max_mhz = mhz;
    expect(Verdict::not_measured, "fact.impossible");
  }
  gpu().clock_sm_max_mhz = 1000;
  expect(Verdict::not_measured, "series.impossible");
}

TEST_F(ClockLight, NeedsALimitInTheProfile) {
  profile.ordered.clock_light_min_ppm = 0;
  expect_all(Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
