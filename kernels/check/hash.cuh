// A 64-bit hash of a buffer: the sum mod 2^64 of hash_term(word, position) and of its size.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/check/block_reduce.cuh"
#include "kernels/check/padded_word.cuh"
#include "kernels/data/hash_term.h"

namespace ga {

// Three blocks an SM: without a number ptxas takes 64 registers on sm_120, and spills.
template <int kThreads>
__launch_bounds__(kThreads, 3) __global__
    void hash_kernel(const void* data, std::size_t bytes, std::uint64_t* hash) {
  constexpr int kUnroll = 8;
  const std::size_t count = (bytes + 7) / 8;
  const std::size_t step = static_cast<std::size_t>(gridDim.x) * kThreads;
  std::uint64_t mine = 0;
  for (std::size_t base = static_cast<std::size_t>(blockIdx.x) * kThreads + threadIdx.x;
       base < count; base += kUnroll * step) {
    std::uint64_t word[kUnroll];
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      const std::size_t i = base + u * step;
      word[u] = i < count ? padded_word(data, bytes, i) : 0;
    }
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      const std::size_t i = base + u * step;
      if (i < count) mine += hash_term(word[u], i);
    }
  }
  const std::uint64_t block = block_sum<kThreads>(mine);
  if (threadIdx.x == 0) {
    atomicAdd(reinterpret_cast<unsigned long long*>(hash), static_cast<unsigned long long>(block));
  }
}

}  // namespace ga
