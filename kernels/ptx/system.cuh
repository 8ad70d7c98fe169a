// Flags, packets and data between GPUs.
// PTX ISA, "Memory Consistency Model", "ld", "st": .sys is the scope that peers and the host are
// in; a vector access is as many accesses as it has elements, each of which is whole.
#pragma once

#include <cstdint>

#include "kernels/ptx/global.cuh"

#if defined(__CUDACC__)
namespace ga::ptx {

__device__ __forceinline__ std::uint32_t load_acquire_system(const std::uint32_t* from) {
  std::uint32_t value;
  asm volatile("ld.acquire.sys.global.u32 %0, [%1];\n" : "=r"(value) : "l"(from) : "memory");
  return value;
}

__device__ __forceinline__ void store_release_system(std::uint32_t* to, std::uint32_t value) {
  asm volatile("st.release.sys.global.u32 [%0], %1;\n" ::"l"(to), "r"(value) : "memory");
}

__device__ __forceinline__ std::uint32_t load_relaxed(const std::uint32_t* from) {
  std::uint32_t value;
  asm volatile("ld.relaxed.gpu.global.u32 %0, [%1];\n" : "=r"(value) : "l"(from) : "memory");
  return value;
}

// For a word that the host looks at.
__device__ __forceinline__ void store_relaxed_system(std::uint64_t* to, std::uint64_t value) {
  asm volatile("st.relaxed.sys.global.u64 [%0], %1;\n" ::"l"(to), "l"(value) : "memory");
}

// Two 64-bit words, each whole, in no order.
__device__ __forceinline__ Vector load_packet(const Vector* from) {
  Vector v;
  asm volatile("ld.relaxed.sys.global.v2.u64 {%0,%1}, [%2];\n"
               : "=l"(v.word[0]), "=l"(v.word[1])
               : "l"(from)
               : "memory");
  return v;
}

__device__ __forceinline__ void store_packet(Vector* to, const Vector& v) {
  asm volatile("st.relaxed.sys.global.v2.u64 [%0], {%1,%2};\n" ::"l"(to), "l"(v.word[0]),
               "l"(v.word[1])
               : "memory");
}

// Data that a peer wrote in this kernel: not the read-only path of load_streaming().
__device__ __forceinline__ Vector load_shared_data(const Vector* from) {
  Vector v;
  asm volatile("ld.global.L1::no_allocate.v2.u64 {%0,%1}, [%2];\n"
               : "=l"(v.word[0]), "=l"(v.word[1])
               : "l"(from)
               : "memory");
  return v;
}

__device__ __forceinline__ void store_shared_data(Vector* to, const Vector& v) {
  asm volatile("st.global.v2.u64 [%0], {%1,%2};\n" ::"l"(to), "l"(v.word[0]), "l"(v.word[1])
               : "memory");
}

}  // namespace ga::ptx
#endif
