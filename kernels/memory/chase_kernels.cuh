// The pointer chase and the layout of its cycle (kernels/data/chase.h). The chase is bound by
// latency: each load's address is the word that the load before it brought. Beside the load a hop
// is a comparison and an address, some ten cycles. A word that is no index ends in the last line,
// so that a wrong one shows as a wrong end and not as a fault of the GPU.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/data/chase.h"
#include "kernels/memory/chase_args.h"
#include "kernels/ptx/global.cuh"

namespace ga {

inline constexpr std::size_t kChaseLineWords = kChaseLineBytes / sizeof(std::uint32_t);

template <int kThreads>
__launch_bounds__(kThreads) __global__
    void chase_fill_kernel(std::uint32_t* data, ChaseShape shape) {
  const std::size_t step = static_cast<std::size_t>(gridDim.x) * kThreads;
  for (std::size_t k = static_cast<std::size_t>(blockIdx.x) * kThreads + threadIdx.x;
       k < shape.lines; k += step) {
    const auto place = static_cast<std::uint32_t>(k);
    const std::uint32_t next = place + 1 < shape.lines ? place + 1 : 0;
    data[kChaseLineWords * chase_line(shape, place)] = chase_line(shape, next);
  }
}

// One thread.
template <int kUnroll>
__launch_bounds__(1) __global__
    void chase_kernel(const std::uint32_t* data, std::uint32_t lines, std::uint32_t start,
                      std::uint32_t hops, ChaseEnd* end) {
  std::uint32_t line = start;
  std::uint32_t made = 0;
#pragma unroll kUnroll
  for (; made < hops; ++made) {
    const std::uint32_t next = ptx::load_l2(data + kChaseLineWords * line);
    line = next < lines ? next : lines - 1;
  }
  end->line = line;
  end->hops = made;
}

}  // namespace ga
