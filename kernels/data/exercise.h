// What the exercisers compute, and their answers: worked out on the host from the seed alone.
//
// An exerciser keeps a unit of the chip busy that products hardly touch. Every block of its grid
// computes the same: word `thread` of the block is a fold over every result that the thread saw, so
// that one wrong bit anywhere changes the word, and every SM must leave the same words. They do not
// depend on the GPU, so neither does the digest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/data/pattern.h"
#include "reports/model/result.h"

// A program that runs on instructions in a kernel and on plain C++ on the host: never both in one
// compilation, because the instructions are the device's alone.
#if defined(__CUDACC__)
#define GA_EXERCISE __device__ __forceinline__
#else
#define GA_EXERCISE inline
#endif

namespace ga {

enum class Exercise { special, shuffle, atomic, integer, copy, l2 };

// In that order; "exercise." and one of them is a case.
inline constexpr std::array<std::string_view, 6> kExerciseNames{"special", "shuffle", "atomic",
                                                                "integer", "copy",    "l2"};

inline constexpr int kExerciseThreads = 256;
// At least so many blocks on an SM: without a number ptxas takes few registers, and spills.
inline constexpr int kExerciseBlocksPerSm = 3;
// Rounds that the host computes too; a launch repeats them.
inline constexpr int kExerciseRounds = 16;

// A different array of inputs for each exerciser.
GA_HOST_DEVICE std::uint64_t exercise_key(std::uint64_t seed, Exercise which) {
  return pattern_key(seed, 0x45580000u + static_cast<std::uint32_t>(which));
}

// Input `which` (0 to 3) of a thread in a round.
GA_HOST_DEVICE std::uint64_t exercise_input(std::uint64_t key, int round, int thread, int which) {
  return pattern_word(key,
                      static_cast<std::uint64_t>((round * kExerciseThreads + thread) * 4 + which));
}

// One result joins. For a fixed result a bijection of `sum`, and for a fixed `sum` one of the
// result: a single wrong result is never lost.
GA_HOST_DEVICE std::uint64_t exercise_fold(std::uint64_t sum, std::uint64_t result) {
  const std::uint64_t turned = (sum << 23) | (sum >> 41);
  return (turned ^ result) * 0x9E3779B97F4A7C15u;
}
GA_HOST_DEVICE std::uint64_t exercise_fold(std::uint64_t sum, std::uint32_t low,
                                           std::uint32_t high) {
  return exercise_fold(sum, (std::uint64_t{high} << 32) | low);
}

// The words of one block, kExerciseThreads of them. Of exercise.special there are none: its results
// are held to a bound. Of exercise.l2 the first kL2DigestWords words of the array.
std::vector<std::uint64_t> exercise_words(Exercise which, std::uint64_t seed);

// What the kernel is given beside the seed: of exercise.special its arguments, two a word; of
// exercise.copy the source array; of exercise.atomic what a block adds to each sum of the grid.
std::vector<std::uint64_t> exercise_inputs(Exercise which, std::uint64_t seed);

// The digest of such words: what a report calls `expected` and `got`.
std::uint64_t exercise_digest(std::span<const std::uint64_t> words);

// What that case must come to, as a check carries it; empty where the host cannot know it, as of
// exercise.special, or where there is no such case. At most 2 ms.
std::string exercise_answer(std::string_view case_id, std::uint64_t seed);

// exercise.copy: each step moves four quarters of kCopyQuarterWords words of a source array.
inline constexpr int kCopySteps = 16;
inline constexpr int kCopyQuarters = 4;
inline constexpr int kCopyQuarterWords = 1024;
inline constexpr std::size_t kCopySourceWords =
    std::size_t{kCopySteps} * kCopyQuarters * kCopyQuarterWords;
// Shared memory of a block: all quarters; in the kernel for TMA two of them and a barrier.
inline constexpr std::size_t kCopySharedBytes = std::size_t{8} * kCopyQuarters * kCopyQuarterWords;
inline constexpr std::size_t kCopyTmaSharedBytes = std::size_t{16} * kCopyQuarterWords + 16;

// exercise.l2: each of kL2Passes passes replaces every word x of the array by factor x + offset.
inline constexpr int kL2Passes = 16;
inline constexpr int kL2DigestWords = 4096;
struct L2Map {
  std::uint64_t factor = 6364136223846793005u;  // Knuth's MMIX, mod 2^64
  std::uint64_t offset = 1442695040888963407u;
};
GA_HOST_DEVICE std::uint64_t l2_step(L2Map map, std::uint64_t x) {
  return map.factor * x + map.offset;
}
// All passes in one.
constexpr L2Map l2_all_passes() {
  const L2Map step;
  L2Map all{1, 0};
  for (int i = 0; i < kL2Passes; ++i) {
    all = {step.factor * all.factor, step.factor * all.offset + step.offset};
  }
  return all;
}

// exercise.special: results of a thread in a round, one of each function.
inline constexpr int kSpecialFunctions = 8;
enum class Special { ex2, lg2, rcp, rsqrt, sqrt, sin, cos, tanh };

// The arguments of all functions, [round][thread]: edges and subnormal numbers first, then
// magnitudes of every kind.
std::vector<float> special_inputs(std::uint64_t seed);

// How far from the exact value the PTX ISA lets a result be, and whether this one is within that.
// "Floating Point Instructions" of the PTX ISA 9.0: ex2 2 ulp from the correctly rounded result,
// which is half an ulp from the exact one; rcp 1 ulp, taken in the same way; rsqrt 2^-22.9 and sqrt
// 2^-23 relative; lg2 2^-22, absolute between 1/2 and 2, else relative; sin and cos 2^-20.5
// absolute within 2 pi, 2^-14.7 within 100 pi, nothing beyond; tanh 2^-11 relative. What the tables
// there say of zeros, infinities and NaN is exact.
bool special_within(Special which, float x, float got);
// The value itself in double, and the bound around it; infinite where none is promised.
double special_reference(Special which, double x);
double special_bound(Special which, double x, double reference);

// The bits of one block's results, [round][thread][function]: how many are outside of the bound,
// and the words that they make. A block's words, once its results are known, are what every block
// of every SM must leave.
struct SpecialFaults {
  std::int64_t wrong = 0;
  std::size_t first = 0;  // where in the results
};
SpecialFaults special_faults(std::span<const float> inputs, std::span<const std::uint32_t> results);
std::vector<std::uint64_t> special_words(std::span<const std::uint32_t> results);

// The words of many blocks: one whose words are those of most blocks.
std::size_t majority_block(std::span<const std::uint64_t> words);

// A block with which most agree, and its words from the launch that also told its results. The
// first launch finds it; then the block may come to lie on another SM, so launches follow until it
// leaves what most left in the first. `launch` returns the words of all blocks.
struct ReferenceBlock {
  std::size_t block = 0;
  std::vector<std::uint64_t> words;
};
using LaunchBlocks =
    std::function<Result<std::vector<std::uint64_t>>(std::optional<std::size_t> told)>;
inline constexpr int kReferenceTries = 4;
Result<ReferenceBlock> reference_block(const LaunchBlocks& launch);

}  // namespace ga
