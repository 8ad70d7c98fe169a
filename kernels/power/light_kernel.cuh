// The body of the light load: one dependent integer step after another, no memory.
#pragma once

#include <cstdint>

#include "kernels/power/light_step.h"
#include "kernels/ptx/special.cuh"

namespace ga {

// The map is an argument and not a constant: known steps would be folded into fewer.
__global__ void light_kernel(std::uint32_t* out, LightClock* clock, std::uint64_t steps,
                             LightMap map) {
  const std::uint32_t mine = blockIdx.x * blockDim.x + threadIdx.x;
  const std::uint64_t cycles = ptx::clock_cycles();
  const std::uint64_t nanoseconds = ptx::globaltimer();
  std::uint32_t x = mine;
  for (std::uint64_t i = 0; i < steps; ++i) x = light_step(map, x);
  out[mine] = x;
  if (mine == 0) {
    clock->nanoseconds = ptx::globaltimer() - nanoseconds;
    clock->cycles = ptx::clock_cycles() - cycles;
  }
}

}  // namespace ga
