// Values from other lanes of the warp. PTX ISA, "shfl.sync". All 32 lanes take part.
#pragma once

#if defined(__CUDACC__)
namespace ga::ptx {

// What lane `lane ^ mask` gives.
__device__ __forceinline__ float shuffle_xor(float mine, int mask) {
  float other;
  asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 0x1f, 0xffffffff;\n"
               : "=f"(other)
               : "f"(mine), "r"(mask));
  return other;
}

}  // namespace ga::ptx
#endif
