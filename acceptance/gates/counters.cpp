#include "acceptance/gates/counters.h"

#include <fmt/format.h>

#include <utility>

namespace ga {
namespace {

constexpr std::int64_t kLargest = (std::int64_t{1} << 53) - 1;  // what a report can carry

std::string why_unfit(const std::string& when, const GpuCounters* counters,
                      KnownInt GpuCounters::*field) {
  if (counters == nullptr) return fmt::format("{}: no counters of this GPU", when);
  const KnownInt& value = counters->*field;
  if (!value) return fmt::format("{}: {}", when, value.absent);
  if (*value < 0 || *value > kLargest) return fmt::format("{}: {} is no count", when, *value);
  return "";
}

// What does not begin anew with the machine: a restart hides none of it.
bool outlives_a_boot(KnownInt GpuCounters::*field) {
  return field == &GpuCounters::remap_correctable_rows ||
         field == &GpuCounters::remap_uncorrectable_rows || field == &GpuCounters::remap_failed ||
         field == &GpuCounters::nvlinks_active;
}

struct Reading {
  const std::vector<GpuCounters>& all;
  std::string when;
};

Delta delta_between(const Reading& first, const Reading& last, const std::string& unit_id,
                    KnownInt GpuCounters::*field) {
  const GpuCounters* before = find_counters(first.all, unit_id);
  const GpuCounters* after = find_counters(last.all, unit_id);
  Delta delta;
  delta.why_absent = why_unfit(first.when, before, field);
  if (delta.why_absent.empty()) delta.why_absent = why_unfit(last.when, after, field);
  if (!delta.why_absent.empty()) return delta;
  delta.by = *(after->*field) - *(before->*field);
  delta.growth = delta.by < 0 ? Growth::fell : Growth::known;
  return delta;
}

std::string why_no_id(std::string_view when, const Span& span, const KnownText& id) {
  if (!id) return fmt::format("{}{}: boot_id: {}", when, span.name, id.absent);
  return id.value->empty() ? fmt::format("{}{}: boot_id is empty", when, span.name) : "";
}

std::string why_not_one_boot(const Span& span) {
  const KnownText &before = span.node_before.boot_id, &after = span.node_after.boot_id;
  for (const auto& [when, id] : {std::pair("before", &before), std::pair("after", &after)}) {
    if (std::string why = why_no_id(when, span, *id); !why.empty()) return why;
  }
  return *before == *after ? ""
                           : fmt::format("boot_id{} was {}, is {}", span.name, *before, *after);
}

}  // namespace

const GpuCounters* find_counters(const std::vector<GpuCounters>& all, const std::string& unit_id) {
  for (const GpuCounters& counters : all) {
    if (counters.unit_id == unit_id) return &counters;
  }
  return nullptr;
}

std::vector<Span> spans_of(const Evidence& evidence) {
  const auto& restarts = evidence.restarts;
  std::vector<Span> spans;
  for (std::size_t i = 0; i <= restarts.size(); ++i) {
    const bool first = i == 0, last = i == restarts.size();
    spans.push_back({first ? evidence.before : restarts[i - 1].from,
                     first ? evidence.node_before : restarts[i - 1].node_from,
                     last ? evidence.after : restarts[i].until,
                     last ? evidence.node_after : restarts[i].node_until,
                     restarts.empty() ? "" : fmt::format(" of boot {}", i + 1)});
  }
  return spans;
}

// Known where each part is, fallen where one is: a counter that was reset says nothing of the rest.
// Of what outlives a boot the time between two boots, which nobody saw, is a part as well.
Delta delta_of(const Evidence& evidence, const std::string& unit_id, KnownInt GpuCounters::*field) {
  const std::vector<Span> spans = spans_of(evidence);
  std::vector<Reading> readings;
  for (const Span& span : spans) {
    readings.push_back({span.before, "before" + span.name});
    readings.push_back({span.after, "after" + span.name});
  }
  Delta sum;
  sum.growth = Growth::known;
  const std::size_t step = outlives_a_boot(field) ? 1 : 2;
  for (std::size_t i = 0; i + 1 < readings.size(); i += step) {
    Delta part = delta_between(readings[i], readings[i + 1], unit_id, field);
    if (part.growth != Growth::known) return part;
    sum.by = added(sum.by, part.by);
  }
  return sum;
}

std::string why_not_one_boot(const Evidence& evidence) {
  const std::vector<Span> spans = spans_of(evidence);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    std::string why = why_not_one_boot(spans[i]);
    if (!why.empty()) return why;
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (!(spans[earlier].node_before.boot_id == spans[i].node_before.boot_id)) continue;
      return fmt::format("boot_id{} is that{}", spans[i].name, spans[earlier].name);
    }
  }
  return "";
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
