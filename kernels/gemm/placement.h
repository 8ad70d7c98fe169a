// Which CTA computes which tile: the raster order, and the shuffle that moves tiles over the SMs.
//
// CTAs start in the order of their index, about one wave of them at a time. A faulty SM must meet
// different tiles on different launches, and the tiles of one wave must stay neighbours, or the
// operands no longer fit the L2 and the load on the tensor cores falls. So a shuffle rotates the
// whole order and shuffles inside windows of one wave.
#pragma once

#include <cstdint>

#include "kernels/data/philox.h"

namespace ga {

// A bijection of [0, count): a rotation, then in each window of `window` indices (the last may be
// shorter) i -> factor i + offset modulo the window's length, factor coprime to it.
struct Placement {
  std::int64_t count = 0;
  std::int64_t window = 1;
  std::int64_t shift = 0;
  std::int64_t factor = 1, offset = 0;            // of the full windows
  std::int64_t last_factor = 1, last_offset = 0;  // of the short one at the end
};

GA_HOST_DEVICE std::int64_t placed(const Placement& p, std::int64_t index) {
  const std::int64_t start = index / p.window * p.window;
  const std::int64_t inside = index - start;
  std::int64_t at = index;
  if (start + p.window <= p.count) {
    at = start + (p.factor * inside + p.offset) % p.window;
  } else {
    at = start + (p.last_factor * inside + p.last_offset) % (p.count - start);
  }
  at += p.shift;
  return at >= p.count ? at - p.count : at;
}

// Placement 0 is the natural order; every other number its own shuffle. count, window >= 1.
Placement make_placement(std::uint64_t placement, std::int64_t count, std::int64_t window);

struct TileAt {
  std::int64_t m, n;
};

// Tiles in groups of `group` tile rows, column by column inside a group: the tiles of one wave form
// a block about as high as wide, which reads the least of A and B.
GA_HOST_DEVICE TileAt raster(std::int64_t index, std::int64_t tiles_m, std::int64_t tiles_n,
                             std::int64_t group) {
  const std::int64_t per_group = group * tiles_n;
  const std::int64_t first = index / per_group * group;
  const std::int64_t height = tiles_m - first < group ? tiles_m - first : group;
  const std::int64_t inside = index % per_group;
  return {first + inside % height, inside / height};
}

}  // namespace ga
