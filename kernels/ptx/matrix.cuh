// Matrix fragments: ldmatrix and mma.sync for bf16, fp16, tf32, int8 and fp8.
// PTX ISA, "Warp-Level Matrix Instructions". sm_80 and newer; fp8 sm_89. All 32 lanes take part.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/data/bf16.h"
#include "kernels/data/fp16.h"
#include "kernels/data/fp8.h"
#include "kernels/data/tf32.h"

namespace ga::ptx {

// What products of elements are added in.
template <class In>
using MmaSum = std::conditional_t<std::is_same_v<In, std::int8_t>, std::int32_t, float>;

#if defined(__CUDACC__)

// Four matrices of 8 rows of 16 bytes. Lane 8 i + r gives the address of row r of matrix i; lane l
// receives of each matrix the 4 bytes at 4 (l % 4) of row l / 4.
__device__ __forceinline__ void ldmatrix_x4(std::uint32_t (&out)[4], std::uint32_t shared) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];\n"
               : "=r"(out[0]), "=r"(out[1]), "=r"(out[2]), "=r"(out[3])
               : "r"(shared)
               : "memory");
}

// The same with each matrix, of 8x8 16-bit elements, transposed: lane l receives the elements
// (2 (l % 4), l / 4) and the one below it.
__device__ __forceinline__ void ldmatrix_x4_trans(std::uint32_t (&out)[4], std::uint32_t shared) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];\n"
               : "=r"(out[0]), "=r"(out[1]), "=r"(out[2]), "=r"(out[3])
               : "r"(shared)
               : "memory");
}

// c += a b with c 16x8 and 32 bytes of k: a 16x16, b 16x8 of 16-bit elements, half as deep of tf32,
// twice as deep of 8-bit ones. With g = lane / 4, t = lane % 4, and the 4 bytes of k at 4t:
// a[0] row g, a[1] row g+8, a[2], a[3] the same 16 bytes further along k; b0 column g, b1 the same
// 16 bytes further; c[0], c[1] (g, 2t..), c[2], c[3] (g+8, 2t..).
template <class In>
__device__ void mma(MmaSum<In> (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                    std::uint32_t b1);

template <>
__device__ __forceinline__ void mma<Bf16>(float (&c)[4], const std::uint32_t (&a)[4],
                                          std::uint32_t b0, std::uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

template <>
__device__ __forceinline__ void mma<Fp16>(float (&c)[4], const std::uint32_t (&a)[4],
                                          std::uint32_t b0, std::uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
      "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Reads the upper 19 bits of an element.
template <>
__device__ __forceinline__ void mma<Tf32>(float (&c)[4], const std::uint32_t (&a)[4],
                                          std::uint32_t b0, std::uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
      "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// The sum wraps around: no .satfinite.
template <>
__device__ __forceinline__ void mma<std::int8_t>(std::int32_t (&c)[4], const std::uint32_t (&a)[4],
                                                 std::uint32_t b0, std::uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 "
      "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
      : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// e4m3 from sm_89 on. sm_90, sm_100 and sm_103 have no such instruction: ptxas converts to fp16 and
// multiplies that. Older ones cannot; the host does not launch it there.
template <>
__device__ __forceinline__ void mma<Fp8>(float (&c)[4], const std::uint32_t (&a)[4],
                                         std::uint32_t b0, std::uint32_t b1) {
#if __CUDA_ARCH__ >= 890
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32 "
      "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
  asm volatile("trap;\n");
#endif
}

#endif

}  // namespace ga::ptx
