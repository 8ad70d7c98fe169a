// Approximations of the special function unit, subnormal numbers kept.
// PTX ISA, "Floating Point Instructions"; how exact each is: kernels/data/exercise.h. sm_80 and
// newer.
#pragma once

#include "kernels/data/exercise.h"

#if defined(__CUDACC__)
namespace ga::ptx {

template <Special kWhich>
__device__ __forceinline__ float special(float x) {
  float y;
  if constexpr (kWhich == Special::ex2) asm("ex2.approx.f32 %0, %1;\n" : "=f"(y) : "f"(x));
  if constexpr (kWhich == Special::lg2) asm("lg2.approx.f32 %0, %1;\n" : "=f"(y) : "f"(x));
  if constexpr (kWhich == Special::rcp) asm("rcp.approx.f32 %0, %1;\n" : "=f"(y) : "f"(x));
  if constexpr (kWhich == Special::rsqrt) asm("rsqrt.approx.f32 %0, %1;\n" : "=f"(y) : "f"(x));
  if constexpr (kWhich == Special::sqrt) asm("sqrt.approx.f32 %0, %1;\n" : "=f"(y) : "f"(x));
  if constexpr (kWhich == Special::sin) asm("sin.approx.f32 %0, %1;\n" : "=f"(y) : "f"(x));
  if constexpr (kWhich == Special::cos) asm("cos.approx.f32 %0, %1;\n" : "=f"(y) : "f"(x));
  if constexpr (kWhich == Special::tanh) asm("tanh.approx.f32 %0, %1;\n" : "=f"(y) : "f"(x));
  return y;
}

}  // namespace ga::ptx
#endif
