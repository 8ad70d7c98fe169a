// Bandwidth of an all-reduce as nccl-tests defines it (doc/PERFORMANCE.md, src/all_reduce.cu), in
// bytes per second. A size is that of one rank's array.
//
// The bus bandwidth is what each rank's link carries at least, in each direction, when the sum is
// made by the ranks: 2 (n - 1) / n of the array. It does not depend on the number of ranks, so it
// compares with the speed of a link; sums made by the switch can exceed it.
#pragma once

#include <cstdint>
#include <limits>

namespace ga {

// NaN where it took no time, which no comparison passes.
constexpr double algorithm_bandwidth(std::int64_t bytes, double ns) {
  if (!(ns > 0)) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(bytes) * 1e9 / ns;
}

// Zero for one rank: nothing moves.
constexpr double bus_bandwidth(std::int64_t bytes, double ns, int ranks) {
  if (ranks < 1) return std::numeric_limits<double>::quiet_NaN();
  return algorithm_bandwidth(bytes, ns) * (2.0 * (ranks - 1)) / ranks;
}

}  // namespace ga
