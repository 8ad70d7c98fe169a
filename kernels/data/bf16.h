// bfloat16 as 16 bits, with round to nearest even, the same on host and device.
#pragma once

#include <bit>
#include <cstdint>

#include "kernels/data/philox.h"

namespace ga {

struct Bf16 {
  std::uint16_t bits = 0;
  friend bool operator==(const Bf16&, const Bf16&) = default;
};

GA_HOST_DEVICE std::uint32_t float_bits(float x) {
#if defined(__CUDA_ARCH__)
  return __float_as_uint(x);
#else
  return std::bit_cast<std::uint32_t>(x);
#endif
}

GA_HOST_DEVICE float bits_float(std::uint32_t bits) {
#if defined(__CUDA_ARCH__)
  return __uint_as_float(bits);
#else
  return std::bit_cast<float>(bits);
#endif
}

GA_HOST_DEVICE float to_float(Bf16 x) { return bits_float(std::uint32_t{x.bits} << 16); }

// Nearest even; a NaN stays a NaN (quiet), an overflow becomes infinity.
GA_HOST_DEVICE Bf16 to_bf16(float x) {
  const std::uint32_t bits = float_bits(x);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) {
    return {static_cast<std::uint16_t>((bits >> 16) | 0x40u)};
  }
  return {static_cast<std::uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16)};
}

}  // namespace ga
