#include "acceptance/gates/counters.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "reports/model/units.h"

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
using Row = std::vector<Reading>;

// Rows of readings through which the counter goes on: one for each boot, or one of all. Of what
// outlives a boot the time between two boots, which nobody saw, is in the row as well.
std::vector<Row> rows_of(const Evidence& evidence, KnownInt GpuCounters::*field) {
  std::vector<Row> rows;
  for (const Span& span : spans_of(evidence)) {
    const bool goes_on = !rows.empty() && outlives_a_boot(field);
    if (!goes_on) rows.emplace_back();
    // Links are trained anew with the machine: right after a restart they may not be yet.
    if (!goes_on || field != &GpuCounters::nvlinks_active) {
      rows.back().push_back({span.before, "before" + span.name});
    }
    rows.back().push_back({span.after, "after" + span.name});
  }
  return rows;
}

// `seen` grows by what a reading lies above all earlier ones of its row: what a count that fell had
// counted stays, and one that is read right again has counted nothing.
void add_row(const Row& row, const std::string& unit_id, KnownInt GpuCounters::*field,
             Delta& delta) {
  std::optional<std::int64_t> most, last;
  std::int64_t grew = 0;
  for (const Reading& reading : row) {
    const GpuCounters* counters = find_counters(reading.all, unit_id);
    if (std::string why = why_unfit(reading.when, counters, field); !why.empty()) {
      if (delta.growth != Growth::known) continue;
      delta.growth = Growth::absent;
      delta.why_absent = std::move(why);
      continue;
    }
    const std::int64_t value = *(counters->*field);
    if (last && value < *last && delta.growth != Growth::fell) {
      delta.growth = Growth::fell;
      delta.by = value - *last;
    }
    if (most && value > *most) grew += value - *most;
    most = std::max(most.value_or(value), value);
    last = value;
  }
  delta.seen = added(delta.seen, grew);
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

// Known where each reading is, fallen where one is lower than the one before it.
Delta delta_of(const Evidence& evidence, const std::string& unit_id, KnownInt GpuCounters::*field) {
  Delta delta;
  delta.growth = Growth::known;
  for (const Row& row : rows_of(evidence, field)) add_row(row, unit_id, field, delta);
  if (delta.growth == Growth::known) delta.by = delta.seen;
  return delta;
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
  return fmt::format("nothing was seen for {:.1f} s",
                     static_cast<double>(gap.to_ns - gap.from_ns) / kNsPerS);
}

}  // namespace ga
