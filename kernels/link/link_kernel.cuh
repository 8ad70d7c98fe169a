// The body of a copy over a link. Bound by the link: 16 bytes a lane, four of them under way.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/ptx/system.cuh"
#include "kernels/runtime/stream_loop.cuh"

namespace ga {

template <int kThreads, int kUnroll>
__launch_bounds__(kThreads) __global__
    void link_copy_kernel(unsigned char* to, const unsigned char* from, std::size_t bytes) {
  const std::size_t vectors = bytes / sizeof(ptx::Vector);
  for_each_vector<kUnroll>(
      vectors,
      [&](std::size_t i) {
        return ptx::load_shared_data(reinterpret_cast<const ptx::Vector*>(from) + i);
      },
      [&](std::size_t i, const ptx::Vector& v) {
        ptx::store_shared_data(reinterpret_cast<ptx::Vector*>(to) + i, v);
      });
  // At most 15 bytes are left.
  const std::size_t last = vectors * sizeof(ptx::Vector) + threadIdx.x;
  if (blockIdx.x == 0 && last < bytes) to[last] = from[last];
}

}  // namespace ga
