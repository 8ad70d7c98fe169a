// IEEE half precision as 16 bits, with round to nearest even, the same on host and device.
#pragma once

#include <cstdint>

#include "kernels/data/bf16.h"

namespace ga {

struct Fp16 {
  std::uint16_t bits = 0;
  friend bool operator==(const Fp16&, const Fp16&) = default;
};

GA_HOST_DEVICE float to_float(Fp16 x) {
  const std::uint32_t sign = static_cast<std::uint32_t>(x.bits & 0x8000u) << 16;
  const std::uint32_t exponent = (x.bits >> 10) & 0x1Fu;
  const std::uint32_t mantissa = x.bits & 0x3FFu;
  if (exponent == 0) {  // zero and denormals: units of 2^-24
    const float value = static_cast<float>(mantissa) * 0x1p-24f;
    return bits_float(float_bits(value) | sign);
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return bits_float(sign | (wide << 23) | (mantissa << 13));
}

// Nearest even; a NaN stays a NaN (quiet), 65520 and above become infinity.
GA_HOST_DEVICE Fp16 to_fp16(float x) {
  const std::uint32_t bits = float_bits(x);
  const std::uint32_t sign = (bits >> 16) & 0x8000u;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFu;
  std::uint32_t half = 0;
  if (magnitude > 0x7F800000u) {
    half = 0x7E00u | ((magnitude >> 13) & 0x3FFu);
  } else if (magnitude >= 0x477FF000u) {  // 65520, half way to 2^16
    half = 0x7C00u;
  } else if (magnitude < 0x38800000u) {  // below 2^-14: adding 0.5 rounds to units of 2^-24
    half = float_bits(bits_float(magnitude) + 0.5f) - 0x3F000000u;
  } else {
    half = (magnitude - 0x38000000u + 0xFFFu + ((magnitude >> 13) & 1u)) >> 13;
  }
  return {static_cast<std::uint16_t>(sign | half)};
}

}  // namespace ga
