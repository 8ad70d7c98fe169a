// Arguments, exact values and bounds of exercise.special.
#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "kernels/data/exercise.h"

namespace ga {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kPi = 3.14159265358979323846;
constexpr double kLeast = 0x1p-149;  // the smallest subnormal float: no bound is finer

float float_of(std::uint64_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
}

// The distance of floats around `reference`.
double ulp(double reference) {
  const double size = std::fabs(reference);
  if (!(size >= 0x1p-126)) return kLeast;
  return std::ldexp(1.0, std::ilogb(size) - 23);
}

// By where a thread is: every kind of magnitude in every warp.
float input_of(std::uint64_t word, int round, int thread) {
  constexpr std::uint32_t kEdges[] = {
      0x00000000, 0x00000001, 0x007FFFFF, 0x00800000, 0x00800001, 0x3F7FFFFF, 0x3F800000,
      0x3F800001, 0x3F000000, 0x40000000, 0x40490FDB, 0x3FC90FDB, 0x42FC0000, 0x42FE0000,
      0x43000000, 0x43150000, 0x7E800000, 0x7F000000, 0x7F7FFFFF, 0x7F800000, 0x7FC00000};
  constexpr int kCount = static_cast<int>(std::size(kEdges));
  if (round == 0 && thread < 2 * kCount) {
    const std::uint32_t sign = thread < kCount ? 0 : 0x80000000u;
    return std::bit_cast<float>(kEdges[thread % kCount] | sign);
  }
  const std::uint64_t mantissa = word & 0x807FFFFFu;  // and the sign
  switch ((round + thread) % 4) {
    case 0:  // any bits at all
      return float_of(word);
    case 1:  // subnormal numbers
      return float_of(mantissa);
    case 2:  // from 2^-24 to 2^8
      return float_of(mantissa | ((103 + (word >> 40) % 32) << 23));
    default:  // from 1/2 to 8
      return float_of(mantissa | ((126 + (word >> 40) % 4) << 23));
  }
}

bool same_special_value(double reference, float got) {
  if (std::isnan(reference)) return std::isnan(got);
  return static_cast<double>(got) == reference && std::signbit(got) == std::signbit(reference);
}

}  // namespace

std::vector<float> special_inputs(std::uint64_t seed) {
  const std::uint64_t key = exercise_key(seed, Exercise::special);
  std::vector<float> inputs;
  for (int round = 0; round < kExerciseRounds; ++round) {
    for (int thread = 0; thread < kExerciseThreads; ++thread) {
      inputs.push_back(input_of(exercise_input(key, round, thread, 0), round, thread));
    }
  }
  return inputs;
}

double special_reference(Special which, double x) {
  switch (which) {
    case Special::ex2:
      return std::exp2(x);
    case Special::lg2:
      return std::log2(x == 0 ? 0.0 : x);
    case Special::rcp:
      return 1.0 / x;
    case Special::rsqrt:
      return 1.0 / std::sqrt(x);
    case Special::sqrt:
      return std::sqrt(x);
    case Special::sin:
      return std::sin(x);
    case Special::cos:
      return std::cos(x);
    case Special::tanh:
      break;
  }
  return std::tanh(x);
}

double special_bound(Special which, double x, double reference) {
  const double size = std::fabs(reference);
  const auto at_least = [](double bound) { return bound > kLeast ? bound : kLeast; };
  switch (which) {
    case Special::ex2:
      return 2.5 * ulp(reference);
    case Special::rcp:
      return 1.5 * ulp(reference);
    case Special::rsqrt:
      return at_least(size * std::exp2(-22.9));
    case Special::sqrt:
      return at_least(size * 0x1p-23);
    case Special::lg2:
      return x > 0.5 && x < 2 ? 0x1p-22 : at_least(size * 0x1p-22);
    case Special::sin:
    case Special::cos:
      if (std::fabs(x) <= 2 * kPi) return std::exp2(-20.5);
      return std::fabs(x) <= 100 * kPi ? std::exp2(-14.7) : kInfinite;
    case Special::tanh:
      break;
  }
  return at_least(size * 0x1p-11);
}

bool special_within(Special which, float x, float got) {
  const bool roots = which == Special::lg2 || which == Special::rsqrt || which == Special::sqrt;
  // Of negative subnormal numbers the tables say nothing.
  if (roots && x < 0 && x > -0x1p-126f) return true;
  const double reference = special_reference(which, x);
  const bool exact = x == 0 || std::isnan(x) || std::isinf(x) || !std::isfinite(reference);
  if (exact) return same_special_value(reference, got);
  const double bound = special_bound(which, x, reference);
  if (bound == kInfinite) return true;
  // The next number above the largest float, which overflow stands for.
  const double value =
      std::isinf(got) ? std::copysign(0x1p128, static_cast<double>(got)) : static_cast<double>(got);
  return std::fabs(value - reference) <= bound ||
         (std::isinf(got) && std::fabs(reference) >= 0x1p128 && value * reference > 0);
}

std::uint64_t special_fold(std::uint64_t sum, const std::uint32_t* results) {
  for (int f = 0; f < kSpecialFunctions; f += 2) {
    sum = exercise_fold(sum, results[f], results[f + 1]);
  }
  return sum;
}

SpecialFaults special_faults(std::span<const float> inputs,
                             std::span<const std::uint32_t> results) {
  SpecialFaults faults;
  for (std::size_t at = 0; at < results.size(); ++at) {
    const float x = inputs[at / kSpecialFunctions];
    const auto which = static_cast<Special>(at % kSpecialFunctions);
    if (special_within(which, x, std::bit_cast<float>(results[at]))) continue;
    if (faults.wrong++ == 0) faults.first = at;
  }
  return faults;
}

std::vector<std::uint64_t> special_words(std::span<const std::uint32_t> results) {
  std::vector<std::uint64_t> words(kExerciseThreads, 0);
  for (std::size_t at = 0; at + kSpecialFunctions <= results.size(); at += kSpecialFunctions) {
    std::uint64_t& word = words[at / kSpecialFunctions % kExerciseThreads];
    word = special_fold(word, &results[at]);
  }
  return words;
}

std::size_t majority_block(std::span<const std::uint64_t> words) {
  std::map<std::uint64_t, std::pair<std::size_t, std::size_t>> seen;  // digest: how many, the first
  for (std::size_t block = 0; block < words.size() / kExerciseThreads; ++block) {
    const std::uint64_t digest =
        exercise_digest(words.subspan(block * kExerciseThreads, kExerciseThreads));
    ++seen.try_emplace(digest, 0, block).first->second.first;
  }
  std::pair<std::size_t, std::size_t> most{0, 0};
  for (const auto& [digest, found] : seen) {
    if (found.first > most.first) most = found;
  }
  return most.second;
}

Result<ReferenceBlock> reference_block(const LaunchBlocks& launch) {
  const auto words_of = [](const std::vector<std::uint64_t>& all, std::size_t block) {
    return std::span(all).subspan(block * kExerciseThreads, kExerciseThreads);
  };
  GA_TRY(const std::vector<std::uint64_t> all, launch(std::nullopt));
  const std::size_t block = majority_block(all);
  for (int tries = 0; tries < kReferenceTries; ++tries) {
    GA_TRY(const std::vector<std::uint64_t> again, launch(block));
    const std::span<const std::uint64_t> words = words_of(again, block);
    if (!std::ranges::equal(words, words_of(all, block))) continue;
    return ReferenceBlock{block, {words.begin(), words.end()}};
  }
  return Error(ErrorCode::device,
               "exercise.special: no launch repeats the words that most blocks agreed on");
}

}  // namespace ga
