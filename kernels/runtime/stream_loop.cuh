// The loop of all streaming kernels: each thread has kUnroll independent loads in flight before it
// uses the first, neighbouring lanes touch neighbouring 16-byte vectors.
#pragma once

#include <cstddef>

namespace ga {

// use(i, load(i)) for each vector i below count. A block takes kUnroll * blockDim.x vectors at
// once; blocks stride over the array together, so that all SMs work on one region of it at a time.
template <int kUnroll, class Load, class Use>
__device__ __forceinline__ void for_each_vector(std::size_t count, Load&& load, Use&& use) {
  using Value = decltype(load(count));
  const std::size_t threads = blockDim.x;
  const std::size_t tile = kUnroll * threads;
  const std::size_t step = tile * gridDim.x;
  for (std::size_t first = blockIdx.x * tile; first < count; first += step) {
    const std::size_t mine = first + threadIdx.x;
    if (first + tile <= count) {
      Value value[kUnroll];
#pragma unroll
      for (int u = 0; u < kUnroll; ++u) value[u] = load(mine + u * threads);
#pragma unroll
      for (int u = 0; u < kUnroll; ++u) use(mine + u * threads, value[u]);
    } else {
      for (std::size_t i = mine; i < count; i += threads) use(i, load(i));
    }
  }
}

}  // namespace ga
