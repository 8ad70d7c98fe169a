// What the light load must leave, without running it.
#include "kernels/power/light.h"

namespace ga {
namespace {

// First `inner`, then `outer`, as one map.
LightMap after(LightMap outer, LightMap inner) {
  return {outer.factor * inner.factor, outer.factor * inner.offset + outer.offset};
}

}  // namespace

std::uint32_t light_expected(std::size_t thread, std::uint64_t steps) {
  LightMap result{1, 0};
  LightMap power{};
  for (std::uint64_t left = steps; left != 0; left >>= 1) {
    if ((left & 1) != 0) result = after(power, result);
    power = after(power, power);
  }
  return light_step(result, static_cast<std::uint32_t>(thread));
}

}  // namespace ga
