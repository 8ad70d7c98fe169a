#include "acceptance/sim/physics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "acceptance/sim/compute.h"
#include "acceptance/sim/noise.h"
#include "reports/model/units.h"

namespace ga {
namespace {

// Temperature at which a part's capped rates were taken: its settled one, in an even slot.
constexpr double kReferenceInletC = 22;
constexpr double kLeastClockShare = 0.1;  // of the maximum; no load runs slower
// The driver's thermal control ends this share of the way from its limit to the hardware's.
constexpr double kThermalBand = 0.8;
constexpr double kLeastBandC = 0.5;  // where a part gives both limits the same
constexpr double kStepS = 0.25;      // well below the fast time constant, so that control is stable
// A step that moves heat by less has come to rest: hours of load cost no more than minutes.
constexpr double kRestK = 1e-7;

double reference_c(const Part& part) { return kReferenceInletC + part.kelvin_per_w * part.limit_w; }

// Power that flows whatever the clock. Never below half of idle: a cold die still leaks.
double static_w(const Part& part, double temp_c) {
  const double leakage = part.leakage_w_per_k * (temp_c - reference_c(part));
  return std::max(0.5 * part.idle_w, part.idle_w + leakage);
}

double shape(const Part& part, double mhz) { return std::pow(mhz / part.clock_max, part.exponent); }

// The dynamic power at full clock of a load that draws `watts` at `mhz`.
double dynamic_at_max(const Part& part, double watts, double mhz) {
  return (watts - part.idle_w) / shape(part, mhz);
}

const CappedRate& capped_rate(const Part& part, const ComputeCase& of) {
  if (of.backward) return of.own ? part.attention_bwd_own : part.attention_bwd_cudnn;
  if (of.attention) return of.own ? part.attention_own : part.attention_cudnn;
  const auto type = static_cast<std::size_t>(of.type - kGemmTypes.data());
  return of.own ? part.own[type] : part.cublaslt[type];
}

double severity(const Scenario& scenario, FaultKind kind, int gpu, double load_s) {
  const Fault* fault = scenario.fault(kind, gpu, load_s);
  return fault == nullptr ? 0 : fault->severity;
}

// The width that is left of a link: a power of two.
std::int64_t narrowed(std::int64_t width, double lost) {
  const double left = static_cast<double>(width) * (1 - lost);
  std::int64_t out = 1;
  while (2 * out <= width && static_cast<double>(2 * out) <= left + 1e-9) out *= 2;
  return lost > 0 ? out : width;
}

double spread(const Scenario& scenario, std::string_view what, int gpu, double sigma) {
  constexpr double kCut = 2;  // a die further out is a fault, placed by name
  const NoiseName name{scenario.seed, what, static_cast<std::uint64_t>(gpu)};
  return 1 + sigma * noise_normal(name, kCut);
}

}  // namespace

Die die_of(const Scenario& scenario, int gpu, double load_s) {
  const Part& part = scenario.part;
  const auto lost = [&](FaultKind kind) { return severity(scenario, kind, gpu, load_s); };
  Die die;
  // A die whose rate at the limit is lower by x needs a dynamic power higher by x * exponent.
  const double rate =
      spread(scenario, "spread gemm", gpu, part.spread_gemm) * (1 - lost(FaultKind::slow_gemm));
  die.power_factor = std::pow(rate, -part.exponent);
  die.memory_factor =
      spread(scenario, "spread memory", gpu, part.spread_memory) * (1 - lost(FaultKind::slow_hbm));
  die.chase_factor = 1 / (1 + lost(FaultKind::slow_chase));
  die.pcie_factor =
      spread(scenario, "spread pcie", gpu, part.spread_pcie) * (1 - lost(FaultKind::slow_pcie));
  for (const FaultKind kind : {FaultKind::pcie_gen_low, FaultKind::pcie_gen_falls}) {
    const Fault* old = scenario.fault(kind, gpu);
    if (old == nullptr || load_s < old->at_s) continue;
    die.pcie_factor *= std::exp2(old->severity - static_cast<double>(part.link_gen));
  }
  die.own_factor = 1 - lost(FaultKind::slow_own);
  const double held = part.clock_max * (1 - lost(FaultKind::clock_locked));
  die.clock_max = std::floor(held / part.clock_step) * part.clock_step;
  die.limit_w = part.limit_w * (1 - lost(FaultKind::power_limit_low));
  die.inlet_c = scenario.inlet_c + lost(FaultKind::hot_inlet) + (gpu % 2) * part.odd_slot_k;
  die.kelvin_per_w = part.kelvin_per_w * (1 + lost(FaultKind::bad_cooling));
  die.hw_thermal_share = lost(FaultKind::hw_thermal);
  die.power_brake_share = lost(FaultKind::power_brake);
  die.link_width = narrowed(part.link_width, lost(FaultKind::slow_pcie));
  return die;
}

Load load_of(const Part& part, std::string_view case_id) {
  if (const auto compute = compute_case(case_id)) {
    const CappedRate& rate = capped_rate(part, *compute);
    return {dynamic_at_max(part, part.limit_w, rate.mhz), part.clock_max};
  }
  if (case_id.starts_with("memory.")) {
    return {dynamic_at_max(part, part.memory_w, part.clock_memory_bound), part.clock_memory_bound};
  }
  // Traffic between GPUs draws what host copies do, and exercisers what a light kernel does, which
  // is assumed.
  const bool light = case_id == "clock.light" || case_id.starts_with("exercise.");
  const double watts = light ? part.light_w : part.pcie_w;
  return {dynamic_at_max(part, watts, part.clock_max), part.clock_max};
}

Operating operate(const Part& part, const Die& die, const Load& load, double temp_c) {
  const double base_w = static_w(part, temp_c);
  const double dynamic_w = load.dynamic_w * die.power_factor;
  const double least = kLeastClockShare * part.clock_max;
  const auto clock_at = [&](double watts) {
    const double share = std::max(0.0, watts - base_w) / dynamic_w;
    return part.clock_max * std::pow(share, 1 / part.exponent);
  };
  Operating out;
  double clock = std::min(load.wanted_mhz, die.clock_max);
  if (const double capped = clock_at(die.limit_w); capped < clock) {
    clock = capped;
    out.reasons |= kThrottleSwPower;
  }
  // Above its limit the driver takes power back, the more the hotter it gets, so that heat comes to
  // rest below what the hardware bears.
  if (temp_c > part.sw_limit_c) {
    const double wanted_w = base_w + dynamic_w * shape(part, clock);
    const double rest_c = part.sw_limit_c + kThermalBand * (part.hw_limit_c - part.sw_limit_c);
    const double rest_w = (rest_c - die.inlet_c) / die.kelvin_per_w;
    const double share = (temp_c - part.sw_limit_c) / (rest_c - part.sw_limit_c + kLeastBandC);
    clock = std::min(clock, clock_at(wanted_w + (std::min(rest_w, wanted_w) - wanted_w) * share));
    out.reasons |= kThrottleSwThermal;
  }
  // Hardware halves the clock while its signal stands.
  const double hot = temp_c > part.hw_limit_c ? 1.0 : die.hw_thermal_share;
  if (hot > 0) out.reasons |= kThrottleHwSlowdown | kThrottleHwThermal;
  if (die.power_brake_share > 0) out.reasons |= kThrottleHwSlowdown | kThrottlePowerBrake;
  clock *= 1 - 0.5 * std::min(1.0, hot + die.power_brake_share);
  out.clock_mhz = std::max(least, clock);
  out.power_w = base_w + dynamic_w * shape(part, out.clock_mhz);
  return out;
}

double temperature_c(const Die& die, const Heat& heat) {
  return die.inlet_c + heat.fast_k + heat.slow_k;
}

Heat settled(const Part& part, const Die& die, double power_w) {
  const double rise = die.kelvin_per_w * power_w;
  return {part.fast_share * rise, (1 - part.fast_share) * rise};
}

Heat heat_after(const Part& part, const Die& die, const Heat& from, double power_w,
                double seconds) {
  const Heat end = settled(part, die, power_w);
  const auto approach = [&](double start, double goal, double tau) {
    return goal + (start - goal) * std::exp(-seconds / tau);
  };
  return {approach(from.fast_k, end.fast_k, part.fast_s),
          approach(from.slow_k, end.slow_k, part.slow_s)};
}

Moment run_load(const Part& part, const Die& die, const Load& load, const Heat& from,
                double seconds) {
  Moment now{from, operate(part, die, load, temperature_c(die, from))};
  while (seconds > 0) {
    const double step = std::min(kStepS, seconds);
    const Heat before = now.heat;
    now.heat = heat_after(part, die, now.heat, now.operating.power_w, step);
    now.operating = operate(part, die, load, temperature_c(die, now.heat));
    seconds -= step;
    const bool rests = std::abs(now.heat.fast_k - before.fast_k) < kRestK &&
                       std::abs(now.heat.slow_k - before.slow_k) < kRestK;
    if (rests && step == kStepS) break;
  }
  return now;
}

double rate_of(const Part& part, const Die& die, std::string_view case_id,
               const Operating& operating) {
  if (const auto compute = compute_case(case_id)) {
    const CappedRate& rate = capped_rate(part, *compute);
    return rate.flops * operating.clock_mhz / rate.mhz * (compute->own ? die.own_factor : 1);
  }
  if (case_id.starts_with("exercise.")) {
    return kNsPerS / part.exercise_launch_ns * operating.clock_mhz / part.clock_max;
  }
  // The memory clock is fixed: only hardware slowdown reaches it.
  const double slowed = 1 - 0.5 * std::min(1.0, die.hw_thermal_share + die.power_brake_share);
  if (case_id == "memory.chase") {
    return kNsPerS / part.chase_ns * die.memory_factor * die.chase_factor * slowed;
  }
  const auto bytes = part.bytes_per_s.find(std::string(case_id));
  if (bytes == part.bytes_per_s.end()) return operating.clock_mhz;  // clock.light
  const bool memory = case_id.starts_with("memory.");
  return bytes->second * (memory ? die.memory_factor * slowed : die.pcie_factor);
}

}  // namespace ga
