// Data of an all-reduce whose sums are exact in bf16, fp16 and fp32, in any order.
//
// Rank r's element i is an integer of magnitude 1 to 32 with a random sign, taken from byte r of
// word i of a SplitMix64 stream: one mix gives all ranks' elements, so that a check recomputes a
// sum faster than memory delivers it. With at most 8 ranks every partial sum, of any subset and in
// any order, is an integer of magnitude at most 256, and all those are exact in bf16 (8 bits), fp16
// and fp32. No element is zero: a rank that is left out or counted twice changes every sum. No
// element repeats with a period: a piece from the wrong offset shows.
//
// Large results are compared element by element where they lie (check_reduce() of
// kernels/check/check.h) and hashed there; the hash is compared over ranks. The host's closed form
// of the hash walks all elements: meant for results of at most a few hundred MiB.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/data/element.h"
#include "kernels/data/pattern.h"
#include "kernels/data/philox.h"

namespace ga {

inline constexpr int kExactReduceMostRanks = 8;
inline constexpr std::uint32_t kStreamReduce = 9;  // Philox streams: exact_gemm.h

// Of one call; another seed, other data.
GA_HOST_DEVICE std::uint64_t exact_reduce_key(std::uint64_t seed) {
  const Philox4 r = philox(seed, 0, kStreamReduce);
  return (std::uint64_t{r.word[0]} << 32) | r.word[1];
}

// Element of `rank`, from pattern_word(key, index): -32 to 32, never 0.
GA_HOST_DEVICE int exact_reduce_element(std::uint64_t word, int rank) {
  const auto byte = static_cast<unsigned>(word >> (8 * rank)) & 0xFFu;
  const int magnitude = static_cast<int>(byte & 31u) + 1;
  return (byte & 32u) != 0 ? -magnitude : magnitude;
}

// The sum over ranks 0 to ranks - 1: at most 32 * ranks in magnitude.
GA_HOST_DEVICE int exact_reduce_sum(std::uint64_t word, int ranks) {
  int sum = 0;
  for (int rank = 0; rank < ranks; ++rank) sum += exact_reduce_element(word, rank);
  return sum;
}

constexpr bool is_reduce_type(ElementType type) {
  return type == ElementType::bf16 || type == ElementType::fp16 || type == ElementType::fp32;
}

// An integer of magnitude at most 256 as the bits of an element; of a reduce type.
GA_HOST_DEVICE std::uint32_t exact_reduce_bits(int value, ElementType type) {
  const auto exact = static_cast<float>(value);
  if (type == ElementType::bf16) return to_bf16(exact).bits;
  if (type == ElementType::fp16) return to_fp16(exact).bits;
  return float_bits(exact);
}

// hash_buffer() of a right result of `count` elements. Precondition: 1 to 8 ranks, a reduce type.
struct ExactReduce {
  std::uint64_t seed = 0;
  int ranks = 0;
  std::size_t count = 0;
  ElementType type = ElementType::bf16;
};
std::uint64_t exact_reduce_hash(const ExactReduce& of);

}  // namespace ga
