// Special registers and waiting.
// PTX ISA, "Special Registers", "nanosleep", "trap" and "st".
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

// Ends the kernel with an error: for what a part cannot run.
__device__ __forceinline__ void trap() { asm volatile("trap;\n"); }

// The same where setmaxnreg is used, by a store to an address that cannot be. Not by a trap: with
// one ptxas 13.0.88 spills as if setmaxnreg gave no warpgroup more registers than it had at launch.
__device__ __forceinline__ void misaligned_fault() {
  asm volatile("st.volatile.global.u32 [%0], %1;\n" ::"l"(std::uint64_t{1}), "r"(0) : "memory");
}

// The same value, of which the compiler knows nothing: what is computed from it twice is computed
// twice.
__device__ __forceinline__ std::uint64_t opaque(std::uint64_t x) {
  asm volatile("" : "+l"(x));
  return x;
}

}  // namespace ga::ptx
#endif
