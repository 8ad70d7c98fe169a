// Copies between the GPUs of a node, one way of making them looked at: which of its rows, columns
// and pairs miss the floor, and which part of the node explains what is low.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/core/floor.h"
#include "acceptance/core/gate.h"
#include "acceptance/gates/locate.h"

namespace ga {

inline constexpr std::string_view kP2p = "nvlink.p2p";

// engine 0: stores by the SMs, 1: the copy engine. shift 0: one pair at a time, 1: all GPUs at
// once.
struct P2pWay {
  std::int64_t engine = 0, shift = 0;
};
Request p2p_series(const Order& order, P2pWay way);
std::string_view to_words(P2pWay way);

// Whether each kept block is a square of possible rates.
bool is_square(const Order& order, const Measurement& series);

// How many blocks the series must have: 11; 30 where a floor is not decided, or where the first 11
// are uneven: no part is named by one measurement.
std::size_t p2p_blocks(const Order& order, const Evidence& evidence, const Request& name);
bool is_uneven(const Order& order, const Measurement& series);

// A row (egress), a column (ingress) or the copies from `gpu` to `other` (pair) below the floor.
struct P2pMiss {
  Part part = Part::pair;
  std::size_t gpu = 0, other = 0;
  FloorAnswer answer = FloorAnswer::met;
  std::int64_t low = 0, high = 0;  // bounds of the median
};

struct P2pLook {
  P2pWay way;
  std::vector<P2pMiss> misses = {};
  std::vector<Suspect> suspects = {};  // low in the first blocks and in the repeat
  bool unsettled = false;              // low over all blocks, and not the same in both halves
  bool passing = false;                // low in the first blocks, and not in the repeat
  std::vector<std::int64_t> middles = {};
  std::int64_t reference = 0;
};

// Precondition: the series is sound, square and complete.
P2pLook look_at_way(const Order& order, const Evidence& evidence, P2pWay way);

// Whether the suspect explains that the floor is missed there.
bool explains(const Suspect& suspect, const P2pMiss& miss);

}  // namespace ga
