#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class EventsThrottle : public GateTest {
 protected:
  EventsThrottle() : GateTest(kEventsThrottle) {}
  GpuCounters& after(std::size_t index = 1) { return evidence.after[index]; }
};

TEST_F(EventsThrottle, PassesGoodEvidenceAtThePowerCap) { expect_all(Verdict::pass, ""); }

TEST_F(EventsThrottle, FailsOneNanosecondOfHardwareThermalSlowdown) {
  after().throttle_hw_thermal_ns = 1;
  expect(Verdict::fail, "events.throttle.hw_thermal");
  EXPECT_EQ(on_gpu1().blame, Blame::gpu);
}

TEST_F(EventsThrottle, FailsThePowerBrake) {
  after().throttle_power_brake_ns = 1;
  expect(Verdict::fail, "events.throttle.power_brake");
  EXPECT_EQ(on_gpu1().blame, Blame::node);
}

TEST_F(EventsThrottle, BlamesTheSiteWhereMostGpusAreHot) {
  after(0).throttle_hw_thermal_ns = after(1).throttle_hw_thermal_ns = 5;
  EXPECT_EQ(on_gpu1().code, "events.throttle.hw_thermal");
  after(2).throttle_hw_thermal_ns = 5;
  EXPECT_EQ(on_gpu1().code, "events.throttle.hw_thermal_site");
  EXPECT_EQ(on_gpu1().blame, Blame::site);
  EXPECT_EQ(on("gpu/3").verdict, Verdict::pass);
}

TEST_F(EventsThrottle, BlamesTheFeedsWhereThePowerBrakeHeldMostGpus) {
  after(0).throttle_power_brake_ns = after(1).throttle_power_brake_ns = 5;
  EXPECT_EQ(on_gpu1().code, "events.throttle.power_brake");
  after(2).throttle_power_brake_ns = 5;
  EXPECT_EQ(on_gpu1().code, "events.throttle.power_brake_site");
  EXPECT_EQ(on_gpu1().blame, Blame::site);
}

TEST_F(EventsThrottle, AllowsTheDriversThermalSlowdownForTheShareThatIsOrdered) {
  // Warm-up and blocks: 1 % of what the unit was loaded is allowed.
  std::int64_t loaded = 300'000'000'000;
  for (const Measurement& m : evidence.measurements) {
    if (m.unit_id == "gpu/1") loaded += static_cast<std::int64_t>(m.samples.size()) * m.block_ns;
  }
  after().throttle_sw_thermal_ns = loaded / 100;
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
  after().throttle_sw_thermal_ns = loaded / 100 + 1000;
  expect(Verdict::fail, "events.throttle.sw_thermal");
  for (GpuCounters& counters : evidence.after) counters.throttle_sw_thermal_ns = loaded;
  EXPECT_EQ(on_gpu1().code, "events.throttle.sw_thermal_site");
}

TEST_F(EventsThrottle, WhatHappenedBeforeTheRunIsNotThisRuns) {
  evidence.before[1].throttle_hw_thermal_ns = 77;
  after().throttle_hw_thermal_ns = 77;
  expect(Verdict::pass, "");
}

TEST_F(EventsThrottle, AReasonThatNoCounterConfirmsWarns) {
  evidence.measurements[0].unit_id = "gpu/1";
  evidence.measurements[0].throttle[0] = 0x8;
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
}

TEST_F(EventsThrottle, NeverPassesACounterThatIsAbsentOrFell) {
  for (const auto field :
       {&GpuCounters::throttle_hw_thermal_ns, &GpuCounters::throttle_power_brake_ns,
        &GpuCounters::throttle_sw_thermal_ns}) {
    measure();
    evidence.before[1].*field = KnownInt::missing("Not Supported");
    expect(Verdict::not_measured, "events.throttle.counter_absent");
    measure();
    after().*field = KnownInt::missing("GPU is lost");
    expect(Verdict::not_measured, "events.throttle.counter_absent");
    after().*field = -5;
    expect(Verdict::not_measured, "events.throttle.counter_absent");
    measure();
    evidence.before[1].*field = 5;
    expect(Verdict::not_measured, "events.throttle.counter_fell");
  }
  measure();
  evidence.after.clear();
  expect_all(Verdict::not_measured, "events.throttle.counter_absent");
  measure();
  evidence.before.clear();
  expect_all(Verdict::not_measured, "events.throttle.counter_absent");
}

}  // namespace
}  // namespace ga
