// One value per thread to one per block, in a fixed order. Every thread of the block takes part,
// and the result is valid in thread 0 only.
#pragma once

#include <cstdint>

namespace ga {

template <int kThreads, class T, class Combine>
__device__ __forceinline__ T block_reduce(T mine, Combine&& combine) {
  static_assert((kThreads & (kThreads - 1)) == 0, "a tree over a power of two");
  __shared__ T shared[kThreads];
  __syncthreads();  // the array may still be read by an earlier reduction
  shared[threadIdx.x] = mine;
  __syncthreads();
  for (int half = kThreads / 2; half > 0; half /= 2) {
    if (static_cast<int>(threadIdx.x) < half) {
      shared[threadIdx.x] = combine(shared[threadIdx.x], shared[threadIdx.x + half]);
    }
    __syncthreads();
  }
  return shared[0];
}

template <int kThreads>
__device__ __forceinline__ std::uint64_t block_sum(std::uint64_t mine) {
  return block_reduce<kThreads>(mine, [](std::uint64_t x, std::uint64_t y) { return x + y; });
}

template <int kThreads>
__device__ __forceinline__ std::uint64_t block_min(std::uint64_t mine) {
  return block_reduce<kThreads>(mine,
                                [](std::uint64_t x, std::uint64_t y) { return x < y ? x : y; });
}

}  // namespace ga
