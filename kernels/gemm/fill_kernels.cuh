// The bodies of the operand fills: one to eight bytes an element, a quarter of a Philox block of
// arithmetic.
#pragma once

#include <cstdint>

#include "kernels/data/element.h"
#include "kernels/data/exact_gemm.h"
#include "kernels/data/random_gemm.h"

namespace ga {

struct FillTarget {
  void* data;
  std::int64_t rows, cols, ld;
  std::uint64_t seed;
  std::uint32_t stream;
  ElementType type = ElementType::bf16;
};

// value(word) for each place; a thread takes the four elements of one Philox block at a time.
template <class Value>
__device__ __forceinline__ void fill_blocks(const FillTarget& target, Value&& value) {
  const std::int64_t count = target.rows * target.cols;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  const std::int64_t mine = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (std::int64_t block = mine; 4 * block < count; block += step) {
    const Philox4 words = philox(target.seed, static_cast<std::uint64_t>(block), target.stream);
    std::int64_t row = 4 * block / target.cols;
    std::int64_t col = 4 * block % target.cols;
#pragma unroll
    for (int lane = 0; lane < 4; ++lane) {
      if (4 * block + lane < count) {
        set_element(target.data, row * target.ld + col, target.type, value(words.word[lane]));
      }
      if (++col == target.cols) {
        col = 0;
        ++row;
      }
    }
  }
}

__global__ void fill_exact_kernel(FillTarget target) {
  const int range = exact_range(target.type);
  fill_blocks(target, [range](std::uint32_t word) {
    return static_cast<double>(exact_from_word(word, range));
  });
}

__global__ void fill_random_kernel(FillTarget target, RandomKind kind) {
  const ElementType type = target.type;
  fill_blocks(target, [=](std::uint32_t word) { return random_number(word, kind, type); });
}

}  // namespace ga
