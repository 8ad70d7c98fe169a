// A wait for a phase of an mbarrier that ends, if not well, then as an error of the launch.
#pragma once

#include <cstdint>

#include "kernels/ptx/mbarrier.cuh"
#include "kernels/ptx/special.cuh"

namespace ga {

// In builds with asserts a wait that cannot end is an error of the launch, and not a hang. No stage
// takes a thousandth of this, a sanitizer's slowness included.
#if defined(NDEBUG)
inline constexpr std::uint64_t kHangNs = 0;
#else
inline constexpr std::uint64_t kHangNs = 20'000'000'000;
#endif

__device__ __forceinline__ void wait(std::uint32_t barrier, std::uint32_t parity) {
  const std::uint64_t start = kHangNs == 0 ? 0 : ptx::globaltimer();
  while (!ptx::mbarrier_try_wait(barrier, parity)) {
    if (kHangNs != 0 && ptx::globaltimer() - start > kHangNs) ptx::misaligned_fault();
  }
}

}  // namespace ga
