// The kernel that damages an output buffer on purpose.
#pragma once

#include <cstdint>

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

// 64 threads, one an element of the 8 x 8 tile.
template <class Bits>
__global__ void inject_zero_kernel(InjectPlace<Bits> place) {
  const std::int64_t row = place.row + threadIdx.x / 8;
  const std::int64_t col = place.col + threadIdx.x % 8;
  if (row < place.rows && col < place.cols) place.data[row * place.ld + col] = 0;
}

}  // namespace ga
