// TF32: a float of which the tensor cores read 10 bits of mantissa; the same on host and device.
#pragma once

#include <cstdint>

#include "kernels/data/bf16.h"

namespace ga {

// The low 13 bits are zero in what to_tf32() gives, and are not read.
struct Tf32 {
  std::uint32_t bits = 0;
  friend bool operator==(const Tf32&, const Tf32&) = default;
};

GA_HOST_DEVICE float to_float(Tf32 x) { return bits_float(x.bits & 0xFFFFE000u); }

// Nearest, half way away from zero, as the instruction that converts does (PTX ISA, "cvt", .rna); a
// NaN stays a NaN (quiet), an overflow becomes infinity.
GA_HOST_DEVICE Tf32 to_tf32(float x) {
  const std::uint32_t bits = float_bits(x);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return {(bits | 0x400000u) & 0xFFFFE000u};
  if ((bits & 0x7FFFFFFFu) == 0x7F800000u) return {bits};
  return {(bits + 0x1000u) & 0xFFFFE000u};
}

}  // namespace ga
