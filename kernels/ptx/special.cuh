// Special registers and waiting.
// PTX ISA, "Special Registers", "nanosleep" and "trap".
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
namespace ga::ptx {

// The multiprocessor that this thread runs on.
__device__ __forceinline__ std::uint32_t smid() {
  std::uint32_t id;
  asm volatile("mov.u32 %0, %%smid;\n" : "=r"(id));
  return id;
}

// Nanoseconds of the device's wall clock; the step may be as coarse as a microsecond.
__device__ __forceinline__ std::uint64_t globaltimer() {
  std::uint64_t t;
  asm volatile("mov.u64 %0, %%globaltimer;\n" : "=l"(t)::"memory");
  return t;
}

// Cycles of this multiprocessor's clock.
__device__ __forceinline__ std::uint64_t clock_cycles() {
  std::uint64_t t;
  asm volatile("mov.u64 %0, %%clock64;\n" : "=l"(t)::"memory");
  return t;
}

// Suspends the thread for between zero and twice the time asked for; at most a millisecond.
__device__ __forceinline__ void nanosleep(std::uint32_t nanoseconds) {
  asm volatile("nanosleep.u32 %0;\n" ::"r"(nanoseconds));
}

// Ends the kernel with an error.
__device__ __forceinline__ void trap() { asm volatile("trap;\n"); }

}  // namespace ga::ptx
#endif
