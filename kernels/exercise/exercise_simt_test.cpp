// The exercisers without memory and their check, executed on the CPU: the answers are the host's,
// and a fault planted in any instruction of one SM is found there.
#include "kernels/testing/simt_ptx_exercise.h"
//
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>
#include <set>
#include <vector>

#include "kernels/exercise/exercise_check.cuh"
#include "kernels/exercise/exercise_compute.cuh"

namespace {

using namespace ga;

constexpr std::uint64_t kSeed = 20261129;
constexpr unsigned kBlocks = 3;
constexpr std::size_t kThreads = kExerciseThreads;

struct Launch {
  explicit Launch(Exercise which, int repeats = 1)
      : expected(exercise_words(which, kSeed)),
        params{.key = exercise_key(kSeed, which), .expected = expected.data(), .repeats = repeats} {
    params.out = out.data();
    params.smid = smid.data();
  }

  template <class Body>
  void run(std::uint32_t order_seed, Body&& body, unsigned blocks = kBlocks) {
    ga::simt::run({blocks}, kExerciseThreads, {.order_seed = order_seed}, body);
  }
  // How many words of each block differ.
  std::vector<int> wrong() const {
    std::vector<int> by_block(kBlocks, 0);
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (out[i] != expected[i % kThreads]) ++by_block[i / kThreads];
    }
    return by_block;
  }
  ExerciseReport check(std::size_t second = 0) {
    const BlockSource source{.out = out.data(),
                             .wanted = expected.data(),
                             .words = out.size(),
                             .smid = smid.data(),
                             .blocks = kBlocks,
                             .second = second};
    ExerciseReport report;
    ga::simt::run({1}, 1, {}, [&] { exercise_reset_kernel(&report); });
    ga::simt::run({2}, kExerciseThreads, {}, [&] { exercise_compare_kernel(source, &report); });
    ga::simt::run({1}, kExerciseThreads, {}, [&] { exercise_settle_kernel(source, &report); });
    return report;
  }

  std::vector<std::uint64_t> expected;
  std::vector<std::uint64_t> out = std::vector<std::uint64_t>(kBlocks * kThreads, 0);
  std::vector<std::uint32_t> smid = std::vector<std::uint32_t>(kBlocks, 99);
  ExerciseParams params;
};

const std::vector<int> kNone(kBlocks, 0);

// For the length of a scope.
struct Planted {
  explicit Planted(const ptx::PlantedFault& fault) { ptx::planted = fault; }
  ~Planted() { ptx::planted = {}; }
};

TEST(ExerciseFold, KeepsASingleWrongResultToTheEnd) {
  for (int bit = 0; bit < 64; ++bit) {
    std::uint64_t right = 7, wrong = 7;
    right = exercise_fold(right, std::uint64_t{5});
    wrong = exercise_fold(wrong, std::uint64_t{5} ^ std::uint64_t{1} << bit);
    for (int i = 0; i < 1000; ++i) {
      right = exercise_fold(right, static_cast<std::uint64_t>(i));
      wrong = exercise_fold(wrong, static_cast<std::uint64_t>(i));
      ASSERT_NE(right, wrong) << bit;
    }
  }
}

TEST(ExerciseAnswers, DependOnTheSeedAndOnTheExerciser) {
  const auto digest = [](Exercise which, std::uint64_t seed) {
    return exercise_digest(exercise_words(which, seed));
  };
  std::vector<std::uint64_t> all;
  for (const Exercise which :
       {Exercise::integer, Exercise::shuffle, Exercise::atomic, Exercise::copy, Exercise::l2}) {
    EXPECT_EQ(digest(which, 1), digest(which, 1));
    all.push_back(digest(which, 1));
    all.push_back(digest(which, 2));
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

TEST(ExerciseInteger, LeavesTheHostsWordsInEveryBlock) {
  Launch launch(Exercise::integer, 2);
  launch.run(0, [&] { exercise_integer_kernel(launch.params); });
  EXPECT_EQ(launch.wrong(), kNone);
  EXPECT_EQ(launch.smid, (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST(ExerciseInteger, FindsAFaultOfEveryInstruction) {
  for (int i = 0; i < ptx::IntegerInstructions::kCount; ++i) {
    const Planted fault({.instruction = i, .smid = 1});
    Launch launch(Exercise::integer);
    launch.run(0, [&] { exercise_integer_kernel(launch.params); });
    EXPECT_EQ(launch.wrong(), (std::vector<int>{0, kExerciseThreads, 0})) << "instruction " << i;
  }
}

TEST(ExerciseShuffle, LeavesTheHostsWordsInAnyOrder) {
  for (const std::uint32_t order : {0u, 3u}) {
    Launch launch(Exercise::shuffle);
    launch.run(order, [&] { exercise_shuffle_kernel(launch.params); });
    EXPECT_EQ(launch.wrong(), kNone) << order;
  }
}

TEST(ExerciseShuffle, FindsAFaultOfEveryInstruction) {
  for (int i = 0; i < ptx::WarpInstructions::kCount; ++i) {
    const Planted fault({.instruction = ptx::WarpInstructions::kFirst + i});
    Launch launch(Exercise::shuffle);
    launch.run(
        0, [&] { exercise_shuffle_kernel(launch.params); }, 1);
    EXPECT_GT(launch.wrong()[0], kExerciseThreads / 2) << "instruction " << i;
  }
}

TEST(ExerciseRepeats, KeepsAFaultOfOneRepeat) {
  Launch launch(Exercise::integer, 3);
  for (const int bad : {0, 1, 2}) {
    int repeat = 0;
    ga::simt::run({1}, 1, {}, [&] {
      exercise_repeats(launch.params, [&](std::uint64_t) {
        return launch.expected[0] ^ (repeat++ == bad ? 4u : 0u);
      });
    });
    EXPECT_EQ(launch.out[0], launch.expected[0] ^ 4u) << bad;
  }
}

TEST(ExerciseCheck, NamesWordAndSmAndCountsThem) {
  Launch launch(Exercise::integer);
  launch.run(0, [&] { exercise_integer_kernel(launch.params); });
  ExerciseReport report = launch.check();
  EXPECT_EQ(report.wrong, 0u);
  EXPECT_EQ(report.first, kNoMismatch);
  EXPECT_EQ(report.digest, exercise_digest(launch.expected));
  EXPECT_EQ(report.seen[0], 7u);

  launch.out[2 * kThreads + 9] ^= 2;
  launch.out[kThreads + 5] ^= 8;
  report = launch.check();
  EXPECT_EQ(report.wrong, 2u);
  EXPECT_EQ(report.first, kThreads + 5);
  EXPECT_EQ(report.smid, 1);
  EXPECT_EQ(report.expected ^ report.got, 8u);
  EXPECT_EQ(report.expected, launch.expected[5]);
  EXPECT_NE(report.digest, exercise_digest(launch.expected));
}

// One kernel that has been everywhere does not answer for the other.
TEST(ExerciseCheck, CountsTheSmsOfASecondKernelByThemselves) {
  Launch launch(Exercise::integer);
  launch.run(0, [&] { exercise_integer_kernel(launch.params); });
  EXPECT_EQ(launch.check().seen_second[0], 0u);
  const ExerciseReport report = launch.check(1);
  EXPECT_EQ(report.seen[0], 3u);
  EXPECT_EQ(report.seen_second[0], 4u);
  SeenSms first, second;
  for (int launches = 0; launches < 2; ++launches) {
    first.add(report.seen);
    second.add(report.seen_second);
  }
  EXPECT_EQ(first.count(), 2);
  EXPECT_EQ(second.count(), 1);
}

TEST(ExerciseCheck, BlocksThatRunAtOnceReachAsManySmsAsTheyFill) {
  EXPECT_EQ(least_sms(792, 6, 132), 132);
  EXPECT_EQ(least_sms(656, 5, 132), 132);  // two GPCs of an odd number of SMs
  EXPECT_EQ(least_sms(654, 5, 132), 131);
  EXPECT_EQ(least_sms(130, 1, 132), 130);
  EXPECT_EQ(least_sms(2, 5, 132), 1);
}

// exercise.special: results of block 1, and the words of all blocks.
struct SpecialLaunch {
  SpecialLaunch() : launch(Exercise::special), inputs(special_inputs(kSeed)) {
    launch.params.expected = nullptr;
    raw.resize(inputs.size() * kSpecialFunctions);
    launch.run(0, [&] {
      exercise_special_kernel(launch.params,
                              {.inputs = inputs.data(), .raw = raw.data(), .raw_block = 1});
    });
  }
  Launch launch;
  std::vector<float> inputs;
  std::vector<std::uint32_t> raw;
};

TEST(ExerciseSpecial, RoundedValuesAreWithinTheBoundAndMakeTheWords) {
  const SpecialLaunch special;
  EXPECT_EQ(special_faults(special.inputs, special.raw).wrong, 0);
  const std::vector<std::uint64_t> words = special_words(special.raw);
  for (std::size_t i = 0; i < special.launch.out.size(); ++i) {
    ASSERT_EQ(special.launch.out[i], words[i % kThreads]) << i;
  }
}

TEST(ExerciseSpecial, FindsAWrongBitOfEveryFunction) {
  for (int f = 0; f < kSpecialFunctions; ++f) {
    const Planted fault({.instruction = ptx::kFirstSpecial + f, .smid = 1, .bits = 1u << 16});
    const SpecialLaunch special;
    const SpecialFaults found = special_faults(special.inputs, special.raw);
    EXPECT_GT(found.wrong, 1000) << f;
    EXPECT_EQ(found.first % kSpecialFunctions, static_cast<std::size_t>(f));
  }
}

// Blocks 0 and 2 agree; block 1, on another SM, is within the bound and still not like them.
TEST(ExerciseSpecial, TheMajorityShowsAnSmThatDiffersWithinTheBound) {
  const Planted fault({.instruction = ptx::kFirstSpecial, .smid = 1, .bits = 1});
  const SpecialLaunch special;
  const std::vector<std::uint64_t>& out = special.launch.out;
  EXPECT_EQ(majority_block(out), 0u);
  EXPECT_EQ(special_faults(special.inputs, special.raw).wrong, 0);
  EXPECT_FALSE(std::equal(out.begin(), out.begin() + kThreads, out.begin() + kThreads));
  EXPECT_TRUE(std::equal(out.begin(), out.begin() + kThreads, out.begin() + 2 * kThreads));
}

// A GPU of three blocks, of which the launches named leave other words in block 0.
struct ReferenceLaunches {
  Result<ReferenceBlock> find() {
    return reference_block([&](std::optional<std::size_t> block) {
      std::vector<std::uint64_t> words(3 * kThreads, 1);
      std::fill_n(words.begin() + kThreads, kThreads, 2);
      if (bad.contains(told.size())) words[17] = 3;
      told.push_back(block);
      return Result<std::vector<std::uint64_t>>(words);
    });
  }
  std::set<std::size_t> bad;
  std::vector<std::optional<std::size_t>> told = {};
};

// In launches 1 and 2 block 0 lies on an SM that is not like most.
TEST(ReferenceBlock, IsOfALaunchInWhichItLeftWhatMostLeave) {
  ReferenceLaunches launches{.bad = {1, 2}};
  const auto reference = launches.find();
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->block, 0u);
  EXPECT_EQ(reference->words, std::vector<std::uint64_t>(kThreads, 1));
  EXPECT_EQ(launches.told, (std::vector<std::optional<std::size_t>>{std::nullopt, 0, 0, 0}));
}

TEST(ReferenceBlock, IsNoneThatMostDoNotAgreeWith) {
  ReferenceLaunches launches{.bad = {1, 2, 3, 4}};
  EXPECT_FALSE(launches.find());
  EXPECT_EQ(launches.told.size(), std::size_t{kReferenceTries} + 1);
}

TEST(SpecialBound, IsThatOfTheDocumentation) {
  const float one = 1.0f;
  const auto next = [](float x, int ulps) {
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) + static_cast<std::uint32_t>(ulps));
  };
  EXPECT_TRUE(special_within(Special::ex2, one, next(2.0f, 2)));
  EXPECT_FALSE(special_within(Special::ex2, one, next(2.0f, 3)));
  EXPECT_TRUE(special_within(Special::rcp, 2.0f, next(0.5f, 1)));
  EXPECT_FALSE(special_within(Special::rcp, 2.0f, next(0.5f, 2)));
  EXPECT_TRUE(special_within(Special::sqrt, 4.0f, next(2.0f, 1)));
  EXPECT_FALSE(special_within(Special::sqrt, 4.0f, next(2.0f, 2)));
  EXPECT_TRUE(special_within(Special::rsqrt, 4.0f, next(0.5f, 1)));
  EXPECT_FALSE(special_within(Special::rsqrt, 4.0f, next(0.5f, 2)));
  EXPECT_TRUE(special_within(Special::lg2, one, 0x1p-22f));
  EXPECT_FALSE(special_within(Special::lg2, one, 0x1.01p-22f));
  EXPECT_TRUE(special_within(Special::lg2, 1024.0f, 10.0f * (1 + 0x1p-23f)));
  EXPECT_FALSE(special_within(Special::lg2, 1024.0f, 10.0f * (1 + 0x1p-21f)));
  EXPECT_TRUE(special_within(Special::sin, 1e-7f, 6e-7f));
  EXPECT_FALSE(special_within(Special::sin, 1e-7f, 9e-7f));
  EXPECT_TRUE(special_within(Special::cos, 100.0f, std::cos(100.0f) + 3e-5f));
  EXPECT_FALSE(special_within(Special::cos, 100.0f, std::cos(100.0f) + 5e-5f));
  EXPECT_TRUE(special_within(Special::cos, 1e6f, 0.0f));  // beyond 100 pi nothing is promised
  EXPECT_TRUE(special_within(Special::tanh, one, std::tanh(one) * (1 + 0x1p-12f)));
  EXPECT_FALSE(special_within(Special::tanh, one, std::tanh(one) * (1 + 0x1p-10f)));
}

TEST(SpecialBound, TakesEdgesAsTheTablesSay) {
  const float infinite = INFINITY, none = NAN, tiny = 0x1p-149f;
  EXPECT_TRUE(special_within(Special::rcp, -0.0f, -infinite));
  EXPECT_FALSE(special_within(Special::rcp, -0.0f, infinite));
  EXPECT_TRUE(special_within(Special::rcp, -infinite, -0.0f));
  EXPECT_FALSE(special_within(Special::rcp, -infinite, 0.0f));
  EXPECT_TRUE(special_within(Special::rcp, tiny, infinite));  // 2^149 overflows
  EXPECT_FALSE(special_within(Special::rcp, tiny, -infinite));
  EXPECT_TRUE(special_within(Special::lg2, -0.0f, -infinite));
  EXPECT_TRUE(special_within(Special::lg2, tiny, -149.0f));
  EXPECT_FALSE(special_within(Special::lg2, tiny, -infinite));  // flushed
  EXPECT_TRUE(special_within(Special::lg2, -1.0f, none));
  EXPECT_FALSE(special_within(Special::lg2, -1.0f, 0.0f));
  EXPECT_TRUE(special_within(Special::rsqrt, -0.0f, -infinite));
  EXPECT_TRUE(special_within(Special::sqrt, -0.0f, -0.0f));
  EXPECT_TRUE(special_within(Special::ex2, infinite, infinite));
  EXPECT_TRUE(special_within(Special::ex2, -infinite, 0.0f));
  EXPECT_TRUE(special_within(Special::ex2, 200.0f, infinite));
  EXPECT_FALSE(special_within(Special::ex2, 100.0f, infinite));
  EXPECT_TRUE(special_within(Special::cos, infinite, none));
  EXPECT_TRUE(special_within(Special::tanh, -infinite, -1.0f));
  EXPECT_TRUE(special_within(Special::sqrt, none, none));
  EXPECT_FALSE(special_within(Special::sqrt, 4.0f, none));
}

}  // namespace
