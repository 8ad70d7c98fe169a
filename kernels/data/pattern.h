// What the memory kernels write, and what their checks expect: word i of array `array` of a seed.
//
// The key of an array comes from Philox; its 64-bit words from SplitMix64's finaliser over a Weyl
// sequence (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
// Philox for every word costs about 90 instructions for 16 bytes, as much as an H200 can issue
// while it moves them; this costs 40, so that a write is bound by memory. For a fixed index the
// word is a bijection of the key, and no two indices of an array share a word.
#pragma once

#include <cstdint>

#include "kernels/data/bf16.h"
#include "kernels/data/exact_gemm.h"
#include "kernels/data/philox.h"

namespace ga {

enum class PatternKind {
  words,  // all 64 bits random
  floats  // two floats of tame magnitude, for triad
};

GA_HOST_DEVICE std::uint64_t pattern_key(std::uint64_t seed, std::uint32_t array) {
  const Philox4 r = philox(seed, array, kStreamMemory);
  return (std::uint64_t{r.word[0]} << 32) | r.word[1];
}

GA_HOST_DEVICE std::uint64_t pattern_mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

// The 64-bit word `index` of the array.
GA_HOST_DEVICE std::uint64_t pattern_word(std::uint64_t key, std::uint64_t index) {
  return pattern_mix(key + (index + 1) * 0x9E3779B97F4A7C15u);
}

// As two floats: the sign and 24 bits stay random, the magnitude is in [0.5, 2). Never a NaN.
GA_HOST_DEVICE std::uint64_t pattern_floats(std::uint64_t key, std::uint64_t index) {
  return (pattern_word(key, index) & 0x80FFFFFF80FFFFFFu) | 0x3F0000003F000000u;
}

// The word `index` of an array of either kind.
GA_HOST_DEVICE std::uint64_t pattern(PatternKind kind, std::uint64_t key, std::uint64_t index) {
  return kind == PatternKind::words ? pattern_word(key, index) : pattern_floats(key, index);
}

// What the read kernel adds up for a word: position counts, and for a fixed position no two words
// add the same, so any single wrong word changes the sum mod 2^64.
GA_HOST_DEVICE std::uint64_t read_term(std::uint64_t word, std::uint64_t index) {
  return word * (2 * index + 1);
}

// float triad, one rounding: b + s c.
GA_HOST_DEVICE float triad_element(float b, float c, float s) {
#if defined(__CUDA_ARCH__)
  return __fmaf_rn(s, c, b);
#else
  return __builtin_fmaf(s, c, b);
#endif
}

}  // namespace ga
