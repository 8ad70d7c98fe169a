// The exercisers without memory: integer, shuffle and special. Bound by the units that they are
// named after; a thread reads its inputs from counters, of special functions from a small array.
#pragma once

#include "kernels/data/exercise_integer.h"
#include "kernels/data/exercise_shuffle.h"
#include "kernels/exercise/exercise_block.cuh"
#include "kernels/ptx/integer.cuh"
#include "kernels/ptx/mufu.cuh"
#include "kernels/ptx/warp.cuh"

namespace ga {

__launch_bounds__(kExerciseThreads, kExerciseBlocksPerSm) __global__
    void exercise_integer_kernel(const ExerciseParams p) {
  const int thread = static_cast<int>(threadIdx.x);
  exercise_repeats(p, [&](std::uint64_t key) {
    std::uint64_t sum = 0;
#pragma unroll 1
    for (int round = 0; round < kExerciseRounds; ++round) {
      sum = integer_round<ptx::IntegerInstructions>(key, round, thread, sum);
    }
    return sum;
  });
}

// One round; every lane of the warp calls.
__device__ __forceinline__ std::uint64_t exercise_shuffle_round(std::uint64_t key, int round,
                                                                int thread, std::uint64_t sum) {
  using Warp = ptx::WarpInstructions;
  const ShuffleRound r = shuffle_round(key, round, thread / 32);
  const ShuffleInput in = shuffle_input(key, round, thread, r);
  const std::uint32_t v0 = low_half(in.x), v1 = high_half(in.x);
  const std::uint32_t up = Warp::up(v0, r.delta, r.width);
  sum = exercise_fold(sum, up, Warp::down(v1, r.delta, r.width));
  const std::uint32_t across = Warp::across(v0, r.mask, r.width);
  sum = exercise_fold(sum, across, Warp::from(v1, in.source, r.width));

  const std::uint32_t often = Warp::ballot(in.often);
  const bool any = Warp::any(in.rare);
  const bool all = Warp::all(in.mostly);
  sum = exercise_fold(sum, often, (any ? 1u : 0u) | (all ? 2u : 0u));
  const std::uint32_t few = Warp::match_any(few_values(in.x));
  sum = exercise_fold(sum, few, Warp::match_any_wide(few_wide_values(in.x)));
  int same = 0;
  const std::uint32_t who = Warp::match_all(in.nearly_same, same);
  sum = exercise_fold(sum, who, same != 0 ? 1u : 0u);

  const std::uint32_t total = Warp::sum(v0);
  sum = exercise_fold(sum, total, Warp::odd_bits(v1));
  const std::uint32_t smallest = Warp::smallest(v0);
  sum = exercise_fold(sum, smallest, Warp::largest(v0));
  const std::int32_t least = Warp::smallest(as_signed(v1));
  sum = exercise_fold(sum, as_unsigned(least), as_unsigned(Warp::largest(as_signed(v1))));
  const std::uint32_t shared = Warp::all_bits(v0 | r.bits);
  return exercise_fold(sum, shared, Warp::any_bits(v0 & r.bits));
}

__launch_bounds__(kExerciseThreads, kExerciseBlocksPerSm) __global__
    void exercise_shuffle_kernel(const ExerciseParams p) {
  const int thread = static_cast<int>(threadIdx.x);
  exercise_repeats(p, [&](std::uint64_t key) {
    std::uint64_t sum = 0;
#pragma unroll 1
    for (int round = 0; round < kExerciseRounds; ++round) {
      sum = exercise_shuffle_round(key, round, thread, sum);
    }
    return sum;
  });
}

struct SpecialParams {
  const float* inputs = nullptr;  // special_inputs()
  std::uint32_t* raw = nullptr;   // the results of block `raw_block`, or null
  unsigned raw_block = 0;
};

template <Special kFirst, Special kSecond>
__device__ __forceinline__ std::uint64_t exercise_special_pair(float x, std::uint64_t sum,
                                                               std::uint32_t* raw) {
  const std::uint32_t first = float_bits(ptx::special<kFirst>(x));
  const std::uint32_t second = float_bits(ptx::special<kSecond>(x));
  if (raw != nullptr) {
    raw[static_cast<int>(kFirst)] = first;
    raw[static_cast<int>(kSecond)] = second;
  }
  return exercise_fold(sum, first, second);
}

__launch_bounds__(kExerciseThreads, kExerciseBlocksPerSm) __global__
    void exercise_special_kernel(const ExerciseParams p, const SpecialParams s) {
  const std::size_t thread = threadIdx.x;
  const bool tells = s.raw != nullptr && blockIdx.x == s.raw_block;
  exercise_repeats(p, [&](std::uint64_t key) {
    // The key has no part in the inputs; that it could have keeps the repeats apart.
    const std::uint32_t none = static_cast<std::uint32_t>(key ^ p.key);
    std::uint64_t sum = 0;
#pragma unroll 1
    for (int round = 0; round < kExerciseRounds; ++round) {
      const std::size_t at = static_cast<std::size_t>(round) * kExerciseThreads + thread;
      const float x = bits_float(float_bits(s.inputs[at]) ^ none);
      std::uint32_t* const raw = tells ? s.raw + at * kSpecialFunctions : nullptr;
      sum = exercise_special_pair<Special::ex2, Special::lg2>(x, sum, raw);
      sum = exercise_special_pair<Special::rcp, Special::rsqrt>(x, sum, raw);
      sum = exercise_special_pair<Special::sqrt, Special::sin>(x, sum, raw);
      sum = exercise_special_pair<Special::cos, Special::tanh>(x, sum, raw);
    }
    return sum;
  });
}

}  // namespace ga
