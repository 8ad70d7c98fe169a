// The answers of exercise.atomic: all threads in turn.
#include "kernels/data/exercise_atomic.h"

#include <algorithm>
#include <cstring>

#include "kernels/data/exercise_parts.h"

namespace ga {
namespace {

struct PlainAtomics {
  template <class T>
  static T add(T* at, T value) {
    const T old = *at;
    *at = static_cast<T>(old + value);
    return old;
  }
  template <class T>
  static void add_by_swaps(T* at, T value) {
    *at += value;
  }
  template <class T>
  static T min(T* at, T value) {
    const T old = *at;
    *at = std::min(old, value);
    return old;
  }
  template <class T>
  static T max(T* at, T value) {
    const T old = *at;
    *at = std::max(old, value);
    return old;
  }
  template <class T>
  static void bit_and(T* at, T value) {
    *at &= value;
  }
  template <class T>
  static void bit_or(T* at, T value) {
    *at |= value;
  }
  template <class T>
  static void bit_xor(T* at, T value) {
    *at ^= value;
  }
  static void wrap(std::uint32_t* at, std::uint32_t limit) { *at = *at >= limit ? 0 : *at + 1; }
  template <class T>
  static T exchange(T* at, T value) {
    const T old = *at;
    *at = value;
    return old;
  }
};

}  // namespace

std::vector<std::uint64_t> atomic_words(std::uint64_t key) {
  std::uint32_t start[kAtomicWordCount];
  for (std::size_t i = 0; i < kAtomicWordCount; ++i) start[i] = atomic_start(i);
  AtomicWords words;
  std::memcpy(&words, start, sizeof words);
  for (int round = 0; round < kExerciseRounds; ++round) {
    for (int thread = 0; thread < kExerciseThreads; ++thread) {
      atomic_round<PlainAtomics>(words, key, round, thread);
    }
  }
  atomic_finish(words);
  std::uint32_t left[kAtomicWordCount];
  std::memcpy(left, &words, sizeof words);
  std::vector<std::uint64_t> folds(kExerciseThreads, 0);
  // Once in shared memory and once in global memory, with the same outcome.
  for (int space = 0; space < 2; ++space) {
    for (std::size_t i = 0; i < kAtomicWordCount; ++i) {
      std::uint64_t& fold = folds[i % kExerciseThreads];
      fold = exercise_fold(fold, left[i]);
    }
  }
  return folds;
}

}  // namespace ga
