// Random 16-bit operands for GEMMs that are timed, the same on host and device, bit for bit.
#pragma once

#include <cstdint>

#include "kernels/data/bf16.h"
#include "kernels/data/element.h"
#include "kernels/data/philox.h"

namespace ga {

enum class RandomKind {
  uniform,  // uniform in [-1, 1], rounded to nearest: the usual data of a power-capped GEMM
  wide      // random sign and mantissa, magnitude in [2^-6, 2): wide exponents
};

// The mean square of an element: 1/3 for uniform; for wide the mean of 4^e over e = -6 .. 0, which
// is 0.1905, times 7/3 for the mantissa in [1, 2). For int8 that of all its values.
constexpr double random_mean_square(RandomKind kind, ElementType type = ElementType::bf16) {
  if (type == ElementType::int8) return 5461.5;
  return kind == RandomKind::uniform ? 1.0 / 3.0 : 0.1905 * 7.0 / 3.0;
}

// Before it is rounded to the element's type; `wide` is exact in all of 8 bits of mantissa and
// more.
GA_HOST_DEVICE float random_value(std::uint32_t word, RandomKind kind) {
  if (kind == RandomKind::uniform) {
    return static_cast<float>(static_cast<std::int32_t>(word)) * 0x1p-31f;
  }
  const std::uint32_t exponent = 121 + (((word >> 8) & 0xFFu) * 7 >> 8);  // 121 .. 127
  return bits_float(((word >> 31) << 31) | (exponent << 23) | ((word & 0x7Fu) << 16));
}
// The same for any type: int8 takes any of its values, fp64 all 32 bits of a uniform word.
GA_HOST_DEVICE double random_number(std::uint32_t word, RandomKind kind, ElementType type) {
  if (type == ElementType::int8) return static_cast<std::int8_t>(word >> 24);
  if (type == ElementType::fp64 && kind == RandomKind::uniform) {
    return static_cast<double>(static_cast<std::int32_t>(word)) * 0x1p-31;
  }
  return random_value(word, kind);
}
GA_HOST_DEVICE Bf16 random_from_word(std::uint32_t word, RandomKind kind) {
  return to_bf16(random_value(word, kind));
}

// Element `index` (row-major) of the operand whose stream is kStreamRandomA or kStreamRandomB.
GA_HOST_DEVICE Bf16 random_element(std::uint64_t seed, std::uint64_t index, std::uint32_t stream,
                                   RandomKind kind) {
  return random_from_word(philox_word(seed, index, stream), kind);
}

}  // namespace ga
