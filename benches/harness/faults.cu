// Waiting, never ending, and an illegal store. One thread each: no work, no bytes, bound by
// nothing.
#include "benches/harness/faults.h"
#include "kernels/ptx/special.cuh"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

__launch_bounds__(1) __global__ void spin_kernel(std::uint64_t nanoseconds) {
  const std::uint64_t start = ptx::globaltimer();
  while (ptx::globaltimer() - start < nanoseconds) {
  }
}

// The flag is on the device and nobody clears it; the compiler may not know that.
__launch_bounds__(1) __global__ void forever_kernel(const volatile int* flag) {
  while (*flag == 0) ptx::nanosleep(100000);
}

__launch_bounds__(1) __global__ void nowhere_kernel(volatile int* address) { *address = 1; }

__device__ int never_set = 0;

}  // namespace

Status spin_for(std::int64_t nanoseconds, cudaStream_t stream) {
  if (nanoseconds < 0) return Error(ErrorCode::usage, "a wait of negative length");
  spin_kernel<<<1, 1, 0, stream>>>(static_cast<std::uint64_t>(nanoseconds));
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

Status spin_forever(cudaStream_t stream) {
  void* flag = nullptr;
  GA_CUDA(cudaGetSymbolAddress(&flag, never_set));
  forever_kernel<<<1, 1, 0, stream>>>(static_cast<const volatile int*>(flag));
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

Status store_to_nowhere(cudaStream_t stream) {
  // In no mapping: the first page of the address space is never given out.
  nowhere_kernel<<<1, 1, 0, stream>>>(reinterpret_cast<volatile int*>(std::uintptr_t{0x40}));
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace ga
