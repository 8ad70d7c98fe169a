// The exercisers of atomics, copies and the L2, executed on the CPU in many orders.
#include "kernels/testing/simt_ptx_exercise.h"
//
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "kernels/exercise/exercise_atomic.cuh"
#include "kernels/exercise/exercise_check.cuh"
#include "kernels/exercise/exercise_copy.cuh"

namespace {

using namespace ga;

constexpr std::uint64_t kSeed = 8;
constexpr unsigned kBlocks = 2;
constexpr std::size_t kThreads = kExerciseThreads;

struct MemoryLaunch {
  explicit MemoryLaunch(Exercise which, int repeats = 1)
      : expected(exercise_words(which, kSeed)), inputs(exercise_inputs(which, kSeed)) {
    params = {.key = exercise_key(kSeed, which),
              .expected = expected.data(),
              .out = out.data(),
              .smid = smid.data(),
              .repeats = repeats};
  }
  std::vector<std::size_t> wrong() const {
    std::vector<std::size_t> where;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (out[i] != expected[i % kThreads]) where.push_back(i);
    }
    return where;
  }

  std::vector<std::uint64_t> expected, inputs;
  std::vector<std::uint64_t> out = std::vector<std::uint64_t>(kBlocks * kThreads, 0);
  std::vector<std::uint32_t> smid = std::vector<std::uint32_t>(kBlocks, 99);
  ExerciseParams params;
};

TEST(ExerciseAtomic, LeavesTheHostsWordsInAnyOrder) {
  for (const std::uint32_t order : {0u, 1u, 7u}) {
    MemoryLaunch launch(Exercise::atomic, 2);
    std::vector<AtomicWords> words(kBlocks);
    std::vector<std::uint64_t> ring(kAtomicRing, 0);
    simt::run({kBlocks}, kExerciseThreads, {.order_seed = order}, [&] {
      exercise_atomic_kernel(launch.params, {.words = words.data(), .ring = ring.data()});
    });
    EXPECT_TRUE(launch.wrong().empty()) << order;
    for (std::size_t i = 0; i < ring.size(); ++i) {
      EXPECT_EQ(ring[i], launch.inputs[i] * kBlocks * 2) << i;
    }
    // A hand-sized look: every ticket was drawn once, and the count wrapped four times.
    for (const std::uint32_t drawn : words[0].drawn) EXPECT_EQ(drawn, ~0u);
    EXPECT_EQ(words[0].ticket, 4096u);
    EXPECT_EQ(words[0].wrapped, 4096u % (kAtomicWrap + 1));
    EXPECT_EQ(words[0].cleared[0], 0u);
    EXPECT_EQ(words[0].wide_set[63], ~std::uint64_t{0});
  }
}

// Operation number `dropped` of those that a thread makes in its round is lost.
struct LossyAtomics {
  static inline int dropped = -1, count = 0;
  static bool lost() { return count++ == dropped; }

  template <class T>
  static T add(T* at, T value) {
    return lost() ? *at : atomicAdd(at, value);
  }
  template <class T>
  static T min(T* at, T value) {
    return lost() ? *at : atomicMin(at, value);
  }
  template <class T>
  static T max(T* at, T value) {
    return lost() ? *at : atomicMax(at, value);
  }
  template <class T>
  static void bit_and(T* at, T value) {
    if (!lost()) atomicAnd(at, value);
  }
  template <class T>
  static void bit_or(T* at, T value) {
    if (!lost()) atomicOr(at, value);
  }
  template <class T>
  static void bit_xor(T* at, T value) {
    if (!lost()) atomicXor(at, value);
  }
  static void wrap(std::uint32_t* at, std::uint32_t limit) {
    if (!lost()) atomicInc(at, limit);
  }
  template <class T>
  static T exchange(T* at, T value) {
    return lost() ? *at : atomicExch(at, value);
  }
  template <class T>
  static void add_by_swaps(T* at, T value) {
    if (!lost()) *at += value;
  }
};

// The words of one block where the operation is lost of every 8th thread, in all rounds.
std::vector<std::uint32_t> atomics_without(int operation) {
  std::vector<std::uint32_t> start(kAtomicWordCount);
  for (std::size_t i = 0; i < start.size(); ++i) start[i] = atomic_start(i);
  AtomicWords words;
  std::memcpy(&words, start.data(), sizeof words);
  for (int round = 0; round < kExerciseRounds; ++round) {
    for (int thread = 0; thread < kExerciseThreads; ++thread) {
      LossyAtomics::count = 0;
      LossyAtomics::dropped = (thread + round) % 8 == 0 ? operation : -1;
      atomic_round<LossyAtomics>(words, exercise_key(kSeed, Exercise::atomic), round, thread);
    }
  }
  atomic_finish(words);
  std::memcpy(start.data(), &words, sizeof words);
  return start;
}

TEST(ExerciseAtomic, ALostOperationOfAnyKindIsSeen) {
  const std::vector<std::uint32_t> right = atomics_without(-1);
  constexpr int kOperations = 28;  // of a thread's round, swaps included
  AtomicWords words{};
  LossyAtomics::count = 0;
  atomic_round<LossyAtomics>(words, 1, 0, 0);
  EXPECT_EQ(LossyAtomics::count, kOperations);
  for (int i = 0; i < kOperations; ++i) {
    EXPECT_TRUE(atomics_without(i) != right) << "operation " << i;
  }
}

// What went back to global memory is read from there with the same bits wrong in every word, and
// each from `moved` words away.
struct WrongBack final : simt::Memory {
  static inline const std::uint64_t* begin = nullptr;

  WrongBack(std::uint64_t bits_wrong, std::size_t words) : bits(bits_wrong), moved(words) {
    simt::memory = this;
  }
  ~WrongBack() override { simt::memory = nullptr; }
  std::uint64_t load_word(const std::uint64_t* from) override {
    return begin[static_cast<std::size_t>(from - begin) ^ moved] ^ bits;
  }
  std::uint64_t bits;
  std::size_t moved;
};

void run_copy(MemoryLaunch& launch, const simt::Options& options) {
  std::vector<std::uint64_t> back(kBlocks * 2 * kCopyQuarterWords, 0);
  WrongBack::begin = back.data();
  simt::Options all = options;
  all.dynamic_shared = kCopySharedBytes;
  simt::run({kBlocks}, kExerciseThreads, all, [&] {
    exercise_copy_kernel(launch.params, {.source = launch.inputs.data(), .back = back.data()});
  });
}

struct alignas(128) Aligned {
  std::uint64_t word[16];
};

void run_copy_tma(MemoryLaunch& launch, const simt::Options& options) {
  std::vector<Aligned> source(kCopySourceWords / 16), back(kBlocks * 2 * kCopyQuarterWords / 16);
  WrongBack::begin = back.front().word;
  std::memcpy(source.data(), launch.inputs.data(), kCopySourceWords * 8);
  const auto map = [](std::vector<Aligned>& rows) {
    return simt::encode({.data = rows.data(),
                         .element = ElementType::int32,
                         .cols = 32,
                         .rows = rows.size(),
                         .pitch_bytes = 128,
                         .box_cols = 32,
                         .box_rows = kCopyBoxRows});
  };
  const CopyTmaParams copy{.source = map(source),
                           .back = map(back),
                           .source_bytes = reinterpret_cast<const unsigned char*>(source.data()),
                           .back_bytes = reinterpret_cast<unsigned char*>(back.data())};
  simt::Options all = options;
  all.dynamic_shared = kCopyTmaSharedBytes;
  all.cluster = kCopyCluster;
  simt::run({kBlocks}, kExerciseThreads, all,
            [&] { exercise_copy_tma_kernel(launch.params, copy); });
}

const simt::Options kOrders[] = {{},
                                 {.eager_copies = true},
                                 {.order_seed = 5},
                                 {.order_seed = 6, .slow_block = 1},
                                 {.order_seed = 9, .slow_warp = 3}};

TEST(ExerciseCopy, LeavesTheHostsWordsHoweverLateCopiesLand) {
  for (const simt::Options& options : kOrders) {
    MemoryLaunch launch(Exercise::copy);
    run_copy(launch, options);
    EXPECT_TRUE(launch.wrong().empty());
  }
}

TEST(ExerciseCopy, TmaLeavesTheSameWords) {
  for (const simt::Options& options : kOrders) {
    MemoryLaunch launch(Exercise::copy, options.order_seed == 5 ? 2 : 1);
    run_copy_tma(launch, options);
    EXPECT_TRUE(launch.wrong().empty());
  }
}

// One bit of one word on its way: of the thread that reads it, in both blocks.
TEST(ExerciseCopy, AWrongBitIsOfTheThreadThatReadsIt) {
  for (const bool tma : {false, true}) {
    MemoryLaunch launch(Exercise::copy);
    launch.inputs[5 * kThreads + 77] ^= std::uint64_t{1} << 40;
    tma ? run_copy_tma(launch, {}) : run_copy(launch, {});
    EXPECT_EQ(launch.wrong(), (std::vector<std::size_t>{77, kThreads + 77})) << tma;
  }
}

// A thread reads eight words back: an even number of equal errors must not cancel.
TEST(ExerciseCopy, TheSameErrorInAllWordsOfAThreadIsSeen) {
  constexpr std::uint64_t kBit = std::uint64_t{1} << 40;
  for (const bool tma : {false, true}) {
    for (const auto& [bits, moved] :
         {std::pair{kBit, std::size_t{0}}, std::pair{0 * kBit, std::size_t{kCopyQuarterWords}},
          std::pair{0 * kBit, kThreads}}) {
      MemoryLaunch launch(Exercise::copy);
      const WrongBack wrong(bits, moved);
      tma ? run_copy_tma(launch, {}) : run_copy(launch, {});
      EXPECT_EQ(launch.wrong().size(), launch.out.size()) << tma << ": " << bits << ", " << moved;
    }
  }
}

// 9 tiles on 4 blocks, so that blocks have different shares.
struct L2Launch {
  static constexpr std::size_t kTiles = 9, kL2Blocks = 4;
  static constexpr std::size_t kWords = kTiles * kThreads * 2;

  void pass(int number, std::size_t blocks = kL2Blocks) {
    simt::run({static_cast<unsigned>(blocks)}, kExerciseThreads, {}, [&] {
      exercise_l2_kernel({.data = data.data(),
                          .tiles = kTiles,
                          .key = exercise_key(kSeed, Exercise::l2),
                          .smid = smid.data(),
                          .pass = number});
    });
  }
  ExerciseReport check() {
    const L2Source source{.data = reinterpret_cast<const std::uint64_t*>(data.data()),
                          .words = kWords,
                          .key = exercise_key(kSeed, Exercise::l2),
                          .all = l2_all_passes(),
                          .smid = smid.data(),
                          .blocks = kL2Blocks};
    ExerciseReport report;
    simt::run({2}, kExerciseThreads, {}, [&] { exercise_compare_kernel(source, &report); });
    simt::run({1}, kExerciseThreads, {}, [&] { exercise_settle_kernel(source, &report); });
    return report;
  }
  std::vector<ptx::Vector> data = std::vector<ptx::Vector>(kTiles * kThreads);
  std::vector<std::uint32_t> smid = std::vector<std::uint32_t>(kL2Blocks, 99);
};

TEST(ExerciseL2, LeavesTheClosedFormAndItsDigest) {
  L2Launch l2;
  for (int pass = kL2Fill; pass < kL2Passes; ++pass) l2.pass(pass);
  const ExerciseReport report = l2.check();
  EXPECT_EQ(report.wrong, 0u);
  EXPECT_EQ(report.digest, exercise_digest(exercise_words(Exercise::l2, kSeed)));
  EXPECT_EQ(report.seen[0], 15u);
}

// Where blocks lie on SMs in turn, and in any other way that gives each SM every so manieth.
TEST(ExerciseL2, EveryPassGivesATileToABlockOfAnotherSm) {
  for (const std::size_t sms : {17, 108, 114, 132, 142, 144, 148, 152, 160, 188}) {
    for (std::size_t per_sm = 3; per_sm <= 8; ++per_sm) {
      const std::size_t blocks = sms * per_sm;
      EXPECT_EQ(std::gcd(kL2Step, blocks), 1u) << blocks;
      for (const std::size_t tile : {std::size_t{0}, std::size_t{20}, blocks - 1}) {
        std::set<std::size_t> seen;
        for (int pass = kL2Fill; pass < kL2Passes; ++pass) {
          seen.insert(l2_block(tile, pass, blocks) % sms);
        }
        EXPECT_EQ(seen.size(), static_cast<std::size_t>(kL2Passes) + 1) << sms << " x " << per_sm;
      }
    }
  }
}

TEST(ExerciseL2, TwoPassesInARowUseOtherSmsHoweverFewThereAre) {
  for (const std::size_t sms : {2, 14, 16}) {
    for (std::size_t per_sm = 3; per_sm <= 8; ++per_sm) {
      const std::size_t blocks = sms * per_sm;
      for (int pass = kL2Fill; pass + 1 < kL2Passes; ++pass) {
        EXPECT_NE(l2_block(1, pass, blocks) % sms, l2_block(1, pass + 1, blocks) % sms) << blocks;
      }
    }
  }
}

TEST(ExerciseL2, AWriteThatIsLostIsFoundAndItsSmNamed) {
  L2Launch l2;
  for (int pass = kL2Fill; pass < kL2Passes - 1; ++pass) l2.pass(pass);
  const std::vector<ptx::Vector> before = l2.data;
  l2.pass(kL2Passes - 1);
  const std::size_t vector = 4 * kThreads + 3;
  l2.data[vector] = before[vector];
  const ExerciseReport report = l2.check();
  EXPECT_EQ(report.wrong, 2u);
  EXPECT_EQ(report.first, 2 * vector);
  EXPECT_EQ(report.got, before[vector].word[0]);
  EXPECT_EQ(report.expected, l2_step({}, before[vector].word[0]));
  EXPECT_EQ(report.smid, static_cast<std::int32_t>(l2_block(4, kL2Passes - 1, 4)));
}

}  // namespace
