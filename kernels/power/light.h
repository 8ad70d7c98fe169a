// A light load that raises the clock without drawing power: a few CTAs of dependent integer steps.
//
// Each thread runs x -> 1664525 x + 1013904223 mod 2^32 from its own index. The answer has a closed
// form, so the result is checked exactly. The kernel also reports how many cycles its first SM
// counted in how many nanoseconds: the clock as the SM itself sees it.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "kernels/power/light_step.h"
#include "reports/model/result.h"

namespace ga {

inline constexpr int kLightBlocks = 4;
inline constexpr int kLightThreads = 128;
inline constexpr std::size_t kLightCount = std::size_t{kLightBlocks} * kLightThreads;

struct Light {
  std::uint32_t* out = nullptr;  // on the device, kLightCount words
  LightClock* clock = nullptr;   // on the device
  std::uint64_t steps = 0;       // about 5 cycles each
};
Status light(const Light& args, cudaStream_t stream);

// The exact value of out[thread], in log2(steps) operations.
std::uint32_t light_expected(std::size_t thread, std::uint64_t steps);

}  // namespace ga
