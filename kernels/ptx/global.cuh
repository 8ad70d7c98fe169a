// Streaming accesses to global memory, 16 bytes a lane.
// PTX ISA, "Cache Operators" and "ld.global.nc": data that is used once should not push other data
// out of the caches.
#pragma once

#include <cstdint>

namespace ga::ptx {

// 16 bytes as two 64-bit words.
struct alignas(16) Vector {
  std::uint64_t word[2];
};

#if defined(__CUDACC__)
// Read-only for the whole kernel, no line kept in L1.
__device__ __forceinline__ Vector load_streaming(const Vector* from) {
  Vector v;
  asm volatile("ld.global.nc.L1::no_allocate.v2.u64 {%0,%1}, [%2];\n"
               : "=l"(v.word[0]), "=l"(v.word[1])
               : "l"(from));
  return v;
}

// First to be evicted.
__device__ __forceinline__ void store_streaming(Vector* to, const Vector& v) {
  asm volatile("st.global.cs.v2.u64 [%0], {%1,%2};\n" ::"l"(to), "l"(v.word[0]), "l"(v.word[1])
               : "memory");
}

// No L1 answers or keeps these: what is read comes from the L2 or, where the L2 has it no more,
// from memory. Unlike load_streaming they may read what the same kernel writes.
__device__ __forceinline__ Vector load_l2(const Vector* from) {
  Vector v;
  asm volatile("ld.relaxed.gpu.global.v2.u64 {%0,%1}, [%2];\n"
               : "=l"(v.word[0]), "=l"(v.word[1])
               : "l"(from)
               : "memory");
  return v;
}
__device__ __forceinline__ void store_l2(Vector* to, const Vector& v) {
  asm volatile("st.relaxed.gpu.global.v2.u64 [%0], {%1,%2};\n" ::"l"(to), "l"(v.word[0]),
               "l"(v.word[1])
               : "memory");
}
__device__ __forceinline__ std::uint64_t load_l2(const std::uint64_t* from) {
  std::uint64_t word;
  asm volatile("ld.relaxed.gpu.global.u64 %0, [%1];\n" : "=l"(word) : "l"(from) : "memory");
  return word;
}
__device__ __forceinline__ std::uint32_t load_l2(const std::uint32_t* from) {
  std::uint32_t word;
  asm volatile("ld.relaxed.gpu.global.u32 %0, [%1];\n" : "=r"(word) : "l"(from) : "memory");
  return word;
}
#endif

}  // namespace ga::ptx
