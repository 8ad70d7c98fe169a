// Rhythm: when a load is on and when it is off, as a function of the clock alone. Pure, host only.
//
// Every edge is counted from the origin of the host's monotonic clock, which all processes of a
// node share: GPUs that are told the same rhythm are in step whenever they began and however long
// they go on, and two phases stay as far apart as they are told.
#pragma once

#include <cstdint>

#include "reports/model/result.h"

namespace ga {

struct Rhythm {
  std::int64_t period_ns = 0;
  std::int64_t load_ns = 0;   // of each period
  std::int64_t phase_ns = 0;  // where in the period the load begins; it may go on into the next
};

// One load.
struct Pulse {
  std::int64_t begin_ns = 0;  // at this time of the clock
  std::int64_t end_ns = 0;    // the first moment without load
  friend bool operator==(const Pulse&, const Pulse&) = default;
};

// The load that is under way, else the next one. Who wakes up late joins a load late and ends it
// with all others; who sleeps through it takes the next: nothing is made up for.
Pulse pulse_at(const Rhythm& rhythm, std::int64_t now_ns);

// How many pulses a block of that length has: as many as whole periods are nearest to it, at least
// one. So every block of a rhythm has the same, whatever its length.
std::int64_t pulses_in(const Rhythm& rhythm, std::int64_t block_ns);

// A usage error where a load is shorter than one group of launches.
Status rhythm_fits(const Rhythm& rhythm, std::int64_t group_ns);

// Groups that may be under way at once: two, so that the GPU never waits for the host, and of short
// ones as many as kAheadNs holds, because the host looks only every 50 us.
inline constexpr std::int64_t kAheadNs = 1'000'000;
std::int64_t most_under_way(std::int64_t group_ns);

// Whether another group behind those under way would end at the pulse's end, to half a group.
bool has_room(const Pulse& pulse, std::int64_t now_ns, std::int64_t under_way,
              std::int64_t group_ns);

}  // namespace ga
