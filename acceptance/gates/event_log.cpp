#include "acceptance/gates/event_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "acceptance/core/codes.h"
#include "acceptance/gates/counters.h"
#include "acceptance/gates/event_counters.h"

namespace ga {
namespace {

constexpr std::int64_t kLargest = (std::int64_t{1} << 53) - 1;  // what a report can carry

// Empty where the log was read then.
std::string why_unread(std::string_view when, const NodeCounters& node) {
  if (!node.kernel_log) return fmt::format("{}: {}", when, node.kernel_log.absent);
  for (const KnownInt* time : {&node.kernel_log_first_ns, &node.kernel_log_last_ns}) {
    if (!*time) return fmt::format("{}: no times: {}", when, time->absent);
    if (**time < 0 || **time > kLargest) return fmt::format("{}: {} is no time", when, **time);
  }
  if (*node.kernel_log_first_ns > *node.kernel_log_last_ns) {
    return fmt::format("{}: the first line is later than the last", when);
  }
  return "";
}

// Lines that say the log is not whole.
bool is_loss(const LogEvent& event) { return event.code == "log.lost" || event.code == "log.cut"; }

}  // namespace

bool said_in_run(const Evidence& evidence, const LogEvent& event) {
  const std::vector<Span> spans = spans_of(evidence);
  const auto boot = static_cast<std::size_t>(std::max<std::int64_t>(0, event.boot));
  const NodeCounters& before = spans[std::min(boot, spans.size() - 1)].node_before;
  return why_unread("before", before).empty() && event.t_ns > *before.kernel_log_last_ns;
}

std::optional<Finding> log_unfit(std::string_view gate, const Evidence& evidence,
                                 std::string_view unit) {
  const std::vector<Span> spans = spans_of(evidence);
  for (const Span& span : spans) {
    std::string why = why_unread("before" + span.name, span.node_before);
    if (why.empty()) why = why_unread("after" + span.name, span.node_after);
    if (!why.empty()) return found(gate, unit, "events.xid.log_unreadable", why);
  }
  if (auto no = other_boot(gate, evidence, unit)) return no;
  for (const Span& span : spans) {
    const NodeCounters &before = span.node_before, &after = span.node_after;
    if (*after.kernel_log_last_ns < *before.kernel_log_last_ns) {
      return found(gate, unit, "events.xid.log_lost", "the log after the run ends before it began");
    }
    if (*after.kernel_log_first_ns > *before.kernel_log_last_ns) {
      return found(gate, unit, "events.xid.log_lost", "lines of the run were overwritten");
    }
  }
  const auto lost = std::find_if(
      evidence.log.begin(), evidence.log.end(),
      [&](const LogEvent& event) { return is_loss(event) && said_in_run(evidence, event); });
  if (lost != evidence.log.end()) return found(gate, unit, "events.xid.log_lost", lost->text);
  const TelemetryGap* gap = find_gap(evidence, "node");
  if (gap == nullptr) return std::nullopt;
  return found(gate, unit, "events.xid.log_silent", silence_text(*gap));
}

}  // namespace ga
