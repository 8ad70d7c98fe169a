#include "benches/harness/rhythm.h"

#include <fmt/format.h>

#include <algorithm>

namespace ga {

Pulse pulse_at(const Rhythm& rhythm, std::int64_t now_ns) {
  const std::int64_t since = now_ns - rhythm.phase_ns;
  std::int64_t number = since / rhythm.period_ns;
  if (since % rhythm.period_ns < 0) --number;
  std::int64_t begin = rhythm.phase_ns + number * rhythm.period_ns;
  if (now_ns >= begin + rhythm.load_ns) begin += rhythm.period_ns;
  return {begin, begin + rhythm.load_ns};
}

std::int64_t pulses_in(const Rhythm& rhythm, std::int64_t block_ns) {
  return std::max<std::int64_t>(1, (block_ns + rhythm.period_ns / 2) / rhythm.period_ns);
}

Status rhythm_fits(const Rhythm& rhythm, std::int64_t group_ns) {
  if (group_ns <= rhythm.load_ns) return Ok{};
  return Error(ErrorCode::usage,
               fmt::format("a load of {} ns in every {} ns has no time for the products of one "
                           "round, which take {} ns",
                           rhythm.load_ns, rhythm.period_ns, group_ns))
      .hinted("a longer period_ms, a larger duty_percent or a smaller n");
}

std::int64_t most_under_way(std::int64_t group_ns) {
  return std::max<std::int64_t>(2, kAheadNs / std::max<std::int64_t>(group_ns, 1));
}

bool has_room(const Pulse& pulse, std::int64_t now_ns, std::int64_t under_way,
              std::int64_t group_ns) {
  return now_ns + (under_way + 1) * group_ns <= pulse.end_ns + group_ns / 2;
}

}  // namespace ga
