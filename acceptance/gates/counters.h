// Counters: what one of them grew by between the start and the end of the run.
//
// A machine that was started anew in the run counts from nothing again, so that growth is added up
// boot by boot: docs/adr/0022-soak-checkpoints.md.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/report.h"

namespace ga {

// a + b, or the nearest number that there is: sums over restarts, of which a report may name many.
constexpr std::int64_t added(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b < 0 ? std::numeric_limits<std::int64_t>::min()
               : std::numeric_limits<std::int64_t>::max();
}

const GpuCounters* find_counters(const std::vector<GpuCounters>& all, const std::string& unit_id);

// The part of the run within one boot of the machine: the counters at its two ends.
struct Span {
  const std::vector<GpuCounters>& before;
  const NodeCounters& node_before;
  const std::vector<GpuCounters>& after;
  const NodeCounters& node_after;
  std::string name;  // " of boot 2" where there is more than one, for people
};
std::vector<Span> spans_of(const Evidence& evidence);  // at least one, in order

// absent: not read before or after, or a value that no counter has. fell: lower than before, so
// something was reset in between; where another reading is absent, too, it is still fell.
enum class Growth { known, absent, fell };
struct Delta {
  Growth growth = Growth::absent;
  std::int64_t by = 0;  // known: what it grew by; fell: how far, negative
  // What it is known to have counted, whatever became of other readings: a fault that was read once
  // is not taken back by a reading that is missing or lower. Never negative.
  std::int64_t seen = 0;
  std::string why_absent;  // "after: GPU is lost"
};
Delta delta_of(const Evidence& evidence, const std::string& unit_id, KnownInt GpuCounters::*field);

// Why the two readings of a part are not known to be of one boot of the machine, or those of two
// parts of two; empty where they are.
std::string why_not_one_boot(const Evidence& evidence);

// The first silence of that unit's watcher that was longer than allowed, or null. The watcher of
// "node" follows the kernel's log.
const TelemetryGap* find_gap(const Evidence& evidence, std::string_view unit_id);
std::string silence_text(const TelemetryGap& gap);

}  // namespace ga
