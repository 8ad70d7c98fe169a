// Matrix fragments: ldmatrix and mma.sync for bf16 and fp16.
// PTX ISA, "Warp-Level Matrix Instructions". sm_80 and newer. All 32 lanes take part.
#pragma once

#include <cstdint>

#include "kernels/data/bf16.h"
#include "kernels/data/fp16.h"

#if defined(__CUDACC__)
namespace ga::ptx {

// Four 8x8 matrices of 16-bit elements. Lane 8 i + r gives the address of row r of matrix i; lane l
// receives of each matrix the elements (l / 4, 2 (l % 4)) and the one right of it.
__device__ __forceinline__ void ldmatrix_x4(std::uint32_t (&out)[4], std::uint32_t shared) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];\n"
               : "=r"(out[0]), "=r"(out[1]), "=r"(out[2]), "=r"(out[3])
               : "r"(shared)
               : "memory");
}

// The same with each matrix transposed: lane l receives (2 (l % 4), l / 4) and the one below it.
__device__ __forceinline__ void ldmatrix_x4_trans(std::uint32_t (&out)[4], std::uint32_t shared) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];\n"
               : "=r"(out[0]), "=r"(out[1]), "=r"(out[2]), "=r"(out[3])
               : "r"(shared)
               : "memory");
}

// c += a b with a 16x16, b 16x8, c 16x8. With g = lane / 4 and t = lane % 4:
// a[0] (g, 2t..), a[1] (g+8, 2t..), a[2] (g, 2t+8..), a[3] (g+8, 2t+8..); b0 (2t.., g),
// b1 (2t+8.., g); c[0], c[1] (g, 2t..), c[2], c[3] (g+8, 2t..).
template <class In>
__device__ void mma_m16n8k16(float (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                             std::uint32_t b1);

template <>
__device__ __forceinline__ void mma_m16n8k16<Bf16>(float (&c)[4], const std::uint32_t (&a)[4],
                                                   std::uint32_t b0, std::uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

template <>
__device__ __forceinline__ void mma_m16n8k16<Fp16>(float (&c)[4], const std::uint32_t (&a)[4],
                                                   std::uint32_t b0, std::uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
      "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

}  // namespace ga::ptx
#endif
