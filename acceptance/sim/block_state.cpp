#include "acceptance/sim/block_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "acceptance/sim/compute.h"
#include "acceptance/sim/noise.h"

namespace ga {
namespace {

// Seconds of load between two blocks of one series, in blocks: about as many series take turns.
constexpr double kInterleaved = 6;
constexpr double kPowerReading = 0.003;  // relative; assumed

}  // namespace

std::int64_t param(const Params& params, std::string_view key) {
  const auto found = params.find(std::string(key));
  return found == params.end() ? 0 : found->second;
}

std::string series_of(std::string_view unit, std::string_view case_id, const Params& params) {
  std::string text = fmt::format("{} {}", unit, case_id);
  for (const auto& [key, value] : params) {
    // The series of all GPUs is called what it was before there was one of a GPU alone.
    if (key != "alone" || value != 0) text += fmt::format(" {}={}", key, value);
  }
  return text;
}

std::string series_of(const BlockName& name) {
  return series_of(fmt::format("gpu/{}", name.gpu), name.case_id, name.params);
}

double severity(const Scenario& scenario, FaultKind kind, const BlockName& name) {
  const Fault* fault = scenario.fault(kind, name.gpu, name.load_s);
  return fault == nullptr ? 0 : fault->severity;
}

double starved(const Scenario& scenario, const BlockName& name) {
  const bool alone = param(name.params, "alone") == 1;
  const bool works = computes(name.case_id) && !name.case_id.ends_with(".exact");
  const bool hurts = !alone && (copies_over_pcie(name.case_id) || works);
  return hurts ? severity(scenario, FaultKind::host_starvation, name) : 0;
}

double age_s(const BlockName& name) {
  const double block_s = static_cast<double>(name.block_ns) / kNsPerS;
  if (name.warm_s <= 0) return 0;
  return name.warm_s + static_cast<double>(name.index) * block_s * kInterleaved;
}

double share_at_work(const BlockName& name) {
  if (name.case_id != kPulseCase) return 1;
  return static_cast<double>(param(name.params, "duty_percent")) / 100;
}

namespace {

// On and off until the block is over; `operating` is that of the last time on.
Moment run_pulses(const Part& part, const Die& die, const Load& load, Heat heat,
                  const BlockName& name) {
  const Load rest{.dynamic_w = 0.001, .wanted_mhz = part.clock_idle};
  const double period_s = static_cast<double>(param(name.params, "period_ms")) / 1000;
  const double on_s = period_s * share_at_work(name);
  Moment now{heat, {}};
  for (double left = static_cast<double>(name.block_ns) / kNsPerS; left > 0; left -= period_s) {
    now = run_load(part, die, load, now.heat, on_s);
    now.heat = run_load(part, die, rest, now.heat, period_s - on_s).heat;
  }
  return now;
}

}  // namespace

Moment moment_of(const Scenario& scenario, const Die& die, const BlockName& name) {
  const Part& part = scenario.part;
  const double block_s = static_cast<double>(name.block_ns) / kNsPerS;
  const Heat rest = settled(part, die, part.idle_w);
  Load load = load_of(part, name.case_id);
  if (const double lost = starved(scenario, name); lost > 0 && computes(name.case_id)) {
    const double capped = operate(part, die, load, temperature_c(die, rest)).clock_mhz;
    load.dynamic_w *= (1 - lost) * capped / die.clock_max;
  }
  if (name.warm_s <= 0) {
    return run_load(part, die, load, rest, (static_cast<double>(name.index) + 1) * block_s);
  }
  const Moment warm = run_load(part, die, load_of(part, "gemm.bf16.cublaslt"), rest, age_s(name));
  if (name.case_id == kPulseCase) return run_pulses(part, die, load, warm.heat, name);
  return run_load(part, die, load, warm.heat, block_s);
}

std::int64_t clock_reading(const Scenario& scenario, const BlockName& name, double mhz) {
  if (computes(name.case_id)) {
    const double apart = severity(scenario, FaultKind::bimodal_clock, name);
    mhz *= name.index % 2 == 0 ? 1 + apart : 1 - apart;
  }
  const double step = scenario.part.clock_step;
  mhz = std::min(std::round(mhz / step) * step, scenario.part.clock_max);
  return std::llround(std::max(step, mhz));
}

std::int64_t power_reading_mw(const Scenario& scenario, const BlockName& name, double watts) {
  const auto index = static_cast<std::uint64_t>(name.index);
  const double wobble =
      1 + kPowerReading * noise_normal({scenario.seed, series_of(name) + " power", index});
  return std::llround(watts * wobble * 1000);
}

std::int64_t temperature_reading_mc(const Die& die, const Heat& heat) {
  return 1000 * std::llround(temperature_c(die, heat));
}

std::int64_t link_gen_reading(const Scenario& scenario, const BlockName& name) {
  const double least = std::max(severity(scenario, FaultKind::pcie_gen_low, name),
                                severity(scenario, FaultKind::pcie_gen_falls, name));
  return least > 0 ? std::llround(least) : scenario.part.link_gen;
}

LoadHistory spent_in(const Die& die, const Operating& operating, std::int64_t elapsed_ns) {
  LoadHistory spent;
  const auto share = [&](double part) {
    return std::llround(std::min(1.0, part) * static_cast<double>(elapsed_ns));
  };
  spent.load_s = static_cast<double>(elapsed_ns) / kNsPerS;
  if ((operating.reasons & kThrottleSwPower) != 0) spent.sw_power_ns = elapsed_ns;
  if ((operating.reasons & kThrottleSwThermal) != 0) spent.sw_thermal_ns = elapsed_ns;
  if ((operating.reasons & kThrottleHwThermal) != 0) {
    spent.hw_thermal_ns = share(die.hw_thermal_share > 0 ? die.hw_thermal_share : 1.0);
  }
  if ((operating.reasons & kThrottlePowerBrake) != 0) {
    spent.power_brake_ns = share(die.power_brake_share);
  }
  spent.energy_mj = std::llround(operating.power_w * spent.load_s * 1000);
  return spent;
}

std::int64_t spoiled_launches(const Scenario& scenario, const std::string& series,
                              std::int64_t index, double share, std::int64_t launches) {
  if (share <= 0) return 1;
  const double mean = share * static_cast<double>(launches);
  const double chance =
      noise_uniform({scenario.seed, series + " spoiled", static_cast<std::uint64_t>(index)});
  const auto sure = static_cast<std::int64_t>(mean);
  return std::min(launches, sure + (chance < mean - std::floor(mean) ? 1 : 0));
}

FirstMismatch wrong_word(const Scenario& scenario, const std::string& series, std::int64_t index,
                         std::int64_t bytes) {
  constexpr std::int64_t kWordBytes = 8;
  const std::uint32_t place =
      noise_word({scenario.seed, series + " place", static_cast<std::uint64_t>(index)});
  const std::uint64_t right = std::uint64_t{place} * 0x9e3779b97f4a7c15u;
  const std::uint64_t bit = std::uint64_t{1} << (place % 64);
  FirstMismatch first;
  first.element = place % std::max<std::int64_t>(1, bytes / kWordBytes);
  first.expected = fmt::format("{:016x}", right);
  first.xor_bits = fmt::format("{:016x}", bit);
  first.got = fmt::format("{:016x}", right ^ bit);
  return first;
}

}  // namespace ga
