// What all exercisers of blocks share: the launch's argument, and how a thread's words leave.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/data/exercise.h"
#include "kernels/ptx/special.cuh"

namespace ga {

struct ExerciseParams {
  std::uint64_t key = 0;
  const std::uint64_t* expected = nullptr;  // of one block; null: not known yet
  std::uint64_t* out = nullptr;             // [block][thread]
  std::uint32_t* smid = nullptr;            // [block]
  int repeats = 1;
};

// Runs `once(key)` as often as the launch says and leaves the first word that was wrong, else the
// last: a fault of a single repeat is not lost behind the next.
template <class Once>
__device__ __forceinline__ void exercise_repeats(const ExerciseParams& p, Once&& once) {
  const std::size_t thread = threadIdx.x;
  const bool known = p.expected != nullptr;
  const std::uint64_t wanted = known ? p.expected[thread] : 0;
  std::uint64_t kept = 0;
  for (int repeat = 0; repeat < p.repeats; ++repeat) {
    const std::uint64_t word = once(ptx::opaque(p.key));
    if (repeat == 0 || !known || kept == wanted) kept = word;
  }
  p.out[static_cast<std::size_t>(blockIdx.x) * kExerciseThreads + thread] = kept;
  if (thread == 0) p.smid[blockIdx.x] = ptx::smid();
}

}  // namespace ga
