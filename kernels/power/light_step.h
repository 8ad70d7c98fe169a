// One step of the light load: Numerical Recipes' linear congruential generator, mod 2^32.
#pragma once

#include <cstdint>

#include "kernels/data/philox.h"

namespace ga {

inline constexpr std::uint32_t kLightFactor = 1664525;
inline constexpr std::uint32_t kLightOffset = 1013904223;

// The map x -> factor x + offset.
struct LightMap {
  std::uint32_t factor = kLightFactor;
  std::uint32_t offset = kLightOffset;
};

GA_HOST_DEVICE std::uint32_t light_step(LightMap map, std::uint32_t x) {
  return map.factor * x + map.offset;
}

// How many cycles one SM counted in how many nanoseconds.
struct LightClock {
  std::uint64_t cycles = 0;
  std::uint64_t nanoseconds = 0;
};

}  // namespace ga
