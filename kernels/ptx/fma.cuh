// Fused multiply-add in fp32, denormals kept whatever the compiler is told.
// PTX ISA, "Floating-Point Instructions: fma". The packed form: sm_100 and newer.
#pragma once

#if defined(__CUDACC__)
namespace ga::ptx {

// c0 += a b0, c1 += a b1, each rounded once: the packed instruction gives the same bits as two.
__device__ __forceinline__ void fma_pair(float& c0, float& c1, float a, float b0, float b1) {
#if __CUDA_ARCH__ >= 1000
  asm("{\n"
      ".reg .b64 a, b, c;\n"
      "mov.b64 a, {%2,%2};\n"
      "mov.b64 b, {%3,%4};\n"
      "mov.b64 c, {%0,%1};\n"
      "fma.rn.f32x2 c, a, b, c;\n"
      "mov.b64 {%0,%1}, c;\n"
      "}\n"
      : "+f"(c0), "+f"(c1)
      : "f"(a), "f"(b0), "f"(b1));
#else
  asm("fma.rn.f32 %0, %1, %2, %0;\n" : "+f"(c0) : "f"(a), "f"(b0));
  asm("fma.rn.f32 %0, %1, %2, %0;\n" : "+f"(c1) : "f"(a), "f"(b1));
#endif
}

}  // namespace ga::ptx
#endif
