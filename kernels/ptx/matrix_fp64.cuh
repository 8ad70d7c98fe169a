// mma.sync for fp64. PTX ISA, "Warp-Level Matrix Instructions". All 32 lanes take part.
#pragma once

#if defined(__CUDACC__)
namespace ga::ptx {

// c += a b with a 8x4, b 4x8, c 8x8. With g = lane / 4 and t = lane % 4: a (g, t), b (t, g),
// c0, c1 (g, 2t..). sm_80 and newer.
__device__ __forceinline__ void mma_m8n8k4(double& c0, double& c1, double a, double b) {
  asm volatile("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0,%1}, {%2}, {%3}, {%0,%1};\n"
               : "+d"(c0), "+d"(c1)
               : "d"(a), "d"(b));
}

// c += a b with a 16x8, b 8x8, c 16x8. a[0] (g, t), a[1] (g+8, t), a[2] (g, t+4), a[3] (g+8, t+4);
// b[0] (t, g), b[1] (t+4, g); c[0], c[1] (g, 2t..), c[2], c[3] (g+8, 2t..). One instruction on
// Hopper, four of the smaller shape on all others.
__device__ __forceinline__ void mma_m16n8k8(double (&c)[4], const double (&a)[4],
                                            const double (&b)[2]) {
#if __CUDA_ARCH__ == 900
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f64.f64.f64.f64 "
      "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
      : "+d"(c[0]), "+d"(c[1]), "+d"(c[2]), "+d"(c[3])
      : "d"(a[0]), "d"(a[1]), "d"(a[2]), "d"(a[3]), "d"(b[0]), "d"(b[1]));
#else
  mma_m8n8k4(c[0], c[1], a[0], b[0]);
  mma_m8n8k4(c[2], c[3], a[1], b[0]);
  mma_m8n8k4(c[0], c[1], a[2], b[1]);
  mma_m8n8k4(c[2], c[3], a[3], b[1]);
#endif
}

}  // namespace ga::ptx
#endif
