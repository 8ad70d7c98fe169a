// Two floats as two 16-bit elements and back, and shared memory written in the shapes of a
// fragment. PTX ISA, "cvt", "stmatrix", "st". sm_80 and newer; stmatrix sm_90.
#pragma once

#include <cstdint>

#include "kernels/data/bf16.h"
#include "kernels/data/fp16.h"

#if defined(__CUDACC__)
namespace ga::ptx {

// `low` in the lower half; nearest even; a NaN becomes 0x7FFF, an overflow infinity.
template <class Out>
__device__ std::uint32_t pack(float low, float high);

template <>
__device__ __forceinline__ std::uint32_t pack<Bf16>(float low, float high) {
  std::uint32_t packed;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;\n" : "=r"(packed) : "f"(high), "f"(low));
  return packed;
}

template <>
__device__ __forceinline__ std::uint32_t pack<Fp16>(float low, float high) {
  std::uint32_t packed;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;\n" : "=r"(packed) : "f"(high), "f"(low));
  return packed;
}

// The other way: the lower half is `low`.
template <class In>
__device__ void unpack(std::uint32_t packed, float& low, float& high);

template <>
__device__ __forceinline__ void unpack<Bf16>(std::uint32_t packed, float& low, float& high) {
  low = bits_float(packed << 16);
  high = bits_float(packed & 0xFFFF0000u);
}

template <>
__device__ __forceinline__ void unpack<Fp16>(std::uint32_t packed, float& low, float& high) {
  asm("{\n"
      ".reg .b16 low, high;\n"
      "mov.b32 {low,high}, %2;\n"
      "cvt.f32.f16 %0, low;\n"
      "cvt.f32.f16 %1, high;\n"
      "}\n"
      : "=f"(low), "=f"(high)
      : "r"(packed));
}

// Four 8x8 matrices of 16-bit elements. Lane 8 i + r gives the address of row r of matrix i; lane l
// gives of each matrix the elements (l / 4, 2 (l % 4)) and the one right of it.
__device__ __forceinline__ void stmatrix_x4(std::uint32_t shared, const std::uint32_t (&in)[4]) {
  asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1,%2,%3,%4};\n" ::"r"(shared),
               "r"(in[0]), "r"(in[1]), "r"(in[2]), "r"(in[3])
               : "memory");
}

// Two floats or integers, 8-byte aligned.
__device__ __forceinline__ void store_shared(std::uint32_t shared, float first, float second) {
  asm volatile("st.shared.v2.f32 [%0], {%1,%2};\n" ::"r"(shared), "f"(first), "f"(second)
               : "memory");
}
__device__ __forceinline__ void store_shared(std::uint32_t shared, std::int32_t first,
                                             std::int32_t second) {
  asm volatile("st.shared.v2.b32 [%0], {%1,%2};\n" ::"r"(shared), "r"(first), "r"(second)
               : "memory");
}

}  // namespace ga::ptx
#endif
