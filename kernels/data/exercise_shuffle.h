// What one thread gives to the instructions of a round of exercise.shuffle. `of_warp` is the same
// for all lanes.
#pragma once

#include <cstdint>

#include "kernels/data/exercise_integer.h"

namespace ga {

struct ShuffleInput {
  std::uint64_t x = 0;
  std::uint32_t source = 0;  // of the indexed shuffle
  bool often = false, rare = false, mostly = false;
  std::uint32_t nearly_same = 0;  // the same in all lanes where none is `rare`
};

struct ShuffleRound {
  std::uint32_t delta = 0, width = 32, mask = 0, bits = 0;
};

GA_HOST_DEVICE ShuffleRound shuffle_round(std::uint64_t key, int round, int warp) {
  const std::uint64_t c = exercise_input(key, round, 32 * warp, 3);
  const std::uint32_t low = low_half(c);
  return {low & 31u, 32u >> (low >> 5 & 3u), low >> 8 & 31u, high_half(c)};
}

GA_HOST_DEVICE ShuffleInput shuffle_input(std::uint64_t key, int round, int thread,
                                          const ShuffleRound& of_warp) {
  const std::uint64_t y = exercise_input(key, round, thread, 1);
  const std::uint32_t dice = high_half(y);
  const bool rare = (dice & 0x3F0u) == 0;
  return {exercise_input(key, round, thread, 0),
          low_half(y) & 31u,
          (dice & 7u) == 0,
          rare,
          (dice & 0xFC00u) != 0,
          of_warp.bits + (rare ? 1u : 0u)};
}

// The two values of a lane that match_any compares: of few bits, so that some are equal.
GA_HOST_DEVICE std::uint32_t few_values(std::uint64_t x) { return low_half(x) & 3u; }
GA_HOST_DEVICE std::uint64_t few_wide_values(std::uint64_t x) { return x & 0x8000000000000001u; }

}  // namespace ga
