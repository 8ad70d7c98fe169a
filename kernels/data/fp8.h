// 8-bit floating point, e4m3 as in the OCP specification (OFP8): bias 7, no infinity, one NaN; the
// same on host and device.
#pragma once

#include <cstdint>

#include "kernels/data/bf16.h"

namespace ga {

struct Fp8 {
  std::uint8_t bits = 0;
  friend bool operator==(const Fp8&, const Fp8&) = default;
};

GA_HOST_DEVICE float to_float(Fp8 x) {
  const std::uint32_t sign = static_cast<std::uint32_t>(x.bits & 0x80u) << 24;
  const std::uint32_t magnitude = x.bits & 0x7Fu;
  if (magnitude == 0x7F) return bits_float(sign | 0x7FC00000u);
  if (magnitude < 8) {  // zero and denormals: units of 2^-9
    return bits_float(float_bits(static_cast<float>(magnitude) * 0x1p-9f) | sign);
  }
  return bits_float(sign | ((magnitude << 20) + (120u << 23)));
}

// Nearest even; a NaN stays a NaN, and what lies beyond the largest, 448, becomes it, as the
// instruction that converts does (PTX ISA, "cvt", .satfinite).
GA_HOST_DEVICE Fp8 to_fp8(float x) {
  const std::uint32_t bits = float_bits(x);
  const std::uint32_t sign = (bits >> 24) & 0x80u;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFu;
  std::uint32_t small = 0;
  if (magnitude > 0x7F800000u) {
    small = 0x7F;
  } else if (magnitude >= 0x43E00000u) {  // 448
    small = 0x7E;
  } else if (magnitude < 0x3C800000u) {  // below 2^-6: adding 2^14 rounds to units of 2^-9
    small = float_bits(bits_float(magnitude) + 0x1p14f) - 0x46800000u;
  } else {
    small = (magnitude - (120u << 23) + 0x7FFFFu + ((magnitude >> 20) & 1u)) >> 20;
  }
  return {static_cast<std::uint8_t>(sign | small)};
}

}  // namespace ga
