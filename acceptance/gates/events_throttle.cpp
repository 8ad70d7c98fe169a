// Did heat or a power brake hold the clocks down during the run?
//
// Evidence: NVML's time counters by reason, read before and after every load, and a watcher of each
// GPU that did not fall silent. Only the differences are judged: what happened before the run is
// not this run's. Limit: none for hardware thermal slowdown and power brake;
// ordered.sw_thermal_max_ppm of the time under load for the driver's own thermal slowdown. The
// software power cap is normal. False pass: a driver that does not count; then the counters are
// absent. False fail: heat that the site is to blame for; hot neighbours move the blame there.
// Reason 0x8 alone explains nothing: it warns, and fails only through a time counter.
#include <algorithm>
#include <array>
#include <utility>

#include "acceptance/core/slow.h"
#include "acceptance/gates/counters.h"
#include "acceptance/gates/event_counters.h"
#include "acceptance/gates/facts.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/table.h"
#include "reports/model/units.h"

namespace ga {
namespace {

constexpr std::string_view kId = "events.throttle";

struct Counter {
  std::string_view name;
  KnownInt GpuCounters::*field;
};
constexpr Counter kHwThermal{"throttle_hw_thermal_ns", &GpuCounters::throttle_hw_thermal_ns};
constexpr Counter kPowerBrake{"throttle_power_brake_ns", &GpuCounters::throttle_power_brake_ns};
constexpr Counter kSwThermal{"throttle_sw_thermal_ns", &GpuCounters::throttle_sw_thermal_ns};
constexpr std::array kCounters{kHwThermal, kPowerBrake, kSwThermal};

// As far as it is known.
std::int64_t grew_by(const Evidence& evidence, const std::string& unit, const Counter& counter) {
  return delta_of(evidence, unit, counter.field).seen;
}

// The time that the evidence shows the unit under load: its blocks and its warm-up.
double loaded_ns(const Evidence& evidence, const std::string& unit) {
  double total = 0;
  for (const Measurement& series : evidence.measurements) {
    if (series.unit_id != unit) continue;
    total += static_cast<double>(series.samples.size()) * static_cast<double>(series.block_ns);
  }
  for (const Warmup& warmup : evidence.warmup) {
    if (warmup.unit_id == unit) total += static_cast<double>(warmup.temp_mc.size()) * kNsPerS;
  }
  return total;
}

// Share of the time under load in parts per million; beyond any limit where nothing was loaded.
double sw_thermal_ppm(const Evidence& evidence, const std::string& unit) {
  const std::int64_t held = grew_by(evidence, unit, kSwThermal);
  if (held == 0) return 0;
  const double loaded = loaded_ns(evidence, unit);
  return loaded > 0 ? static_cast<double>(held) / loaded * 1e6 : 1e9;
}

bool sw_thermal_too_long(const Order& order, const Evidence& evidence, const std::string& unit) {
  return !(sw_thermal_ppm(evidence, unit) <=
           static_cast<double>(order.profile.ordered.sw_thermal_max_ppm));
}

// What befell most of the ordered units, and is therefore the site's.
struct Everywhere {
  bool brake = false, hardware = false, software = false;
};

Everywhere everywhere(const Order& order, const Evidence& evidence) {
  std::size_t brake = 0;
  std::size_t hardware = 0;
  std::size_t software = 0;
  for (const std::string& unit : ordered_units(order.profile)) {
    if (grew_by(evidence, unit, kPowerBrake) > 0) ++brake;
    if (grew_by(evidence, unit, kHwThermal) > 0) ++hardware;
    if (sw_thermal_too_long(order, evidence, unit)) ++software;
  }
  return {is_most(order, brake), is_most(order, hardware), is_most(order, software)};
}

std::optional<Finding> known_bad(const Order& order, const Evidence& evidence,
                                 const std::string& unit, const Everywhere& most) {
  const std::int64_t brake = grew_by(evidence, unit, kPowerBrake);
  const std::int64_t hardware = grew_by(evidence, unit, kHwThermal);
  if (brake > 0) {
    return found(kId, unit,
                 most.brake ? "events.throttle.power_brake_site" : "events.throttle.power_brake",
                 fmt::format("power brake for {} ns, none allowed", brake));
  }
  if (hardware > 0) {
    return found(kId, unit,
                 most.hardware ? "events.throttle.hw_thermal_site" : "events.throttle.hw_thermal",
                 fmt::format("hardware thermal slowdown for {} ns, none allowed", hardware));
  }
  if (!sw_thermal_too_long(order, evidence, unit)) return std::nullopt;
  return found(kId, unit,
               most.software ? "events.throttle.sw_thermal_site" : "events.throttle.sw_thermal",
               fmt::format("driver's thermal slowdown for {:.2f} % of the load, at most {:.2f} %",
                           sw_thermal_ppm(evidence, unit) / 1e4,
                           static_cast<double>(order.profile.ordered.sw_thermal_max_ppm) / 1e4));
}

std::optional<Finding> unfit(const Evidence& evidence, const GpuFacts& gpu) {
  const std::string& unit = gpu.unit_id;
  for (const Counter& counter : kCounters) {
    const Delta delta = delta_of(evidence, unit, counter.field);
    if (delta.growth == Growth::absent) {
      return found(kId, unit, "events.throttle.counter_absent",
                   fmt::format("{} {}", counter.name, delta.why_absent));
    }
    if (delta.growth == Growth::fell) {
      return found(kId, unit, "events.throttle.counter_fell",
                   fmt::format("{} fell by {} ns", counter.name, -delta.by));
    }
  }
  if (const TelemetryGap* gap = find_gap(evidence, unit)) {
    return found(kId, unit, "events.throttle.watcher_silent", silence_text(*gap));
  }
  return run_unfit(kId, evidence, gpu);
}

bool saw_reason(const Evidence& evidence, const std::string& unit, std::int64_t reason) {
  return std::any_of(evidence.measurements.begin(), evidence.measurements.end(),
                     [&](const Measurement& series) {
                       return series.unit_id == unit && ga::saw_reason(series, reason);
                     });
}

Finding judge_unit(const Order& order, const Evidence& evidence, const GpuFacts& gpu,
                   const Everywhere& most) {
  const std::string& unit = gpu.unit_id;
  if (auto bad = known_bad(order, evidence, unit, most)) return std::move(*bad);
  if (auto finding = unfit(evidence, gpu)) return std::move(*finding);
  Finding finding = passed(kId, unit, "no hardware thermal slowdown and no power brake");
  const std::int64_t software = grew_by(evidence, unit, kSwThermal);
  if (software > 0) {
    finding.warn.push_back(fmt::format("driver's thermal slowdown for {} ns", software));
  }
  for (const std::int64_t reason : {kReasonHwSlowdown, kReasonHwThermal, kReasonPowerBrake}) {
    if (!saw_reason(evidence, unit, reason)) continue;
    finding.warn.push_back(
        fmt::format("reason {:#x} was seen and no time counter confirms it", reason));
  }
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  const Everywhere most = everywhere(order, evidence);
  return judge_each(kId, order, evidence,
                    [&](const GpuFacts& gpu) { return judge_unit(order, evidence, gpu, most); });
}

}  // namespace

const Gate kEventsThrottle{kId, "Did heat or a power brake hold the clocks down during the run?",
                           "실행 중 과열이나 전력 제동으로 클럭이 낮아졌습니까?", next_nothing,
                           judge};

}  // namespace ga
