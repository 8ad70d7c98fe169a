// The element types of matrices that kernels read and write.
#pragma once

#include <cstdint>

#include "kernels/data/bf16.h"
#include "kernels/data/fp16.h"

namespace ga {

enum class ElementType { bf16, fp16, fp32 };

constexpr int element_bytes(ElementType type) { return type == ElementType::fp32 ? 4 : 2; }

// Element `index` of a matrix of one of the 16-bit types, for checks and fills that do not care
// which. The type is the same for a whole launch.
GA_HOST_DEVICE float element_16(const void* data, std::int64_t index, ElementType type) {
  const std::uint16_t bits = static_cast<const std::uint16_t*>(data)[index];
  return type == ElementType::fp16 ? to_float(Fp16{bits}) : to_float(Bf16{bits});
}

// Rounded to nearest even.
GA_HOST_DEVICE void set_element_16(void* data, std::int64_t index, ElementType type, float value) {
  static_cast<std::uint16_t*>(data)[index] =
      type == ElementType::fp16 ? to_fp16(value).bits : to_bf16(value).bits;
}

}  // namespace ga
