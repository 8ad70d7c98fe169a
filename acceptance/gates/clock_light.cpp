// Does the clock reach its maximum when nothing holds it down?
//
// Evidence: the SM clock under a light kernel with a checked answer, five blocks during the screen;
// the maximum clock from the facts. A locked clock does not show in the throttle reasons, and at
// rest every clock is low, so only a light load can tell.
// Limit: ordered.clock_light_min_ppm of the maximum SM clock; the profile says how many steps
// below. False pass: a load so light that the driver parks the clock high for idle reasons; a lock
// above the limit. False fail: heat or a power brake, which are told by their reasons and give
// not_measured.
#include "acceptance/gates/clock_light.h"

#include <fmt/format.h>

#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/core/floor.h"
#include "acceptance/core/slow.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/table.h"
#include "benches/stats/order.h"

namespace ga {
namespace {

constexpr std::string_view kId = "clock.light";
constexpr std::size_t kBlocks = 5;

Request series_of(const Order& order, const std::string& unit) {
  Request name;
  name.gate = kId;
  name.case_id = kId;
  name.unit_id = unit;
  name.block_ns = block_length_ns(order.level, false);
  name.phase = Phase::screen;
  return name;
}

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  std::vector<Request> requests;
  for (const std::string& unit : present_units(order, evidence)) {
    ask(requests, series_of(order, unit), evidence, kBlocks);
  }
  return requests;
}

bool held_down(const Measurement& series) {
  for (const std::int64_t reasons : series.throttle) {
    if ((reasons & (kReasonSwThermal | kReasonHwThermal | kReasonPowerBrake)) != 0) return true;
  }
  return false;
}

Finding judge_clock(const Order& order, const Request& name, const Measurement& series,
                    std::int64_t clock_max) {
  const auto clock = median(std::span<const std::int64_t>(series.samples)).value_or(0);
  // Nothing runs above its maximum; a tenth is left for how it is read.
  if (static_cast<double>(clock) > static_cast<double>(clock_max) * 1.1) {
    return found(name.gate, name.unit_id, "series.impossible",
                 fmt::format("median {} MHz is above the maximum of {} MHz", clock, clock_max));
  }
  const double floor = static_cast<double>(clock_max) *
                       static_cast<double>(order.profile.ordered.clock_light_min_ppm) / 1e6;
  const std::string text =
      fmt::format("median {} of {} MHz, at least {:.0f} MHz", clock, clock_max, floor);
  if (static_cast<double>(clock) >= floor) return passed(name.gate, name.unit_id, text);
  if (held_down(series)) return found(name.gate, name.unit_id, "clock.light.throttled", text);
  return found(name.gate, name.unit_id, "clock.light.locked", text);
}

Finding judge_unit(const Order& order, const Evidence& evidence, const std::string& unit) {
  if (auto absent = unit_absent(kId, unit, evidence)) return std::move(*absent);
  const Request name = series_of(order, unit);
  auto state = look_at({name, "mhz", "exact"}, evidence);
  if (state.finding) return std::move(*state.finding);
  if (state.series->samples.size() < kBlocks) {
    return incomplete(name, state.series->samples.size(), kBlocks);
  }
  const KnownInt& clock_max = evidence.facts.find(unit)->clock_sm_max_mhz;
  if (!clock_max) {
    return found(kId, unit, "fact.absent", "clock_sm_max_mhz: " + clock_max.absent);
  }
  if (!(*clock_max > 0 && *clock_max < 100'000)) {
    return found(kId, unit, "fact.impossible", fmt::format("clock_sm_max_mhz is {}", *clock_max));
  }
  return judge_clock(order, name, *state.series, *clock_max);
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  std::vector<Finding> findings;
  for (const std::string& unit : ordered_units(order.profile)) {
    if (order.profile.ordered.clock_light_min_ppm <= 0) {
      findings.push_back(
          found(kId, unit, "profile.incomplete", "the profile has no ordered.clock_light_min_ppm"));
      continue;
    }
    findings.push_back(judge_unit(order, evidence, unit));
  }
  return findings;
}

}  // namespace

bool clock_is_locked(const Order& order, const Evidence& evidence, const std::string& unit_id) {
  return order.profile.ordered.clock_light_min_ppm > 0 &&
         judge_unit(order, evidence, unit_id).code == "clock.light.locked";
}

const Gate kClockLight{kId, "Does the clock reach its maximum under a light load?",
                       "가벼운 부하에서 클럭이 최대값에 도달합니까?", next, judge};

}  // namespace ga
