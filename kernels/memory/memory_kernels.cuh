// The bodies of the streaming kernels. All are bound by memory bandwidth; bytes per element and the
// arithmetic beside them:
//   read   16 B, 12 integer operations   write  16 B, 45   copy 32 B, none   triad 48 B, 4 FMA
// An H200 moves about 21 bytes a clock and SM, in which an SM issues 128 lanes: 98 operations for
// 16 bytes. All stay below half of that.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/check/block_reduce.cuh"
#include "kernels/data/pattern.h"
#include "kernels/ptx/global.cuh"
#include "kernels/runtime/stream_loop.cuh"

namespace ga {

using ptx::Vector;

// A read holds nothing but its loads: more of them fit than beside stores.
inline constexpr int kReadUnroll = 8;

__device__ __forceinline__ Vector pattern_vector(PatternKind kind, std::uint64_t key,
                                                 std::size_t i) {
  return {{pattern(kind, key, 2 * i), pattern(kind, key, 2 * i + 1)}};
}

template <int kThreads, int kUnroll, PatternKind kKind>
__launch_bounds__(kThreads) __global__
    void memory_write_kernel(Vector* to, std::size_t count, std::uint64_t key) {
  for_each_vector<kUnroll>(
      count, [&](std::size_t i) { return pattern_vector(kKind, key, i); },
      [&](std::size_t i, const Vector& v) { ptx::store_streaming(to + i, v); });
}

// Adds the block's share of the checksum to *sum. Integer addition has no order: the sum is the
// same whatever the grid.
template <int kThreads, class Load>
__device__ __forceinline__ void add_read_terms(std::size_t count, std::uint64_t* sum, Load&& load) {
  std::uint64_t mine = 0;
  for_each_vector<kReadUnroll>(count, load, [&](std::size_t i, const Vector& v) {
    mine += read_term(v.word[0], 2 * i) + read_term(v.word[1], 2 * i + 1);
  });
  const std::uint64_t block = block_sum<kThreads>(mine);
  if (threadIdx.x == 0) {
    atomicAdd(reinterpret_cast<unsigned long long*>(sum), static_cast<unsigned long long>(block));
  }
}

template <int kThreads>
__launch_bounds__(kThreads) __global__
    void memory_read_kernel(const Vector* from, std::size_t count, std::uint64_t* sum) {
  add_read_terms<kThreads>(count, sum,
                           [&](std::size_t i) { return ptx::load_streaming(from + i); });
}

template <int kThreads, PatternKind kKind>
__launch_bounds__(kThreads) __global__
    void memory_read_expected_kernel(std::size_t count, std::uint64_t key, std::uint64_t* sum) {
  add_read_terms<kThreads>(count, sum,
                           [&](std::size_t i) { return pattern_vector(kKind, key, i); });
}

template <int kThreads, int kUnroll>
__launch_bounds__(kThreads) __global__
    void memory_copy_kernel(Vector* to, const Vector* from, std::size_t count) {
  for_each_vector<kUnroll>(
      count, [&](std::size_t i) { return ptx::load_streaming(from + i); },
      [&](std::size_t i, const Vector& v) { ptx::store_streaming(to + i, v); });
}

// Two floats of a 64-bit word.
__device__ __forceinline__ std::uint64_t triad_word(std::uint64_t b, std::uint64_t c, float s) {
  const float low = triad_element(bits_float(static_cast<std::uint32_t>(b)),
                                  bits_float(static_cast<std::uint32_t>(c)), s);
  const float high = triad_element(bits_float(static_cast<std::uint32_t>(b >> 32)),
                                   bits_float(static_cast<std::uint32_t>(c >> 32)), s);
  return (std::uint64_t{float_bits(high)} << 32) | float_bits(low);
}

template <int kThreads, int kUnroll>
__launch_bounds__(kThreads) __global__
    void memory_triad_kernel(Vector* a, const Vector* b, const Vector* c, float s,
                             std::size_t count) {
  struct Pair {
    Vector b, c;
  };
  for_each_vector<kUnroll>(
      count,
      [&](std::size_t i) {
        return Pair{ptx::load_streaming(b + i), ptx::load_streaming(c + i)};
      },
      [&](std::size_t i, const Pair& p) {
        ptx::store_streaming(a + i, Vector{{triad_word(p.b.word[0], p.c.word[0], s),
                                            triad_word(p.b.word[1], p.c.word[1], s)}});
      });
}

}  // namespace ga
