// cp.async: global to shared memory past the registers.
// PTX ISA, "Data Movement and Conversion Instructions: cp.async". sm_80 and newer.
//
// Seen by g++ these headers are empty: kernels/testing/simt_ptx.h takes their place there.
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
namespace ga::ptx {

// The 32-bit address of shared memory that the instructions take.
__device__ __forceinline__ std::uint32_t shared_address(const void* shared) {
  return static_cast<std::uint32_t>(__cvta_generic_to_shared(shared));
}

// All of the block's dynamic shared memory, aligned for a 128-byte swizzle of 8 rows.
__device__ __forceinline__ unsigned char* dynamic_shared() {
  extern __shared__ __align__(1024) unsigned char ga_dynamic_shared[];
  return ga_dynamic_shared;
}

// 16 bytes, of which the first `bytes` (0 to 16) are read and the rest become zero. Both addresses
// 16-byte aligned, `global` valid even where nothing is read.
__device__ __forceinline__ void cp_async_16(std::uint32_t shared, const void* global, int bytes) {
  asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;\n" ::"r"(shared),
               "l"(global), "r"(bytes)
               : "memory");
}

// The same for 4 and for 8 bytes, through the L1 too; both addresses aligned to as much.
__device__ __forceinline__ void cp_async_4(std::uint32_t shared, const void* global, int bytes) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;\n" ::"r"(shared), "l"(global),
               "r"(bytes)
               : "memory");
}
__device__ __forceinline__ void cp_async_8(std::uint32_t shared, const void* global, int bytes) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 8, %2;\n" ::"r"(shared), "l"(global),
               "r"(bytes)
               : "memory");
}

// Closes the thread's current group of copies.
__device__ __forceinline__ void cp_async_commit() {
  asm volatile("cp.async.commit_group;\n" ::: "memory");
}

// Waits until at most `kPending` of the thread's latest groups are unfinished.
template <int kPending>
__device__ __forceinline__ void cp_async_wait() {
  asm volatile("cp.async.wait_group %0;\n" ::"n"(kPending) : "memory");
}

}  // namespace ga::ptx
#endif
