// Which CTA computes which tile: the raster order, and the shuffle that moves tiles over the SMs.
//
// CTAs start in the order of their index, about one wave of them at a time. A faulty SM must meet
// different tiles on different launches, and the tiles of one wave must stay neighbours, or the
// operands no longer fit the L2 and the load on the tensor cores falls. So a shuffle rotates the
// whole order and shuffles inside windows of one wave.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/data/philox.h"

namespace ga {

// A bijection of [0, count): a rotation, then in each window of `window` indices (the last may be
// shorter) i -> factor i + offset modulo the window's length, factor coprime to it.
template <class Int>
struct PlacementOf {
  Int count = 0;
  Int window = 1;
  Int shift = 0;
  Int factor = 1, offset = 0;            // of the full windows
  Int last_factor = 1, last_offset = 0;  // of the short one at the end
};
using Placement = PlacementOf<std::int64_t>;

template <class Int>
GA_HOST_DEVICE Int placed(const PlacementOf<Int>& p, std::type_identity_t<Int> index) {
  const Int start = index / p.window * p.window;
  const Int inside = index - start;
  Int at = index;
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

// The same in 32 bits, whose divisions are much shorter on a GPU: for count < 2^31, window < 2^16.
inline PlacementOf<std::uint32_t> narrow(const Placement& p) {
  const auto word = [](std::int64_t x) { return static_cast<std::uint32_t>(x); };
  return {word(p.count),  word(p.window),      word(p.shift),      word(p.factor),
          word(p.offset), word(p.last_factor), word(p.last_offset)};
}

template <class Int>
struct TileAtOf {
  Int m, n;
};
using TileAt = TileAtOf<std::int64_t>;

// Tile rows of a raster group; untuned: 8 x 16 tiles of 128 x 256 are about a wave on 132 SMs.
inline constexpr int kRasterGroup = 8;

// Tiles in groups of `group` tile rows, column by column inside a group: the tiles of one wave form
// a block about as high as wide, which reads the least of A and B.
template <class Int>
GA_HOST_DEVICE TileAtOf<Int> raster(Int index, std::type_identity_t<Int> tiles_m,
                                    std::type_identity_t<Int> tiles_n,
                                    std::type_identity_t<Int> group) {
  const Int per_group = group * tiles_n;
  const Int first = index / per_group * group;
  const Int height = tiles_m - first < group ? tiles_m - first : group;
  const Int inside = index % per_group;
  return {first + inside % height, inside / height};
}

}  // namespace ga
