// Ordinary loads of 16 bytes from shared memory, at a 32-bit address aligned to as much.
// PTX ISA, "ld". sm_80 and newer.
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
namespace ga::ptx {

__device__ __forceinline__ void load_shared(float (&to)[4], std::uint32_t shared) {
  asm volatile("ld.shared.v4.f32 {%0,%1,%2,%3}, [%4];\n"
               : "=f"(to[0]), "=f"(to[1]), "=f"(to[2]), "=f"(to[3])
               : "r"(shared)
               : "memory");
}

__device__ __forceinline__ void load_shared(double (&to)[2], std::uint32_t shared) {
  asm volatile("ld.shared.v2.f64 {%0,%1}, [%2];\n"
               : "=d"(to[0]), "=d"(to[1])
               : "r"(shared)
               : "memory");
}

}  // namespace ga::ptx
#endif
