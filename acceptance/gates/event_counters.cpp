#include "acceptance/gates/event_counters.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acceptance/core/field_support.h"
#include "acceptance/gates/facts.h"
#include "reports/model/units.h"

namespace ga {
namespace {

std::optional<std::int64_t> elapsed_ns(const Evidence& evidence, const std::string& unit) {
  const Delta delta = delta_of(evidence, unit, &GpuCounters::read_ns);
  if (delta.growth != Growth::known) return std::nullopt;
  return delta.by;
}

}  // namespace

std::int64_t events_in_run(const Evidence& evidence, const std::string& unit,
                           const EventCounter& counter) {
  return delta_of(evidence, unit, counter.field).seen;
}

std::optional<Finding> counter_unfit(std::string_view gate, const Evidence& evidence,
                                     const GpuFacts& gpu, const EventCounter& counter, Need need) {
  const Delta delta = delta_of(evidence, gpu.unit_id, counter.field);
  if (delta.growth == Growth::known) return std::nullopt;
  if (delta.growth == Growth::fell) {
    return found(gate, gpu.unit_id, "events.counter_fell",
                 fmt::format("{} fell by {}", counter.name, -delta.by));
  }
  // Whatever replaces a counter is a counter of the same gate, which asks for it by itself.
  const auto spans = spans_of(evidence);
  const bool asked = std::all_of(spans.begin(), spans.end(), [&](const Span& span) {
    return find_counters(span.before, gpu.unit_id) != nullptr &&
           find_counters(span.after, gpu.unit_id) != nullptr;
  });
  if (asked && need == Need::by_table &&
      expectation(evidence.facts, gpu, counter.name).support != Support::required) {
    return std::nullopt;
  }
  return found(gate, gpu.unit_id, "events.counter_absent",
               fmt::format("{} {}", counter.name, delta.why_absent));
}

const EventLimit* event_limit(const Profile& profile, std::string_view gate,
                              std::string_view counter) {
  const auto at = std::find_if(
      profile.event_limits.begin(), profile.event_limits.end(),
      [&](const EventLimit& limit) { return limit.gate == gate && limit.counter == counter; });
  return at == profile.event_limits.end() ? nullptr : &*at;
}

RateAnswer rate_answer(const EventLimit& limit, std::int64_t events,
                       std::optional<std::int64_t> elapsed_ns) {
  if (events <= limit.max) return RateAnswer::allowed;
  if (!elapsed_ns || !limit.per_s) return RateAnswer::not_known;
  const double windows =
      std::max(1.0, static_cast<double>(*elapsed_ns) / kNsPerS / static_cast<double>(*limit.per_s));
  return static_cast<double>(events) <= static_cast<double>(limit.max) * windows
             ? RateAnswer::allowed
             : RateAnswer::over;
}

std::string rate_text(const EventLimit& limit, std::int64_t events,
                      std::optional<std::int64_t> elapsed_ns) {
  return fmt::format("{} in {}, at most {} in {} s", events,
                     elapsed_ns
                         ? fmt::format("{:.0f} s", static_cast<double>(*elapsed_ns) / kNsPerS)
                         : "a time that is not known",
                     limit.max, limit.per_s.value_or(0));
}

std::optional<Finding> grew_too_fast(std::string_view gate, const Order& order,
                                     const Evidence& evidence, const std::string& unit,
                                     const EventCounter& counter, std::string_view code) {
  const std::int64_t events = events_in_run(evidence, unit, counter);
  if (events == 0) return std::nullopt;
  const EventLimit* limit = event_limit(order.profile, gate, counter.name);
  if (limit == nullptr) {
    return found(gate, unit, "events.no_limit",
                 fmt::format("{}: {} in the run", counter.name, events));
  }
  const auto elapsed = elapsed_ns(evidence, unit);
  const std::string text = fmt::format("{}: {}", counter.name, rate_text(*limit, events, elapsed));
  switch (rate_answer(*limit, events, elapsed)) {
    case RateAnswer::allowed:
      return std::nullopt;
    case RateAnswer::not_known:
      return found(gate, unit, "events.counter_absent", text);
    case RateAnswer::over:
      break;
  }
  return found(gate, unit, limit->status == LimitStatus::provisional ? "events.over_limit" : code,
               text);
}

std::optional<Finding> run_unfit(std::string_view gate, const Evidence& evidence,
                                 const GpuFacts& gpu) {
  if (auto no = other_boot(gate, evidence, gpu.unit_id)) return no;
  // It only grows, from when the driver was loaded or the GPU was reset.
  constexpr EventCounter kEnergy{"energy_mj", &GpuCounters::energy_mj};
  if (auto no = counter_unfit(gate, evidence, gpu, kEnergy, Need::by_table)) return no;
  if (const TelemetryGap* gap = find_gap(evidence, gpu.unit_id)) {
    return found(gate, gpu.unit_id, "events.watcher_silent", silence_text(*gap));
  }
  return std::nullopt;
}

std::optional<Finding> other_boot(std::string_view gate, const Evidence& evidence,
                                  std::string_view unit) {
  std::string why = why_not_one_boot(evidence);
  if (why.empty()) return std::nullopt;
  return found(gate, unit, "events.other_boot", std::move(why));
}

void keep_worse(std::optional<Finding>& worst, std::optional<Finding> next) {
  if (!next || (worst && (worst->verdict == Verdict::fail || next->verdict != Verdict::fail))) {
    return;
  }
  worst = std::move(next);
}

}  // namespace ga
