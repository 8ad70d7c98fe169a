#include "acceptance/core/slow.h"

#include <gtest/gtest.h>

#include "acceptance/core/codes.h"

namespace ga {
namespace {

Measurement blocks(std::int64_t clock_mhz, std::int64_t power_mw, std::int64_t reasons) {
  Measurement m;
  m.samples.assign(11, 1);
  m.clock_mhz.assign(11, clock_mhz);
  m.power_mw.assign(11, power_mw);
  m.temp_mc.assign(11, 60'000);
  m.throttle.assign(11, reasons);
  return m;
}

GpuFacts facts() {
  GpuFacts gpu;
  gpu.clock_sm_max_mhz = 1965;
  gpu.power_limit_enforced_mw = 1'000'000;
  return gpu;
}

SlowCause cause(const Measurement& m, bool locked = false, bool capped = true) {
  const GpuFacts gpu = facts();
  return explain_slow(m, &gpu, {capped, locked});
}

TEST(Slow, ALowClockAtTheCapIsSilicon) {
  EXPECT_EQ(cause(blocks(1150, 990'000, 0x4)), SlowCause::silicon);
}

// The measured case: 1965 MHz, 732 W of 1000 W, half the speed, only with all eight at work.
TEST(Slow, AHighClockWithLittlePowerIsTheHost) {
  EXPECT_EQ(cause(blocks(1965, 732'000, 0)), SlowCause::host);
}

TEST(Slow, AHighClockWithLittlePowerIsNormalForALoadThatIsNotCapped) {
  EXPECT_EQ(cause(blocks(1965, 500'000, 0), false, false), SlowCause::unknown);
}

TEST(Slow, ThermalReasonsInHalfOfTheBlocksAreCooling) {
  Measurement m = blocks(1150, 800'000, 0);
  for (std::size_t i = 0; i < 5; ++i) m.throttle[i] = 0x20;
  EXPECT_FALSE(runs_hot(m));
  m.throttle[5] = 0x40;
  EXPECT_TRUE(runs_hot(m));
  EXPECT_EQ(cause(m), SlowCause::cooling);
}

TEST(Slow, ThePowerBrakeComesFirst) {
  EXPECT_EQ(cause(blocks(1150, 800'000, 0xE8)), SlowCause::power);
}

TEST(Slow, ALockedClockIsALock) {
  EXPECT_EQ(cause(blocks(1200, 600'000, 0), true), SlowCause::lock);
}

TEST(Slow, AloneThereIsNoHostToBlame) {
  const GpuFacts gpu = facts();
  EXPECT_EQ(explain_slow(blocks(1965, 732'000, 0), &gpu, {.power_capped = true, .alone = true}),
            SlowCause::unknown);
}

// What does less at each clock than its siblings waits, or computes otherwise: no poor die does.
TEST(Slow, LessWorkForEachClockIsNotSilicon) {
  const GpuFacts gpu = facts();
  const auto m = blocks(1150, 990'000, 0x4);
  EXPECT_EQ(explain_slow(m, &gpu, {.power_capped = true, .work_ppm = 975'000}), SlowCause::silicon);
  EXPECT_EQ(explain_slow(m, &gpu, {.power_capped = true, .work_ppm = 960'000}), SlowCause::unknown);
}

TEST(Slow, AtTheLimitAndAtFullClockAreToldByTheFacts) {
  const GpuFacts gpu = facts();
  EXPECT_TRUE(draws_its_limit(blocks(1150, 970'000, 0), &gpu));
  EXPECT_FALSE(draws_its_limit(blocks(1150, 969'000, 0), &gpu));
  EXPECT_FALSE(draws_its_limit(blocks(1150, 990'000, 0), nullptr));
  EXPECT_TRUE(runs_at_full_clock(blocks(1907, 1, 0), &gpu));
  EXPECT_FALSE(runs_at_full_clock(blocks(1900, 1, 0), &gpu));
  EXPECT_DOUBLE_EQ(work_per_clock(blocks(1000, 1, 0)), 0.001);
  EXPECT_EQ(work_per_clock(Measurement{}), 0);
}

TEST(Slow, WithoutFactsOrReadingsNothingIsExplained) {
  EXPECT_EQ(explain_slow(blocks(1965, 100, 0), nullptr, {true, false}), SlowCause::unknown);
  EXPECT_EQ(cause(Measurement{}), SlowCause::unknown);
  GpuFacts gpu;
  EXPECT_EQ(explain_slow(blocks(1965, 100, 0), &gpu, {true, false}), SlowCause::unknown);
  EXPECT_FALSE(describe_slow(Measurement{}, &gpu, SlowCause::unknown).empty());
}

TEST(Slow, EachCauseThatBlamesHasItsCode) {
  for (const SlowCause c :
       {SlowCause::cooling, SlowCause::host, SlowCause::power, SlowCause::lock}) {
    for (const bool hot : {false, true}) {
      const Code* code = find_code(slow_code(c, hot));
      ASSERT_NE(code, nullptr);
      EXPECT_EQ(code->verdict, Verdict::fail);
    }
  }
  EXPECT_TRUE(slow_code(SlowCause::silicon, true).empty());
  EXPECT_TRUE(slow_code(SlowCause::unknown, true).empty());
}

TEST(Slow, TheDescriptionGivesTheNumbers) {
  const GpuFacts gpu = facts();
  EXPECT_EQ(describe_slow(blocks(1150, 990'000, 0x4), &gpu, SlowCause::silicon),
            "clock 1150 of 1965 MHz, power 990 of 1000 W, 60 C, reasons 0x4: silicon");
}

}  // namespace
}  // namespace ga
