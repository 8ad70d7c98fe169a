#include "kernels/data/exercise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "kernels/data/exercise_atomic.h"
#include "kernels/data/exercise_parts.h"
#include "kernels/data/hash_term.h"

namespace ga {
namespace {

std::vector<std::uint64_t> l2_words(std::uint64_t key) {
  std::vector<std::uint64_t> words;
  for (std::uint64_t i = 0; i < kL2DigestWords; ++i) {
    std::uint64_t x = pattern_word(key, i);
    for (int pass = 0; pass < kL2Passes; ++pass) x = l2_step({}, x);
    words.push_back(x);
  }
  return words;
}

template <class Word>
std::vector<std::uint64_t> by_thread(Word&& word) {
  std::vector<std::uint64_t> words;
  for (int thread = 0; thread < kExerciseThreads; ++thread) words.push_back(word(thread));
  return words;
}

}  // namespace

// All of a step's quarters, [quarter][word]; of each the thread takes every 256th word.
std::uint64_t copy_word(std::uint64_t key, int thread) {
  std::uint64_t sum = 0;
  for (std::size_t at = static_cast<std::size_t>(thread); at < kCopySourceWords;
       at += kExerciseThreads) {
    sum = exercise_fold(sum, pattern_word(key, at));
  }
  return sum;
}

std::vector<std::uint64_t> exercise_words(Exercise which, std::uint64_t seed) {
  const std::uint64_t key = exercise_key(seed, which);
  switch (which) {
    case Exercise::integer:
      return by_thread([&](int thread) { return integer_word(key, thread); });
    case Exercise::shuffle:
      return shuffle_words(key);
    case Exercise::atomic:
      return atomic_words(key);
    case Exercise::copy:
      return by_thread([&](int thread) { return copy_word(key, thread); });
    case Exercise::l2:
      return l2_words(key);
    case Exercise::special:
      break;
  }
  return {};
}

std::vector<std::uint64_t> exercise_inputs(Exercise which, std::uint64_t seed) {
  const std::uint64_t key = exercise_key(seed, which);
  std::vector<std::uint64_t> words;
  if (which == Exercise::special) {
    const std::vector<float> floats = special_inputs(seed);
    words.resize(floats.size() / 2);
    std::memcpy(words.data(), floats.data(), floats.size() * sizeof(float));
  }
  if (which == Exercise::copy) {
    for (std::uint64_t i = 0; i < kCopySourceWords; ++i) words.push_back(pattern_word(key, i));
  }
  if (which == Exercise::atomic) {
    words.resize(kAtomicRing, 0);
    for (int thread = 0; thread < kExerciseThreads; ++thread) {
      words[static_cast<std::size_t>(thread % kAtomicRing)] += atomic_ring_value(key, thread);
    }
  }
  return words;
}

std::uint64_t exercise_digest(std::span<const std::uint64_t> words) {
  return hash_bytes(words.data(), words.size_bytes());
}

std::string exercise_answer(std::string_view case_id, std::uint64_t seed) {
  constexpr std::string_view kFamily = "exercise.";
  if (!case_id.starts_with(kFamily)) return "";
  const auto* const name =
      std::find(kExerciseNames.begin(), kExerciseNames.end(), case_id.substr(kFamily.size()));
  if (name == kExerciseNames.end()) return "";
  const auto which = static_cast<Exercise>(name - kExerciseNames.begin());
  if (which == Exercise::special) return "";
  return fmt::format("{:016x}", exercise_digest(exercise_words(which, seed)));
}

}  // namespace ga
