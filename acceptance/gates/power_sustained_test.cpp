#include <gtest/gtest.h>

#include <algorithm>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

constexpr std::int64_t kW = 1000;  // mW

class PowerSustained : public GateTest {
 protected:
  PowerSustained() : GateTest(kPowerSustained) {}

  void set(std::int64_t mhz, std::int64_t watts, std::int64_t reasons = 0,
           std::string_view unit = "gpu/1") {
    Measurement& m = series("power.mixed", unit);
    std::fill(m.clock_mhz.begin(), m.clock_mhz.end(), mhz);
    std::fill(m.power_mw.begin(), m.power_mw.end(), watts * kW);
    std::fill(m.throttle.begin(), m.throttle.end(), reasons);
  }
  GpuCounters& after(std::size_t index = 1) { return evidence.after[index]; }
  std::size_t asked_alone() {
    const auto requests = gate_.next(order(), evidence);
    return static_cast<std::size_t>(
        std::count_if(requests.begin(), requests.end(), [](const Request& request) {
          return request.placement == Placement::alone && request.params.at("alone") == 1;
        }));
  }
};

TEST_F(PowerSustained, PassesThePowerLimitInElevenBlocksThatTakeTurns) {
  expect_all(Verdict::pass, "");
  EXPECT_EQ(series("power.mixed").samples.size(), 11u);
  const auto asked = gate_.next(order(), healthy_facts(order()));
  ASSERT_EQ(asked.size(), 4u);
  EXPECT_EQ(asked[0].phase, Phase::steady);
  EXPECT_EQ(asked[0].params.at("n"), 8192);
}

TEST_F(PowerSustained, FailsWrongDataHoweverMuchIsDrawn) {
  series("power.mixed").check->wrong = 1;
  expect(Verdict::fail, "power.sustained.wrong_data");
}

TEST_F(PowerSustained, AKernelThatIsWrongEverywhereAccusesNoGpu) {
  series("power.mixed").check->wrong = 1;
  for (Measurement& m : evidence.measurements) {
    if (m.gate == "gemm.bf16.own.exact") m.check->got = "0123456789abcdef";
  }
  expect(Verdict::not_measured, "power.kernel_wrong");
  EXPECT_EQ(on_gpu1().blame, Blame::suite);
  for (Measurement& m : evidence.measurements) {
    if (m.gate == "gemm.bf16.cublaslt.exact") m.check->got = "0123456789abcdef";
  }
  expect(Verdict::fail, "power.sustained.wrong_data");  // both are wrong: the GPUs are
}

TEST_F(PowerSustained, AKernelOfATypeThatThisLoadLacksExcusesNoGpu) {
  series("power.mixed").check->wrong = 1;
  for (Measurement& m : evidence.measurements) {
    if (m.gate == "gemm.fp64.own.exact" || m.gate == "gemm.fp32.own.exact") {
      m.check->got = "0123456789abcdef";
    }
  }
  expect(Verdict::fail, "power.sustained.wrong_data");
}

TEST_F(PowerSustained, BelowTheLimitAndBelowTheMaximumClockIsBorderline) {
  set(1500, 679);
  expect(Verdict::pass, "");
  set(1500, 678);
  expect(Verdict::borderline, "power.sustained.below_cap");
  EXPECT_NE(on_gpu1().reason.find("power 678 of 700 W"), std::string::npos);
}

// The others draw 695 W: nine tenths are 625.5.
TEST_F(PowerSustained, AtTheMaximumClockItMayDrawLittleLessThanTheOthers) {
  set(1980, 640);
  expect(Verdict::pass, "");
  profile.ordered.gpus = 2;
  measure();
  set(1980, 631);
  EXPECT_EQ(on_gpu1().verdict, Verdict::pass) << on_gpu1().reason;
  set(1980, 700, 0, "gpu/0");
  EXPECT_EQ(on_gpu1().verdict, Verdict::pass) << on_gpu1().reason;
  set(1980, 710, 0, "gpu/0");
  EXPECT_EQ(on_gpu1().code, "power.sustained.below_siblings");
  EXPECT_NE(on_gpu1().reason.find("; the other GPUs up to 710 W"), std::string::npos);
}

TEST_F(PowerSustained, AFaultThatMostGpusShareHidesNone) {
  profile.ordered.gpus = 8;
  measure();
  const std::vector<std::string> sick{"gpu/0", "gpu/1", "gpu/2", "gpu/3", "gpu/4"};
  for (const std::string& unit : sick) set(1980, 450, 0, unit);
  measure_on();
  for (const std::string& unit : sick) set(1980, 450, 0, unit);  // alone
  for (const std::string& unit : sick) {
    expect_on(unit, Verdict::borderline, "power.sustained.below_siblings");
  }
  expect_on("gpu/5", Verdict::pass, "");
}

// On a node of several GPUs half of the limit says too little by itself.
TEST_F(PowerSustained, WhereNoOtherGpuShowsTheLoadNothingIsDecided) {
  profile.ordered.gpus = 2;
  const auto both = [&](std::int64_t mhz, std::int64_t reasons) {
    measure();
    set(1980, 360);
    set(mhz, 360, reasons, "gpu/0");
    measure_on();
    set(1980, 360);  // alone
  };
  both(1980, 0x20);  // hot
  expect_on("gpu/1", Verdict::not_measured, "power.sustained.no_siblings");
  both(1980, 0x80);  // braked, as far as a reason says
  expect_on("gpu/1", Verdict::not_measured, "power.sustained.no_siblings");
  both(1500, 0);
  expect_on("gpu/1", Verdict::not_measured, "power.sustained.no_siblings");
  std::erase_if(evidence.measurements, [](const Measurement& m) { return m.unit_id == "gpu/0"; });
  expect_on("gpu/0", Verdict::not_measured, "series.absent");
  expect_on("gpu/1", Verdict::not_measured, "power.sustained.no_siblings");
}

TEST_F(PowerSustained, AStarvedGpuShowsAloneWhatTheLoadDraws) {
  profile.ordered.gpus = 2;
  measure();
  set(1980, 450);
  set(1980, 450, 0, "gpu/0");
  measure_on();
  set(1980, 450);  // alone; gpu/0 draws 695 W then
  expect_on("gpu/0", Verdict::fail, "slow.host_starved");
  expect_on("gpu/1", Verdict::borderline, "power.sustained.below_siblings");
}

TEST_F(PowerSustained, ALoadThatFillsNoGpuOfTheNodePassesDownToHalfTheLimit) {
  const auto set_all = [&](std::int64_t watts) {
    measure();
    for (const std::string& unit : ordered_units(profile)) set(1980, watts, 0, unit);
    measure_on();
    for (const std::string& unit : ordered_units(profile)) set(1980, watts, 0, unit);  // alone
  };
  set_all(350);
  expect_all(Verdict::pass, "");
  set_all(349);
  expect_all(Verdict::borderline, "power.sustained.below_siblings");
}

TEST_F(PowerSustained, NeverJudgesARate) {
  set_samples(series("power.mixed"), 1'000'000);
  expect(Verdict::pass, "");
}

TEST_F(PowerSustained, HeatAndALockCarryTheBlame) {
  set(1300, 600, 0x20);
  expect(Verdict::fail, "slow.hot");
  for (const char* unit : {"gpu/0", "gpu/2"}) set(1300, 600, 0x20, unit);
  EXPECT_EQ(on_gpu1().code, "slow.hot_site");
  measure();
  set(1200, 600);
  for (Measurement& m : evidence.measurements) {
    if (m.gate == "clock.light" && m.unit_id == "gpu/1") set_samples(m, 1200);
  }
  expect(Verdict::fail, "slow.locked");
}

TEST_F(PowerSustained, FullClockExcusesNoHeatAndNoLock) {
  set(1980, 640, 0x20);
  expect(Verdict::fail, "slow.hot");
  measure();
  set(1980, 640);
  for (Measurement& m : evidence.measurements) {
    if (m.gate == "clock.light" && m.unit_id == "gpu/1") set_samples(m, 1200);
  }
  expect(Verdict::fail, "slow.locked");
}

TEST_F(PowerSustained, ABrakeFailsWhereItsTimeCounterConfirmsIt) {
  set(1200, 600, 0x88);
  expect(Verdict::borderline, "power.sustained.below_cap");
  after().throttle_power_brake_ns = 5'000'000;
  expect(Verdict::fail, "power.sustained.power_brake");
  set(1500, 695);
  expect(Verdict::pass, "");  // it was another load's
  set(1500, 695, 0x80);
  expect(Verdict::fail, "power.sustained.power_brake");
  for (const std::size_t other : {0u, 2u}) after(other).throttle_power_brake_ns = 1;
  EXPECT_EQ(on_gpu1().code, "power.sustained.power_brake_site");
}

TEST_F(PowerSustained, ABrakeThatNothingConfirmsIsAWarning) {
  series("power.mixed").throttle[0] = 0x80;
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
}

TEST_F(PowerSustained, WhereTheBrakesReasonWasSeenItsCounterMustBeSound) {
  after().throttle_power_brake_ns = KnownInt::missing("Not Supported");
  expect(Verdict::pass, "");  // nothing braked
  series("power.mixed").throttle[0] = 0x80;
  expect(Verdict::not_measured, "events.counter_absent");
  after().throttle_power_brake_ns = 0;
  evidence.before[1].throttle_power_brake_ns = 7;
  expect(Verdict::not_measured, "events.counter_fell");
  evidence.before[1].throttle_power_brake_ns = 0;
  expect(Verdict::pass, "");
  evidence.gaps.push_back({"gpu/1", 0, 60'000'000'000});
  expect(Verdict::not_measured, "events.watcher_silent");
  evidence.gaps.clear();
  evidence.node_after.boot_id = KnownText("another");
  expect(Verdict::not_measured, "events.other_boot");
}

TEST_F(PowerSustained, FullClockAndLittlePowerIsMeasuredAloneAndThatDecides) {
  EXPECT_EQ(asked_alone(), 0u);
  set(1980, 450);
  EXPECT_EQ(asked_alone(), 1u);
  EXPECT_NE(on_gpu1().verdict, Verdict::pass);
  measure_on();  // alone at 695 W
  ASSERT_EQ(series("power.mixed").params.count("alone"), 1u);
  expect(Verdict::fail, "slow.host_starved");
  EXPECT_NE(on_gpu1().reason.find(": host; alone 695 W"), std::string::npos) << on_gpu1().reason;
  set(1980, 460);  // alone too: the series that series() names last
  expect(Verdict::borderline, "power.sustained.below_siblings");
  EXPECT_NE(on_gpu1().reason.find(": no single cause; alone 460 W; the other GPUs up to 695 W"),
            std::string::npos)
      << on_gpu1().reason;
  series("power.mixed").check->wrong = 1;
  expect(Verdict::fail, "power.sustained.wrong_data");
}

TEST_F(PowerSustained, OneGpuHasNobodyToBeStarvedBeside) {
  profile.ordered.gpus = 1;
  measure();
  set(1980, 450, 0, "gpu/0");
  EXPECT_EQ(asked_alone(), 0u);
  EXPECT_EQ(on("gpu/0").verdict, Verdict::pass);
  EXPECT_EQ(on("gpu/0").reason.find("host"), std::string::npos) << on("gpu/0").reason;
  set(1980, 350, 0, "gpu/0");
  EXPECT_EQ(on("gpu/0").verdict, Verdict::pass);
  set(1980, 349, 0, "gpu/0");
  EXPECT_EQ(on("gpu/0").code, "power.sustained.below_siblings");
}

TEST_F(PowerSustained, InCiALimitThatIsNotReachedIsAWarning) {
  profile.kind = ProfileKind::ci;
  set(1500, 500);
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
  profile.ordered.gpus = 2;
  measure();
  set(1980, 360);
  set(1500, 360, 0, "gpu/0");
  measure_on();
  set(1980, 360);  // alone
  expect_on("gpu/1", Verdict::not_measured, "power.sustained.no_siblings");
}

TEST_F(PowerSustained, NeverPassesUnsoundEvidence) {
  expect_unsound_never_passes("power.mixed");
  series("power.mixed").power_mw[3] = 0;
  expect(Verdict::not_measured, "series.impossible");
  measure();
  gpu().power_limit_enforced_mw = KnownInt::missing("Not Supported");
  expect(Verdict::not_measured, "fact.absent");
  measure();
  evidence.warmup.clear();
  expect_all(Verdict::not_measured, "warmup.absent");
  profile.sizes.power_n = 0;
  measure();
  expect_all(Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
