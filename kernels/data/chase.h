// The order in which memory.chase visits the lines of its array: one cycle through all of them that
// looks random, of which every place has a closed form. So the cycle is laid out in parallel, and
// the line in which a walk along it ends is known without walking.
//
// chase_line() is a Feistel network over the least power of two that is not below the number of
// lines (Luby, Rackoff, SIAM J. Comput. 17, 1988), applied until it falls on a line that there is
// (cycle walking: Black, Rogaway, CT-RSA 2002). Both keep a bijection a bijection.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/data/pattern.h"

namespace ga {

// What the L2 keeps under one tag. A load takes one sector of it; each line holds one index, so no
// load finds its sector where an earlier one of the cycle has brought it.
inline constexpr std::size_t kChaseLineBytes = 128;

struct ChaseShape {
  std::uint32_t lines = 1;
  std::uint32_t low_bits = 0, high_bits = 0;  // of an index: the two sides of the network
};

// Precondition: 1 <= lines <= 2^31.
GA_HOST_DEVICE ChaseShape chase_shape(std::uint32_t lines) {
  std::uint32_t bits = 0;
  while ((std::uint32_t{1} << bits) < lines) ++bits;
  return {lines, bits / 2, bits - bits / 2};
}

// Round `round` of the network; it is its own inverse. Even rounds change the high side.
GA_HOST_DEVICE std::uint32_t chase_round(const ChaseShape& shape, std::uint32_t round,
                                         std::uint32_t x) {
  const std::uint32_t low = x & ((std::uint32_t{1} << shape.low_bits) - 1);
  const std::uint32_t high = x >> shape.low_bits;
  const std::uint32_t given = round % 2 == 0 ? low : high;
  const std::uint64_t mixed = pattern_mix(0x9E3779B97F4A7C15u * (round + 1) + given);
  const auto bits = static_cast<std::uint32_t>(mixed >> 32);
  if (round % 2 == 0) {
    return x ^ ((bits & ((std::uint32_t{1} << shape.high_bits) - 1)) << shape.low_bits);
  }
  return x ^ (bits & ((std::uint32_t{1} << shape.low_bits) - 1));
}

inline constexpr std::uint32_t kChaseRounds = 4;

// The line that the cycle visits at place `place`. Precondition: place < lines.
GA_HOST_DEVICE std::uint32_t chase_line(const ChaseShape& shape, std::uint32_t place) {
  std::uint32_t x = place;
  do {
    for (std::uint32_t r = 0; r < kChaseRounds; ++r) x = chase_round(shape, r, x);
  } while (x >= shape.lines);
  return x;
}

// The place at which the cycle visits that line: the inverse. Precondition: line < lines.
GA_HOST_DEVICE std::uint32_t chase_place(const ChaseShape& shape, std::uint32_t line) {
  std::uint32_t x = line;
  do {
    for (std::uint32_t r = kChaseRounds; r > 0; --r) x = chase_round(shape, r - 1, x);
  } while (x >= shape.lines);
  return x;
}

}  // namespace ga
