// The kernel that damages an output buffer on purpose.
#pragma once

#include <cstdint>

#include "kernels/check/report.h"
#include "kernels/ptx/special.cuh"

namespace ga {

// Elements of 1, 2, 4 or 8 bytes as their bits.
template <class Bits>
struct InjectPlace {
  Bits* data;
  std::int64_t rows, cols, ld, row, col;
};

template <class Bits>
__global__ void inject_flip_kernel(InjectPlace<Bits> place, int bit) {
  Bits& element = place.data[place.row * place.ld + place.col];
  element = static_cast<Bits>(element ^ (Bits{1} << bit));
}

template <class Bits>
__global__ void inject_set_kernel(InjectPlace<Bits> place, Bits value) {
  place.data[place.row * place.ld + place.col] = value;
}

// 64 threads, one an element of an 8 x 8 tile; a block for each such tile of a square of `across` x
// `across`.
template <class Bits>
__global__ void inject_zero_kernel(InjectPlace<Bits> place, unsigned across) {
  const std::int64_t row = place.row + blockIdx.x / across * 8 + threadIdx.x / 8;
  const std::int64_t col = place.col + blockIdx.x % across * 8 + threadIdx.x % 8;
  if (row < place.rows && col < place.cols) place.data[row * place.ld + col] = 0;
}

// One thread: a dependent step takes at least a cycle, and the clock does not move in 10 us.
template <class Bits>
__global__ void inject_at_clock_kernel(InjectPlace<Bits> place, int bit, std::uint64_t mhz) {
  constexpr std::uint64_t kCycles = 20000;
  const std::uint64_t start_ns = ptx::globaltimer();
  const std::uint64_t start = ptx::clock_cycles();
  std::uint64_t cycles = 0;
  while (cycles < kCycles) cycles = ptx::clock_cycles() - start;
  const std::uint64_t ns = ptx::globaltimer() - start_ns;
  if (cycles * 1000 < mhz * ns) return;
  Bits& element = place.data[place.row * place.ld + place.col];
  element = static_cast<Bits>(element ^ (Bits{1} << bit));
}

// A thread a tile.
template <class Bits>
__global__ void inject_sm_kernel(InjectPlace<Bits> place, int bit, TileMap tiles,
                                 std::uint32_t sm) {
  const std::int64_t across = (place.cols + tiles.tile_n - 1) / tiles.tile_n;
  const std::int64_t down = (place.rows + tiles.tile_m - 1) / tiles.tile_m;
  const std::int64_t tile = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (tile >= across * down || tiles.smid[tile] != sm) return;
  const std::int64_t row = tile / across * tiles.tile_m;
  const std::int64_t col = tile % across * tiles.tile_n;
  Bits& element = place.data[row * place.ld + col];
  element = static_cast<Bits>(element ^ (Bits{1} << bit));
}

}  // namespace ga
