// What one word adds to the hash of a buffer, the same on host and device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/data/pattern.h"

namespace ga {

// The position goes through the mixer before the word joins, and the sum through it again: for one
// position the term is a bijection of the word, and equal words at two positions add differently.
GA_HOST_DEVICE std::uint64_t hash_term(std::uint64_t word, std::uint64_t index) {
  return pattern_mix(word ^ pattern_mix((index + 1) * 0x9E3779B97F4A7C15u));
}

// Where the sum starts: buffers of different size and equal words differ.
GA_HOST_DEVICE std::uint64_t hash_start(std::uint64_t bytes) { return pattern_mix(~bytes); }

// The hash of a buffer on the host; a last partial word is padded with zeros.
inline std::uint64_t hash_bytes(const void* host, std::size_t bytes) {
  std::uint64_t hash = hash_start(bytes);
  for (std::size_t i = 0; 8 * i < bytes; ++i) {
    std::uint64_t word = 0;
    const std::size_t left = bytes - 8 * i;
    std::memcpy(&word, static_cast<const char*>(host) + 8 * i, left < 8 ? left : 8);
    hash += hash_term(word, i);
  }
  return hash;
}

}  // namespace ga
