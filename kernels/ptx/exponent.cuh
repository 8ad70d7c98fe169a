// What a softmax in base 2 needs: powers and logarithms of two, as the special function unit has
// them, and a product that stays one.
// PTX ISA, "ex2.approx.ftz.f32": relative error below 2^-22, 2^0 = 1, 2^-infinity = 0; a denormal
// result is 0. "lg2.approx.f32": absolute error below 2^-22 near 1, relative elsewhere; of 0
// -infinity.
#pragma once

#if defined(__CUDACC__)
namespace ga::ptx {

__device__ __forceinline__ float exp2(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;\n" : "=f"(y) : "f"(x));
  return y;
}

__device__ __forceinline__ float log2(float x) {
  float y;
  asm("lg2.approx.f32 %0, %1;\n" : "=f"(y) : "f"(x));
  return y;
}

// A product that is rounded before it is used: the compiler fuses it with no addition.
__device__ __forceinline__ float multiply(float x, float y) {
  float z;
  asm("mul.rn.f32 %0, %1, %2;\n" : "=f"(z) : "f"(x), "f"(y));
  return z;
}

}  // namespace ga::ptx
#endif
