// The element types of matrices that kernels read and write.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "kernels/data/bf16.h"
#include "kernels/data/fp16.h"
#include "kernels/data/fp8.h"
#include "kernels/data/tf32.h"

namespace ga {

enum class ElementType { bf16, fp16, tf32, fp8, int8, fp32, fp64, int32 };

// The types of operands, as case and gate ids write them, and what becomes of them.
struct GemmType {
  std::string_view name;
  ElementType in;
  ElementType out;  // of a product of random data
  ElementType sum;  // what products are added in; of a product of exact data
};
inline constexpr std::array kGemmTypes{
    GemmType{"bf16", ElementType::bf16, ElementType::bf16, ElementType::fp32},
    GemmType{"fp16", ElementType::fp16, ElementType::fp16, ElementType::fp32},
    GemmType{"tf32", ElementType::tf32, ElementType::fp32, ElementType::fp32},
    GemmType{"fp8", ElementType::fp8, ElementType::bf16, ElementType::fp32},
    GemmType{"fp32", ElementType::fp32, ElementType::fp32, ElementType::fp32},
    GemmType{"fp64", ElementType::fp64, ElementType::fp64, ElementType::fp64},
    GemmType{"int8", ElementType::int8, ElementType::int32, ElementType::int32}};

// What power.mixed has a product of in each round, in that order: neighbours differ in format and
// in what they are bound by; and what power.pulse has products of.
inline constexpr std::array kPowerMixture{ElementType::bf16, ElementType::fp8, ElementType::tf32,
                                          ElementType::int8, ElementType::fp16};
inline constexpr std::array kPulseTypes{ElementType::bf16};

constexpr const GemmType& gemm_type(ElementType in) {
  for (const GemmType& type : kGemmTypes) {
    if (type.in == in) return type;
  }
  return kGemmTypes[0];
}

constexpr int element_bytes(ElementType type) {
  switch (type) {
    case ElementType::bf16:
    case ElementType::fp16:
      return 2;
    case ElementType::fp8:
    case ElementType::int8:
      return 1;
    case ElementType::fp64:
      return 8;
    case ElementType::tf32:
    case ElementType::fp32:
    case ElementType::int32:
      break;
  }
  return 4;
}

// Tensor cores read these types along k alone, so B, k x n, is stored as n rows of k elements;
// that of the others as k rows of n.
GA_HOST_DEVICE constexpr bool b_along_k(ElementType in) {
  return in == ElementType::tf32 || in == ElementType::fp8 || in == ElementType::int8;
}

// Element `index` of a matrix, for checks and fills that do not care of which type. The type is the
// same for a whole launch.
GA_HOST_DEVICE double element(const void* data, std::int64_t index, ElementType type) {
  switch (type) {
    case ElementType::bf16:
      return to_float(static_cast<const Bf16*>(data)[index]);
    case ElementType::fp16:
      return to_float(static_cast<const Fp16*>(data)[index]);
    case ElementType::tf32:
      return to_float(static_cast<const Tf32*>(data)[index]);
    case ElementType::fp8:
      return to_float(static_cast<const Fp8*>(data)[index]);
    case ElementType::int8:
      return static_cast<const std::int8_t*>(data)[index];
    case ElementType::fp64:
      return static_cast<const double*>(data)[index];
    case ElementType::int32:
      return static_cast<const std::int32_t*>(data)[index];
    case ElementType::fp32:
      break;
  }
  return static_cast<const float*>(data)[index];
}

// Rounded as the type's own conversion does. An integer type takes integers that it holds.
GA_HOST_DEVICE void set_element(void* data, std::int64_t index, ElementType type, double value) {
  const auto narrow = static_cast<float>(value);
  switch (type) {
    case ElementType::bf16:
      static_cast<Bf16*>(data)[index] = to_bf16(narrow);
      return;
    case ElementType::fp16:
      static_cast<Fp16*>(data)[index] = to_fp16(narrow);
      return;
    case ElementType::tf32:
      static_cast<Tf32*>(data)[index] = to_tf32(narrow);
      return;
    case ElementType::fp8:
      static_cast<Fp8*>(data)[index] = to_fp8(narrow);
      return;
    case ElementType::int8:
      static_cast<std::int8_t*>(data)[index] = static_cast<std::int8_t>(value);
      return;
    case ElementType::fp64:
      static_cast<double*>(data)[index] = value;
      return;
    case ElementType::int32:
      static_cast<std::int32_t*>(data)[index] = static_cast<std::int32_t>(value);
      return;
    case ElementType::fp32:
      static_cast<float*>(data)[index] = narrow;
      return;
  }
}

}  // namespace ga
