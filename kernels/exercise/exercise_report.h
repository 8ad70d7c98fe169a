// What the check of an exerciser reports. No CUDA header: the CPU tests read it too.
#pragma once

#include <cstdint>

#include "kernels/check/report.h"

namespace ga {

inline constexpr int kExerciseSmWords = 16;  // 512 SMs

struct ExerciseReport {
  std::uint64_t wrong = 0;            // words
  std::uint64_t first = kNoMismatch;  // the lowest of them
  std::uint64_t expected = 0, got = 0;
  std::int32_t smid = -1;    // that left it, where it is known
  std::uint64_t digest = 0;  // of the words of the first wrong block, else of the first block
  std::uint32_t seen[kExerciseSmWords] = {};  // a bit for each SM that took part
};

}  // namespace ga
