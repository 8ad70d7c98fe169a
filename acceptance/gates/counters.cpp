#include "acceptance/gates/counters.h"

#include <fmt/format.h>

#include <utility>

namespace ga {
namespace {

constexpr std::int64_t kLargest = (std::int64_t{1} << 53) - 1;  // what a report can carry

std::string why_unfit(std::string_view when, const GpuCounters* counters,
                      KnownInt GpuCounters::*field) {
  if (counters == nullptr) return fmt::format("{}: no counters of this GPU", when);
  const KnownInt& value = counters->*field;
  if (!value) return fmt::format("{}: {}", when, value.absent);
  if (*value < 0 || *value > kLargest) return fmt::format("{}: {} is no count", when, *value);
  return "";
}

}  // namespace

const GpuCounters* find_counters(const std::vector<GpuCounters>& all, const std::string& unit_id) {
  for (const GpuCounters& counters : all) {
    if (counters.unit_id == unit_id) return &counters;
  }
  return nullptr;
}

Delta delta_of(const Evidence& evidence, const std::string& unit_id, KnownInt GpuCounters::*field) {
  const GpuCounters* before = find_counters(evidence.before, unit_id);
  const GpuCounters* after = find_counters(evidence.after, unit_id);
  Delta delta;
  delta.why_absent = why_unfit("before", before, field);
  if (delta.why_absent.empty()) delta.why_absent = why_unfit("after", after, field);
  if (!delta.why_absent.empty()) return delta;
  delta.by = *(after->*field) - *(before->*field);
  delta.growth = delta.by < 0 ? Growth::fell : Growth::known;
  return delta;
}

std::string why_not_one_boot(const Evidence& evidence) {
  const KnownText &before = evidence.node_before.boot_id, &after = evidence.node_after.boot_id;
  for (const auto& [when, id] : {std::pair("before", &before), std::pair("after", &after)}) {
    if (!*id) return fmt::format("{}: boot_id: {}", when, id->absent);
    if (id->value->empty()) return fmt::format("{}: boot_id is empty", when);
  }
  return *before == *after ? "" : fmt::format("boot_id was {}, is {}", *before, *after);
}

const TelemetryGap* find_gap(const Evidence& evidence, std::string_view unit_id) {
  for (const TelemetryGap& gap : evidence.gaps) {
    if (gap.unit_id == unit_id) return &gap;
  }
  return nullptr;
}

std::string silence_text(const TelemetryGap& gap) {
  constexpr double kNsPerSecond = 1e9;
  return fmt::format("nothing was seen for {:.1f} s",
                     static_cast<double>(gap.to_ns - gap.from_ns) / kNsPerSecond);
}

}  // namespace ga
