// What a softmax needs: powers and logarithms of 2, and four neighbouring lanes that share a row.
// PTX ISA, "ex2", "lg2", "shfl.sync". sm_80 and newer.
#pragma once

#if defined(__CUDACC__)
namespace ga::ptx {

// Within 2^-22 relative (PTX ISA). Exact: 1 of 0, 0 of -infinity. Results below 2^-126 are 0.
__device__ __forceinline__ float exp2_approx(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;\n" : "=f"(y) : "f"(x));
  return y;
}

// Within 2^-22, absolute where x is between 1/2 and 2, else relative (PTX ISA). -infinity of 0.
__device__ __forceinline__ float log2_approx(float x) {
  float y;
  asm("lg2.approx.ftz.f32 %0, %1;\n" : "=f"(y) : "f"(x));
  return y;
}

// The value of the lane whose number differs in the bits of `mask`. All 32 lanes call.
__device__ __forceinline__ float lane_xor(float value, int mask) {
  return __shfl_xor_sync(0xFFFFFFFFu, value, mask);
}

}  // namespace ga::ptx
#endif
