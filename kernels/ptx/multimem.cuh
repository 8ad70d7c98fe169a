// Loads that add over the GPUs of a multicast object, stores that reach all of them: in the NVLink
// switch, on multicast addresses alone.
// PTX ISA, "multimem.ld_reduce, multimem.st, multimem.red". sm_90 and newer.
#pragma once

#include <cstdint>

#include "kernels/data/bf16.h"
#include "kernels/data/fp16.h"
#include "kernels/ptx/global.cuh"
#include "kernels/ptx/special.cuh"

#if defined(__CUDACC__)
namespace ga::ptx {

// Sums of 16 bytes of Bf16, Fp16 or float; 16-bit types are added in fp32 and rounded once.
template <class T>
__device__ Vector multimem_add(const Vector* from);
// The same 16 bytes to every GPU.
template <class T>
__device__ void multimem_store(Vector* to, const Vector& v);

__device__ __forceinline__ Vector vector_of(std::uint32_t a, std::uint32_t b, std::uint32_t c,
                                            std::uint32_t d) {
  return {{(std::uint64_t{b} << 32) | a, (std::uint64_t{d} << 32) | c}};
}
__device__ __forceinline__ std::uint32_t quarter(const Vector& v, int i) {
  return static_cast<std::uint32_t>(v.word[i / 2] >> (32 * (i % 2)));
}

template <>
__device__ __forceinline__ Vector multimem_add<Bf16>(const Vector* from) {
  std::uint32_t a = 0, b = 0, c = 0, d = 0;
#if __CUDA_ARCH__ >= 900
  asm volatile("multimem.ld_reduce.relaxed.sys.global.add.acc::f32.v4.bf16x2 {%0,%1,%2,%3}, [%4];\n"
               : "=r"(a), "=r"(b), "=r"(c), "=r"(d)
               : "l"(from)
               : "memory");
#else
  trap();
#endif
  return vector_of(a, b, c, d);
}

template <>
__device__ __forceinline__ Vector multimem_add<Fp16>(const Vector* from) {
  std::uint32_t a = 0, b = 0, c = 0, d = 0;
#if __CUDA_ARCH__ >= 900
  asm volatile("multimem.ld_reduce.relaxed.sys.global.add.acc::f32.v4.f16x2 {%0,%1,%2,%3}, [%4];\n"
               : "=r"(a), "=r"(b), "=r"(c), "=r"(d)
               : "l"(from)
               : "memory");
#else
  trap();
#endif
  return vector_of(a, b, c, d);
}

template <>
__device__ __forceinline__ Vector multimem_add<float>(const Vector* from) {
  float a = 0, b = 0, c = 0, d = 0;
#if __CUDA_ARCH__ >= 900
  asm volatile("multimem.ld_reduce.relaxed.sys.global.add.v4.f32 {%0,%1,%2,%3}, [%4];\n"
               : "=f"(a), "=f"(b), "=f"(c), "=f"(d)
               : "l"(from)
               : "memory");
#else
  trap();
#endif
  return vector_of(float_bits(a), float_bits(b), float_bits(c), float_bits(d));
}

template <>
__device__ __forceinline__ void multimem_store<Bf16>(Vector* to, const Vector& v) {
#if __CUDA_ARCH__ >= 900
  asm volatile("multimem.st.relaxed.sys.global.v4.bf16x2 [%0], {%1,%2,%3,%4};\n" ::"l"(to),
               "r"(quarter(v, 0)), "r"(quarter(v, 1)), "r"(quarter(v, 2)), "r"(quarter(v, 3))
               : "memory");
#else
  trap();
#endif
}

template <>
__device__ __forceinline__ void multimem_store<Fp16>(Vector* to, const Vector& v) {
#if __CUDA_ARCH__ >= 900
  asm volatile("multimem.st.relaxed.sys.global.v4.f16x2 [%0], {%1,%2,%3,%4};\n" ::"l"(to),
               "r"(quarter(v, 0)), "r"(quarter(v, 1)), "r"(quarter(v, 2)), "r"(quarter(v, 3))
               : "memory");
#else
  trap();
#endif
}

template <>
__device__ __forceinline__ void multimem_store<float>(Vector* to, const Vector& v) {
#if __CUDA_ARCH__ >= 900
  asm volatile("multimem.st.relaxed.sys.global.v4.f32 [%0], {%1,%2,%3,%4};\n" ::"l"(to),
               "f"(bits_float(quarter(v, 0))), "f"(bits_float(quarter(v, 1))),
               "f"(bits_float(quarter(v, 2))), "f"(bits_float(quarter(v, 3)))
               : "memory");
#else
  trap();
#endif
}

}  // namespace ga::ptx
#endif
