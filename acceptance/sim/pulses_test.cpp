// Loads that draw power: steady at the limit, on and off in a rhythm, fed by a host or alone.
#include <gtest/gtest.h>

#include "acceptance/sim/block_state.h"
#include "acceptance/sim/cases.h"
#include "acceptance/sim/compute.h"

namespace ga {
namespace {

SimulatedBlock block(const Scenario& scenario, std::string_view case_id, const Params& params,
                     double seconds) {
  static ExactWorkshop workshop;
  BlockName name;
  name.gpu = 2;
  name.case_id = case_id;
  name.params = *complete_params(*find_case(case_id), params);
  name.block_ns = static_cast<std::int64_t>(seconds * 1e9);
  name.warm_s = 300;
  return simulate_block(scenario, name, workshop);
}
SimulatedBlock mixed(const Scenario& scenario, std::int64_t alone = 0) {
  return block(scenario, kMixedCase, {{"alone", alone}}, 3);
}
SimulatedBlock pulses(const Scenario& scenario, std::int64_t place, std::int64_t period_ms = 500) {
  return block(scenario, kPulseCase, {{"period_ms", period_ms}, {"phase_percent", place}}, 10);
}

Scenario with(FaultKind kind, double severity, int gpu = 2) {
  Scenario scenario = *load_scenario("healthy-h200");
  Fault fault;
  fault.kind = kind;
  fault.gpu = gpu;
  fault.severity = severity;
  scenario.faults = {fault};
  return scenario;
}

TEST(MixedLoad, DrawsThePowerLimit) {
  const auto now = mixed(*load_scenario("healthy-h200"));
  EXPECT_EQ(now.sample.unit, "flops");
  EXPECT_EQ(now.check.check.kind, "checksum");
  EXPECT_NEAR(static_cast<double>(now.sample.power_mw), 700'000, 7'000);
  EXPECT_EQ(now.sample.throttle, kThrottleSwPower);
}

TEST(Pulses, DrawAndHeatOnAverageAndDoHalfTheWork) {
  const Scenario scenario = *load_scenario("healthy-h200");
  const auto half = pulses(scenario, 0);
  EXPECT_EQ(half.sample.unit, "launches");
  EXPECT_NEAR(static_cast<double>(half.sample.power_mw), (700'000 + 75'000) / 2.0, 15'000);
  EXPECT_LT(half.sample.temp_mc, mixed(scenario).sample.temp_mc - 5'000);
  const double whole = static_cast<double>(mixed(scenario).check.check.launches.value_or(0));
  EXPECT_NEAR(static_cast<double>(half.sample.value), whole * 10 / 3 / 2, whole / 10);
}

TEST(Pulses, WeakSuppliesBrakeTheStepOfAllGpusAndNothingElse) {
  const Scenario weak = with(FaultKind::psu_weak, 0.02, -1);
  const auto in_phase = pulses(weak, 0);
  EXPECT_NE(in_phase.sample.throttle & kThrottlePowerBrake, 0);
  EXPECT_NEAR(static_cast<double>(in_phase.spent.power_brake_ns), 0.02 * 10e9, 0.01e9);
  EXPECT_EQ(pulses(weak, 25).sample.throttle & kThrottlePowerBrake, 0);
  EXPECT_EQ(pulses(weak, 75).spent.power_brake_ns, 0);
  EXPECT_EQ(mixed(weak).sample.throttle & kThrottlePowerBrake, 0);
}

TEST(Pulses, MayBeWrongWhereNoSteadyLoadIs) {
  const Scenario scenario = with(FaultKind::pulse_corrupt, 1);
  EXPECT_GT(pulses(scenario, 75).check.check.wrong, 0);
  EXPECT_EQ(mixed(scenario).check.check.wrong, 0);
  EXPECT_EQ(block(scenario, "gemm.bf16.own", {}, 3).check.check.wrong, 0);
}

TEST(Starvation, EndsWhenTheGpuIsAlone) {
  const Scenario scenario = with(FaultKind::host_starvation, 0.5);
  const auto among = mixed(scenario), alone = mixed(scenario, 1);
  EXPECT_EQ(among.sample.clock_mhz, 1980);
  EXPECT_LT(among.sample.power_mw, 600'000);
  EXPECT_LT(among.sample.value * 10, alone.sample.value * 6);
  EXPECT_NEAR(static_cast<double>(alone.sample.power_mw), 700'000, 7'000);
}

}  // namespace
}  // namespace ga
