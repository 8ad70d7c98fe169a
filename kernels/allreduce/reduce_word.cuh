// Sums of the elements that share 64 bits, in fp32; and words of arrays with a ragged end.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/check/padded_word.cuh"
#include "kernels/data/bf16.h"
#include "kernels/ptx/convert.cuh"
#include "kernels/ptx/global.cuh"

namespace ga {

// Of Bf16, Fp16 or float. Starts at +0; elements join in the order of the calls.
template <class T>
struct WordSum {
  float sum[8 / sizeof(T)] = {};

  __device__ __forceinline__ void add(std::uint64_t word) {
    const std::uint32_t half[2] = {static_cast<std::uint32_t>(word),
                                   static_cast<std::uint32_t>(word >> 32)};
    if constexpr (sizeof(T) == 4) {
      sum[0] += bits_float(half[0]);
      sum[1] += bits_float(half[1]);
    } else {
      float x[4];
      ptx::unpack<T>(half[0], x[0], x[1]);
      ptx::unpack<T>(half[1], x[2], x[3]);
#pragma unroll
      for (int i = 0; i < 4; ++i) sum[i] += x[i];
    }
  }

  // Rounded once, to nearest even.
  __device__ __forceinline__ std::uint64_t rounded() const {
    std::uint32_t half[2];
    if constexpr (sizeof(T) == 4) {
      half[0] = float_bits(sum[0]);
      half[1] = float_bits(sum[1]);
    } else {
      half[0] = ptx::pack<T>(sum[0], sum[1]);
      half[1] = ptx::pack<T>(sum[2], sum[3]);
    }
    return (std::uint64_t{half[1]} << 32) | half[0];
  }
};

// The other way round than padded_word(): writes what of word `i` lies below `bytes`.
__device__ __forceinline__ void store_word(void* data, std::size_t bytes, std::size_t i,
                                           std::uint64_t word) {
  if (8 * i + 8 <= bytes) {
    static_cast<std::uint64_t*>(data)[i] = word;
    return;
  }
  auto* const tail = static_cast<unsigned char*>(data) + 8 * i;
  for (std::size_t byte = 0; 8 * i + byte < bytes; ++byte) {
    tail[byte] = static_cast<unsigned char>(word >> (8 * byte));
  }
}

// Vector `i`, of which only the beginning lies below `bytes`; zeros past the end.
__device__ __forceinline__ ptx::Vector load_tail(const void* data, std::size_t bytes,
                                                 std::size_t i) {
  return {{padded_word(data, bytes, 2 * i),
           16 * i + 8 < bytes ? padded_word(data, bytes, 2 * i + 1) : 0}};
}

template <class Ctx>
__device__ __forceinline__ void store_vector(Ctx& c, void* data, std::size_t bytes, std::size_t i,
                                             const ptx::Vector& v) {
  if (16 * i + 16 <= bytes) {
    c.store(static_cast<ptx::Vector*>(data) + i, v);
    return;
  }
  store_word(data, bytes, 2 * i, v.word[0]);
  store_word(data, bytes, 2 * i + 1, v.word[1]);
}

}  // namespace ga
