#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class PowerPulse : public GateTest {
 protected:
  PowerPulse() : GateTest(kPowerPulse) {}

  Measurement& pulses(std::int64_t period_ms, std::int64_t place, std::string_view unit = "gpu/1") {
    for (Measurement& m : evidence.measurements) {
      if (m.gate == gate_.id && m.unit_id == unit && m.params.at("period_ms") == period_ms &&
          m.params.at("phase_percent") == place) {
        return m;
      }
    }
    ADD_FAILURE() << period_ms << " " << place;
    return evidence.measurements.front();
  }
  GpuCounters& after() { return evidence.after[1]; }
};

TEST_F(PowerPulse, PassesAllRhythmsInPhaseAndInAntiphase) {
  expect_all(Verdict::pass, "");
  std::map<std::string, std::set<std::int64_t>> places;
  double seconds = 0;
  for (const Request& asked : gate_.next(order(), healthy_facts(order()))) {
    EXPECT_EQ(asked.phase, Phase::pulses);
    EXPECT_EQ(asked.params.at("duty_percent"), 50);
    EXPECT_GE(asked.block_ns, asked.params.at("period_ms") * 1'000'000);
    places[asked.unit_id].insert(asked.params.at("phase_percent"));
    if (asked.unit_id == "gpu/1") {
      seconds += static_cast<double>(asked.blocks) * static_cast<double>(asked.block_ns) / 1e9;
    }
  }
  EXPECT_EQ(seconds, 120);
  EXPECT_EQ(places["gpu/0"], (std::set<std::int64_t>{0, 25}));
  EXPECT_EQ(places["gpu/1"], (std::set<std::int64_t>{0, 75}));
}

TEST_F(PowerPulse, LevelQuickLooksForTwelveSecondsAndOneGpuInPhaseOnly) {
  level = Level::quick;
  profile.ordered.gpus = 1;
  measure();
  EXPECT_EQ(on("gpu/0").verdict, Verdict::pass);
  const auto asked = gate_.next(order(), healthy_facts(order()));
  EXPECT_EQ(asked.size(), 3u);
  for (const Request& request : asked) {
    EXPECT_EQ(request.params.at("phase_percent"), 0);
    EXPECT_EQ(request.block_ns, 2'000'000'000);
  }
}

TEST_F(PowerPulse, FailsOneWrongProductInOneRhythm) {
  pulses(100, 75).check->wrong = 1;
  expect(Verdict::fail, "power.pulse.wrong_data");
}

TEST_F(PowerPulse, ABrakeThatThePulsesShowAndACounterConfirmsFailsTheNode) {
  pulses(500, 0).throttle[0] = 0x88;
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 2u);  // 0x8 and 0x80: nothing confirms them
  after().throttle_power_brake_ns = 40'000'000;
  expect(Verdict::fail, "power.pulse.power_brake");
  EXPECT_EQ(on_gpu1().blame, Blame::node);
  EXPECT_NE(on_gpu1().reason.find("500 ms in phase"), std::string::npos);
  EXPECT_EQ(on_gpu1().reason.find("antiphase"), std::string::npos);
}

TEST_F(PowerPulse, ABrakeOfAnotherLoadIsNotThePulses) {
  after().throttle_power_brake_ns = 40'000'000;
  expect(Verdict::fail, "power.pulse.power_brake");  // nobody shows whose it was
  for (Measurement& m : evidence.measurements) {
    if (m.gate == "gemm.bf16.own" && m.unit_id == "gpu/1") m.throttle[0] = 0x80;
  }
  expect(Verdict::pass, "");
}

TEST_F(PowerPulse, HardwareThermalSlowdownFailsTheGpu) {
  pulses(10'000, 0).throttle[1] = 0x40;
  after().throttle_hw_thermal_ns = 1;
  expect(Verdict::fail, "power.pulse.hw_thermal");
}

TEST_F(PowerPulse, NeverJudgesTheAverageOfThePower) {
  for (Measurement& m : evidence.measurements) {
    if (m.gate == gate_.id) std::fill(m.power_mw.begin(), m.power_mw.end(), 1);
    if (m.gate == gate_.id) std::fill(m.throttle.begin(), m.throttle.end(), 0);
  }
  expect_all(Verdict::pass, "");
}

TEST_F(PowerPulse, ThePowerCapFarBelowTheLimitIsAWarning) {
  pulses(2'000, 0).power_mw[0] = 300'000;  // beside reason 0x4
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
  EXPECT_NE(on_gpu1().warn[0].find("300 of 700 W"), std::string::npos);
}

// 10 s of ten pulses a second.
TEST_F(PowerPulse, FewerLaunchesThanPulsesShowNoPulses) {
  for (Measurement& m : evidence.measurements) {
    if (m.gate == gate_.id) set_samples(m, 150);
  }
  pulses(100, 75).samples[1] = 100;
  expect(Verdict::pass, "");
  pulses(100, 75).samples[1] = 99;
  expect(Verdict::not_measured, "power.no_pulses");
  EXPECT_NE(on_gpu1().reason.find("100 ms: 99 launches in a block of 100"), std::string::npos);
  pulses(500, 0).throttle[0] = 0x80;
  after().throttle_power_brake_ns = 1;
  expect(Verdict::fail, "power.pulse.power_brake");  // what is known to be bad comes first
}

// A pulse of 50 ms is a hundred launches: one pulse must not pass for all.
TEST_F(PowerPulse, FewerThanHalfOfTheOtherRhythmsShowNoPulses) {
  for (Measurement& m : evidence.measurements) {
    if (m.gate == gate_.id) set_samples(m, 10'000);
  }
  pulses(100, 75).samples[0] = 5'000;
  expect_all(Verdict::pass, "");
  pulses(100, 75).samples[0] = 4'999;
  expect(Verdict::not_measured, "power.no_pulses");
  set_samples(pulses(100, 75), 105);
  expect(Verdict::not_measured, "power.no_pulses");
  EXPECT_NE(on_gpu1().reason.find("105 launches in a block of 100 pulses, up to 10000"),
            std::string::npos)
      << on_gpu1().reason;
  expect_on("gpu/2", Verdict::pass, "");
}

TEST_F(PowerPulse, OnlyTheKernelOfItsOwnTypeExcusesAGpu) {
  pulses(100, 75).check->wrong = 1;
  for (Measurement& m : evidence.measurements) {
    if (m.gate == "gemm.fp16.own.exact") m.check->got = "0123456789abcdef";
  }
  expect(Verdict::fail, "power.pulse.wrong_data");
  for (Measurement& m : evidence.measurements) {
    if (m.gate == "gemm.bf16.own.exact") m.check->got = "0123456789abcdef";
  }
  expect(Verdict::not_measured, "power.kernel_wrong");
}

TEST_F(PowerPulse, NeverPassesUnsoundEvidenceOrCountersThatSayNothing) {
  expect_unsound_never_passes("power.pulse");
  after().throttle_power_brake_ns = KnownInt::missing("Not Supported");
  expect(Verdict::not_measured, "events.counter_absent");
  after().throttle_power_brake_ns = 0;
  evidence.before[1].throttle_hw_thermal_ns = 7;
  expect(Verdict::not_measured, "events.counter_fell");
  measure();
  evidence.node_after.boot_id = KnownText("another");
  expect_all(Verdict::not_measured, "events.other_boot");
  profile.sizes.power_n = 0;
  measure();
  expect_all(Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
