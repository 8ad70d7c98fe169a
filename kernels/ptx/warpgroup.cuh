// What warps and groups of four of them share: registers, a barrier, the fence to the copies.
// PTX ISA, "setmaxnreg", "elect", "bar", "fence.proxy". sm_90.
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
namespace ga::ptx {

// Gives registers back, or waits until that many are free. By all warps of a warpgroup; a multiple
// of 8 from 24 to 256; the kernel needs __launch_bounds__.
template <int kRegisters>
__device__ __forceinline__ void setmaxnreg_dec() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;\n" ::"n"(kRegisters));
}
template <int kRegisters>
__device__ __forceinline__ void setmaxnreg_inc() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;\n" ::"n"(kRegisters));
}

// True in one lane of the warp, the same one each time. All 32 lanes call. What this lane alone
// does is known to the compiler to be done once: it needs no loop over lanes around each copy.
__device__ __forceinline__ bool elect() {
  std::uint32_t elected;
  asm volatile(
      "{\n"
      ".reg .pred p;\n"
      "elect.sync _|p, 0xFFFFFFFF;\n"
      "selp.u32 %0, 1, 0, p;\n"
      "}\n"
      : "=r"(elected));
  return elected != 0;
}

// Lane 0's value in all lanes. All 32 lanes call; the compiler knows the result to be one for the
// warp, so that instructions that take such values need no loop over lanes.
__device__ __forceinline__ int warp_uniform(int value) {
  return __shfl_sync(0xFFFFFFFFu, value, 0);
}

// Barrier `id` (1 to 15; 0 is __syncthreads) for `threads` threads, whole warps.
__device__ __forceinline__ void named_barrier(std::uint32_t id, std::uint32_t threads) {
  asm volatile("bar.sync %0, %1;\n" ::"r"(id), "r"(threads) : "memory");
}

// Counts for the barrier as named_barrier does, and does not wait.
__device__ __forceinline__ void named_barrier_arrive(std::uint32_t id, std::uint32_t threads) {
  asm volatile("bar.arrive %0, %1;\n" ::"r"(id), "r"(threads) : "memory");
}

// The thread's earlier writes to shared memory become visible to TMA and wgmma.
__device__ __forceinline__ void fence_proxy_async() {
  asm volatile("fence.proxy.async.shared::cta;\n" ::: "memory");
}

}  // namespace ga::ptx
#endif
