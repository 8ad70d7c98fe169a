// What the check of an exerciser reports. No CUDA header: the CPU tests read it too.
#pragma once

#include <algorithm>
#include <bit>
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
  // A bit for each SM that took part, and for each in the second kernel, where there are two.
  std::uint32_t seen[kExerciseSmWords] = {};
  std::uint32_t seen_second[kExerciseSmWords] = {};
};

// On how many SMs that many blocks must lie that run at once, `per_sm` of them on an SM at most.
constexpr int least_sms(int blocks, int per_sm, int sm_count) {
  return std::min(sm_count, (blocks + per_sm - 1) / per_sm);
}

// The SMs that took part in any launch that these reports are of.
class SeenSms {
 public:
  void add(const std::uint32_t (&seen)[kExerciseSmWords]) {
    for (int i = 0; i < kExerciseSmWords; ++i) words_[i] |= seen[i];
  }
  int count() const {
    int sms = 0;
    for (const std::uint32_t word : words_) sms += std::popcount(word);
    return sms;
  }

 private:
  std::uint32_t words_[kExerciseSmWords] = {};
};

}  // namespace ga
