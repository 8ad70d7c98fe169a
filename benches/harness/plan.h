// The arithmetic of the timing loop: how many buffer sets, how many launches, in which order, and
// whether two clocks agree. Pure, host only, so that it is tested without a GPU.
//
// Words: a set is one copy of all buffers that a launch touches. A group is one launch on every
// set, timed by one pair of events; after it the outputs are checked, untimed. A block is as many
// groups as fill the length asked for, and gives one sample.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "benches/harness/reading.h"
#include "reports/model/result.h"

namespace ga {

// Sets that together exceed twice the L2 cache, so that no launch finds its inputs there; at least
// `least`, at most kMaxSets. (Launches of less than 1/256 of twice the L2 do find them: their rate
// is that of the cache, and no case is meant for them.) Precondition: set_bytes >= 1.
inline constexpr std::int64_t kMaxSets = 256;
std::int64_t rotation_sets(std::int64_t set_bytes, std::int64_t l2_bytes, std::int64_t least);

// Groups that fill a block; at least one, at most kMaxGroups.
inline constexpr std::int64_t kMaxGroups = std::int64_t{1} << 32;
std::int64_t groups_for_block(std::int64_t block_ns, std::int64_t group_ns);

// A calibration doubles the number of groups until they last kCalibrationNs or a tenth of the
// block, whichever is shorter: long enough for the clocks to rise, short beside a block.
inline constexpr std::int64_t kCalibrationNs = 20'000'000;
bool calibrated(std::int64_t elapsed_ns, std::int64_t block_ns);

// The timed span as the device's events and the host's clock saw it. The host sees a little more:
// it wakes up late, by up to kHostDelayNs on a busy machine. More than a twentieth beyond that is
// an error: one of the clocks is wrong, and no rate from it is evidence.
inline constexpr std::int64_t kHostDelayNs = 100'000'000;
Status clocks_agree(std::int64_t event_ns, std::int64_t host_ns);

// How long after stop() work that was enqueued before it, and should take `expected_ns`, is waited
// for: four times that, because a GPU that is hot or throttled is slow and no fault, and at least
// `least_ns`. Where nothing was timed yet expected_ns is 0, and a launch may take many seconds on a
// healthy GPU: kUntimedDrainNs. Beyond it the GPU hangs.
inline constexpr std::int64_t kDrainNs = 5'000'000'000;
inline constexpr std::int64_t kUntimedDrainNs = 120'000'000'000;
std::int64_t drain_ns(std::int64_t expected_ns, std::int64_t least_ns);

// One reading for the block from those taken while it ran: the median of clock, power and link (the
// lower of the middle two), the highest temperature, every throttle reason. A quantity that no
// reading has is absent, with the reason of the last one. Of active links the fewest of each GPU;
// -1 where a reading did not know.
DeviceReading summarise(const std::vector<DeviceReading>& readings);

// True where clock, power, temperature and reasons are there: what a block must have to be kept.
bool complete(const DeviceReading& reading);

// value per second, rounded down. Precondition: elapsed_ns >= 1.
std::int64_t per_second(double work, std::int64_t elapsed_ns);

// Which of two goes first in each alternation of a comparison: a b, b a, a b, ... so that a drift
// of the clock falls on both alike.
enum class Side { own, baseline };
std::vector<Side> interleaving(std::int64_t alternations);

}  // namespace ga
