// Accesses to global memory that no L1 answers or keeps: what is read comes from the L2 or, where
// the L2 has it no more, from memory. Unlike load_streaming these may read what the same kernel
// writes.
// PTX ISA, "Cache Operators": .cg caches in the L2 and below, not in the L1.
#pragma once

#include <cstdint>

#include "kernels/ptx/global.cuh"

#if defined(__CUDACC__)
namespace ga::ptx {

__device__ __forceinline__ Vector load_level2(const Vector* from) {
  Vector v;
  asm volatile("ld.global.cg.v2.u64 {%0,%1}, [%2];\n"
               : "=l"(v.word[0]), "=l"(v.word[1])
               : "l"(from)
               : "memory");
  return v;
}

__device__ __forceinline__ void store_level2(Vector* to, const Vector& v) {
  asm volatile("st.global.cg.v2.u64 [%0], {%1,%2};\n" ::"l"(to), "l"(v.word[0]), "l"(v.word[1])
               : "memory");
}

__device__ __forceinline__ std::uint32_t load_level2(const std::uint32_t* from) {
  std::uint32_t word;
  asm volatile("ld.global.cg.u32 %0, [%1];\n" : "=r"(word) : "l"(from) : "memory");
  return word;
}

}  // namespace ga::ptx
#endif
