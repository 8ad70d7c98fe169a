#include "acceptance/sim/physics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "acceptance/sim/noise.h"

namespace ga {
namespace {

// Two GPUs without spread, so that figures can be checked by hand.
Scenario plain(std::string_view part = "h200") {
  Scenario scenario;
  scenario.name = "plain";
  scenario.part = *builtin_part(part);
  scenario.part.spread_gemm = scenario.part.spread_memory = scenario.part.spread_pcie = 0;
  scenario.gpus = 2;
  scenario.seed = 1;
  scenario.inlet_c = 22;
  return scenario;
}

Fault fault(FaultKind kind, int gpu, double severity, double at_s = 0) {
  Fault f;
  f.kind = kind;
  f.gpu = gpu;
  f.severity = severity;
  f.at_s = at_s;
  return f;
}

Moment after(const Scenario& scenario, int gpu, std::string_view case_id, double seconds) {
  const Die die = die_of(scenario, gpu, 0);
  const Heat rest = settled(scenario.part, die, scenario.part.idle_w);
  return run_load(scenario.part, die, load_of(scenario.part, case_id), rest, seconds);
}

TEST(Physics, TemperatureSettlesAtInletPlusResistanceTimesPower) {
  const Scenario scenario = plain();
  const Moment end = after(scenario, 0, "gemm.bf16.cublaslt", 1200);
  EXPECT_NEAR(end.operating.power_w, 700, 0.5);
  EXPECT_NEAR(temperature_c(die_of(scenario, 0, 0), end.heat), 22 + 0.055 * 700, 0.1);
}

TEST(Physics, TemperatureOnlyRisesUnderLoad) {
  const Scenario scenario = plain();
  double last = 0;
  for (const double seconds : {0.0, 1.0, 5.0, 20.0, 100.0, 400.0}) {
    const Moment now = after(scenario, 0, "gemm.bf16.cublaslt", seconds);
    const double temp = temperature_c(die_of(scenario, 0, 0), now.heat);
    EXPECT_GT(temp, last) << seconds;
    last = temp;
  }
}

TEST(Physics, OddSlotsRunWarmer) {
  const Scenario scenario = plain();
  const Heat none;
  EXPECT_DOUBLE_EQ(
      temperature_c(die_of(scenario, 1, 0), none) - temperature_c(die_of(scenario, 0, 0), none),
      3.5);
}

TEST(Physics, TheLimitHoldsPowerByLoweringTheClock) {
  const Scenario scenario = plain();
  const Moment now = after(scenario, 0, "gemm.bf16.cublaslt", 600);
  EXPECT_LE(now.operating.power_w, 700.001);
  EXPECT_NEAR(now.operating.clock_mhz, 1490, 2);
  EXPECT_EQ(now.operating.reasons, kThrottleSwPower);
  const double rate =
      rate_of(scenario.part, die_of(scenario, 0, 0), "gemm.bf16.cublaslt", now.operating);
  EXPECT_NEAR(rate, 750e12, 2e12);
}

TEST(Physics, ALightLoadReachesTheMaximumClockWithoutAReason) {
  const Moment now = after(plain(), 0, "clock.light", 5);
  EXPECT_DOUBLE_EQ(now.operating.clock_mhz, 1980);
  EXPECT_EQ(now.operating.reasons, 0);
}

TEST(Physics, AHotterDieKeepsALowerClockAtTheSameLimit) {
  const Scenario scenario = plain();
  const Die die = die_of(scenario, 0, 0);
  const Load load = load_of(scenario.part, "gemm.bf16.cublaslt");
  const double cool = operate(scenario.part, die, load, 50).clock_mhz;
  const double warm = operate(scenario.part, die, load, 80).clock_mhz;
  EXPECT_LT(warm, cool);
  EXPECT_GT(warm, 0.9 * cool);
}

TEST(Physics, TheRateFallsAsTheLimitFalls) {
  Scenario scenario = plain();
  double last = 1e18;
  for (const double missing : {0.01, 0.1, 0.3, 0.6}) {
    scenario.faults = {fault(FaultKind::power_limit_low, 0, missing)};
    const Moment now = after(scenario, 0, "gemm.bf16.cublaslt", 300);
    EXPECT_LE(now.operating.power_w, 700 * (1 - missing) + 0.001);
    EXPECT_LT(now.operating.clock_mhz, last);
    last = now.operating.clock_mhz;
  }
}

TEST(Physics, APoorDieIsSlowerAtTheSamePower) {
  Scenario scenario = plain();
  scenario.faults = {fault(FaultKind::slow_gemm, 0, 0.2)};
  const Moment poor = after(scenario, 0, "gemm.bf16.cublaslt", 600);
  EXPECT_NEAR(poor.operating.power_w, 700, 0.5);
  EXPECT_NEAR(poor.operating.clock_mhz, 0.8 * 1490, 3);
}

TEST(Physics, AHotInletEndsAtTheDriversThermalLimit) {
  Scenario scenario = plain();
  scenario.faults = {fault(FaultKind::hot_inlet, -1, 45)};
  const Moment now = after(scenario, 0, "gemm.bf16.cublaslt", 1200);
  EXPECT_NE(now.operating.reasons & kThrottleSwThermal, 0);
  const double temp = temperature_c(die_of(scenario, 0, 0), now.heat);
  EXPECT_GT(temp, 86);
  EXPECT_LT(temp, 92);
}

TEST(Physics, ThermalControlComesToRestBelowTheHardwaresLimit) {
  Scenario scenario = plain();
  for (const double worse : {0.5, 1.0, 2.0, 3.0}) {
    scenario.faults = {fault(FaultKind::bad_cooling, 0, worse)};
    const Die die = die_of(scenario, 0, 0);
    const Heat rest = settled(scenario.part, die, scenario.part.idle_w);
    const Load load = load_of(scenario.part, "gemm.bf16.cublaslt");
    for (const double seconds : {30.0, 60.0, 300.0, 1000.0}) {
      const Moment now = run_load(scenario.part, die, load, rest, seconds);
      EXPECT_LT(temperature_c(die, now.heat), scenario.part.hw_limit_c) << worse << " " << seconds;
      EXPECT_EQ(now.operating.reasons & kThrottleHwThermal, 0) << worse << " " << seconds;
    }
  }
}

TEST(Physics, HardwareSlowdownShowsItsReasonAndHalvesTheClockWhileItLasts) {
  Scenario scenario = plain();
  scenario.faults = {fault(FaultKind::power_brake, 0, 1)};
  const Moment now = after(scenario, 0, "clock.light", 5);
  EXPECT_EQ(now.operating.reasons, kThrottlePowerBrake | kThrottleHwSlowdown);
  EXPECT_DOUBLE_EQ(now.operating.clock_mhz, 990);
}

TEST(Physics, AFaultBeginsAtItsTime) {
  Scenario scenario = plain();
  scenario.faults = {fault(FaultKind::slow_hbm, 1, 0.5, 30)};
  EXPECT_DOUBLE_EQ(die_of(scenario, 1, 29).memory_factor, 1);
  EXPECT_DOUBLE_EQ(die_of(scenario, 1, 30).memory_factor, 0.5);
  EXPECT_DOUBLE_EQ(die_of(scenario, 0, 30).memory_factor, 1);
}

TEST(Physics, ANarrowLinkIsAPowerOfTwo) {
  Scenario scenario = plain();
  for (const auto& [lost, width] : {std::pair{0.5, 8}, {0.3, 8}, {0.8, 2}, {0.95, 1}}) {
    scenario.faults = {fault(FaultKind::slow_pcie, 0, lost)};
    EXPECT_EQ(die_of(scenario, 0, 0).link_width, width) << lost;
  }
}

TEST(Physics, SpreadBetweenDiesIsTheParts) {
  Scenario scenario = plain();
  scenario.part.spread_gemm = 0.015;
  double sum = 0, squares = 0;
  constexpr int kDies = 2000;
  for (int gpu = 0; gpu < kDies; ++gpu) {
    const double rate = std::pow(die_of(scenario, gpu, 0).power_factor, -1 / 2.4) - 1;
    EXPECT_LE(std::fabs(rate), 0.0301);
    sum += rate;
    squares += rate * rate;
  }
  EXPECT_NEAR(sum / kDies, 0, 0.001);
  EXPECT_NEAR(std::sqrt(squares / kDies), 0.015, 0.002);  // a little less: the tails are cut
}

TEST(Noise, DependsOnItsNameAndNothingElse) {
  const NoiseName name{7, "gpu/3 memory.copy", 5};
  EXPECT_EQ(noise_word(name), noise_word(name));
  EXPECT_NE(noise_word(name), noise_word({8, name.what, 5}));
  EXPECT_NE(noise_word(name), noise_word({7, "gpu/4 memory.copy", 5}));
  EXPECT_NE(noise_word(name), noise_word({7, name.what, 6}));
}

TEST(Noise, IsNormalAndCut) {
  double sum = 0, squares = 0;
  constexpr int kDraws = 4000;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const double z = noise_normal({1, "z", i});
    ASSERT_LE(std::fabs(z), 3);
    sum += z;
    squares += z * z;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.05);
  EXPECT_NEAR(squares / kDraws, 1, 0.08);
}

TEST(Physics, ATypeIsAsFastAsItsShareOfBf16AtTheSameClockAndPower) {
  const Scenario scenario = plain();
  const Moment bf16 = after(scenario, 0, "gemm.bf16.cublaslt", 600);
  const Moment fp8 = after(scenario, 0, "gemm.fp8.cublaslt", 600);
  EXPECT_DOUBLE_EQ(fp8.operating.clock_mhz, bf16.operating.clock_mhz);
  const Die die = die_of(scenario, 0, 0);
  EXPECT_NEAR(rate_of(scenario.part, die, "gemm.fp8.cublaslt", fp8.operating) /
                  rate_of(scenario.part, die, "gemm.bf16.cublaslt", bf16.operating),
              1.734, 1e-9);
  EXPECT_NEAR(rate_of(scenario.part, die, "gemm.int8.own.exact", bf16.operating) /
                  rate_of(scenario.part, die, "gemm.bf16.own", bf16.operating),
              1.6, 1e-9);
}

TEST(Physics, AttentionAtThePowerLimitIsAsFastAsItsPartSays) {
  const Scenario scenario = plain();
  for (const auto& [case_id, rate] : {std::pair{"attention.bf16.cudnn", 644e12},
                                      {"attention.bf16.own.exact", 547e12},
                                      {"attention.bf16.bwd.cudnn", 470e12},
                                      {"attention.bf16.bwd.own.exact", 282e12}}) {
    const Moment now = after(scenario, 0, case_id, 1200);
    EXPECT_NEAR(now.operating.power_w, 700, 0.5);
    const Die die = die_of(scenario, 0, 0);
    EXPECT_NEAR(rate_of(scenario.part, die, case_id, now.operating) / rate, 1, 0.01) << case_id;
  }
}

TEST(Parts, EachBuiltInPartReadsAndHoldsItsOwnFigures) {
  EXPECT_DOUBLE_EQ(builtin_part("h200")->bytes_per_s.at("memory.copy"), 4.01e12);
  EXPECT_DOUBLE_EQ(builtin_part("b200")->cublaslt[0].flops, 1321e12);  // bf16
  const auto unknown = builtin_part("h300");
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().hint().find("h200"), std::string::npos);
}

}  // namespace
}  // namespace ga
