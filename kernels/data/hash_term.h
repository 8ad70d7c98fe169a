// What one word adds to the hash of a buffer, the same on host and device.
#pragma once

#include <cstdint>

#include "kernels/data/pattern.h"

namespace ga {

// The position goes through the mixer before the word joins, and the sum through it again: for one
// position the term is a bijection of the word, and equal words at two positions add differently.
GA_HOST_DEVICE std::uint64_t hash_term(std::uint64_t word, std::uint64_t index) {
  return pattern_mix(word ^ pattern_mix((index + 1) * 0x9E3779B97F4A7C15u));
}

// Where the sum starts: buffers of different size and equal words differ.
GA_HOST_DEVICE std::uint64_t hash_start(std::uint64_t bytes) { return pattern_mix(~bytes); }

}  // namespace ga
