// The protocol by host threads: right at every tail, in place, call after call without a pause,
// with counters that pass 2^32; and a rank that is late or dead is named. The same under
// ThreadSanitizer, with its negative controls: kernels/testing/allreduce_race.cpp.
#include "kernels/testing/allreduce_threads.h"
//
#include <gtest/gtest.h>

namespace {

using ga::AllReduceAlgorithm;
using ga::ElementType;
using ga::testing::ReduceStep;
using ga::testing::ReduceTeam;
using ga::testing::run_threads;

constexpr ElementType kTypes[] = {ElementType::bf16, ElementType::fp16, ElementType::fp32};
constexpr AllReduceAlgorithm kAlgorithms[] = {
    AllReduceAlgorithm::one_shot, AllReduceAlgorithm::two_shot, AllReduceAlgorithm::nvls};
constexpr std::size_t kMostBytes = 8192;

// Around words, vectors, parts and rounds over the blocks; large behind small and the other way.
const std::vector<std::size_t> kCounts = {1,  1000, 2,  3,  257, 4,  5,   7,  8,   9,   15,
                                          16, 17,   31, 33, 1,   63, 509, 65, 127, 129, 1021};

std::vector<ReduceStep> all_steps(AllReduceAlgorithm algorithm) {
  std::vector<ReduceStep> steps;
  for (const std::size_t count : kCounts) {
    for (const ElementType type : kTypes) {
      steps.push_back({count, type, algorithm, steps.size() % 2 == 1});
    }
  }
  return steps;
}

TEST(AllReduceProtocol, IsExactAtEveryTailInPlaceAndNot) {
  for (const int ranks : {1, 2, 3, 4}) {
    ReduceTeam team(ranks, kMostBytes);
    for (const AllReduceAlgorithm algorithm : kAlgorithms) {
      EXPECT_EQ(run_threads(team, all_steps(algorithm), {}), 0u) << ranks;
    }
    for (int rank = 0; rank < ranks; ++rank) EXPECT_EQ(team.fault(rank), 0u);
  }
}

// One algorithm's call behind another's, sizes and grids that jump, one rank that is often slow.
TEST(AllReduceProtocol, MixesAlgorithmsSizesAndGridsWithoutAPause) {
  ReduceTeam team(4, kMostBytes);
  std::vector<ReduceStep> steps;
  for (std::size_t k = 0; k < 90; ++k) {
    steps.push_back({1 + (k * 7919) % 1500, kTypes[k % 3], kAlgorithms[k / 2 % 3], k % 5 == 0,
                     static_cast<int>(k * k % 3)});
  }
  EXPECT_EQ(run_threads(team, steps, {.lingering = 2}), 0u);
  // All of one algorithm, whose packets have two halves for calls of any grid.
  steps.clear();
  for (std::size_t k = 0; k < 40; ++k) {
    steps.push_back({400, ElementType::fp32, AllReduceAlgorithm::one_shot, false,
                     static_cast<int>(1 + k / 2 % 2)});
  }
  EXPECT_EQ(run_threads(team, steps, {.budget_ns = 5'000'000'000, .lingering = 2}), 0u);
  for (int rank = 0; rank < 4; ++rank) EXPECT_EQ(team.fault(rank), 0u);
}

TEST(AllReduceProtocol, CountersPassTheEndOfTheirRange) {
  for (const AllReduceAlgorithm algorithm : kAlgorithms) {
    ReduceTeam team(3, kMostBytes);
    team.begin_at(0xFFFFFFF0u);
    const std::vector<ReduceStep> steps(20, ReduceStep{300, ElementType::bf16, algorithm});
    EXPECT_EQ(run_threads(team, steps, {.lingering = 1}), 0u);
    const ga::AllReduceSignals& end = team.signals(0);
    EXPECT_LT(algorithm == AllReduceAlgorithm::one_shot ? end.packets[0] : end.epoch[0], 100u);
  }
}

// The call that would have the number of fresh scratch has another one, and the next its other
// half.
TEST(AllReduceProtocol, NoCallIsNumberZero) {
  EXPECT_EQ(ga::next_call(0), 1u);
  EXPECT_EQ(ga::next_call(0xFFFFFFFEu), 0xFFFFFFFFu);
  EXPECT_EQ(ga::next_call(0xFFFFFFFFu), 2u);
}

TEST(AllReduceProtocol, WaitsNameTheLateRank) {
  for (const AllReduceAlgorithm algorithm : kAlgorithms) {
    ReduceTeam team(4, kMostBytes);
    const std::vector<ReduceStep> steps(5, ReduceStep{100, ElementType::fp32, algorithm});
    EXPECT_EQ(run_threads(team, steps, {.late = 2, .late_ms = 30}), 0u);
    const auto waited = [&](int rank, int peer) {
      const ga::AllReduceWaits& w = team.waits(rank);
      return algorithm == AllReduceAlgorithm::one_shot ? w.data_ns[peer] : w.entry_ns[peer];
    };
    for (const int rank : {0, 1, 3}) {
      // Of 150 ms in all: on a busy machine who waits begins late too.
      EXPECT_GT(waited(rank, 2), 30'000'000u);
      for (const int peer : {0, 1, 3}) EXPECT_LT(waited(rank, peer), waited(rank, 2));
      EXPECT_LT(waited(2, rank), waited(rank, 2));
    }
  }
}

TEST(AllReduceProtocol, ADeadRankIsNamedByAllAndNobodyHangs) {
  for (const AllReduceAlgorithm algorithm : kAlgorithms) {
    ReduceTeam team(3, kMostBytes);
    // Ten calls, but only the first is waited for.
    const std::vector<ReduceStep> steps(10, ReduceStep{100, ElementType::fp32, algorithm});
    (void)run_threads(team, steps, {.budget_ns = 400'000'000, .dead = 1});
    for (const int rank : {0, 2}) {
      const ga::AllReduceFault fault = ga::all_reduce_fault(team.fault(rank));
      EXPECT_EQ(fault.waiter, rank);
      EXPECT_EQ(fault.peer, 1);
      EXPECT_TRUE(fault.block == 0 || fault.block == 1);
      EXPECT_EQ(fault.epoch, 1u);
    }
    EXPECT_EQ(ga::all_reduce_fault(team.fault(1)).waiter, -1);
  }
}

// Sums that are not exact: in the order of ranks, rounded once, and the same bits everywhere.
TEST(AllReduceProtocol, AddsInTheOrderOfRanksAndRoundsOnce) {
  const float values[] = {0x1p24f, 1.0f, 1.0f, -0x1p24f};  // in this order 0; exactly 2
  for (const AllReduceAlgorithm algorithm : kAlgorithms) {
    ReduceTeam team(4, kMostBytes);
    const ReduceStep step{5, ElementType::fp32, algorithm};  // one vector and a tail
    const ga::AllReduceArgs args = team.args(step, 30'000'000'000);
    std::vector<std::thread> running;
    for (int rank = 0; rank < 4; ++rank) {
      std::fill_n(static_cast<float*>(team.in(rank)), 5, values[rank]);
    }
    std::vector<std::unique_ptr<ga::testing::VotingBarrier>> barriers;
    for (int rank = 0; rank < 4; ++rank) {
      barriers.push_back(std::make_unique<ga::testing::VotingBarrier>(4));
    }
    for (int rank = 0; rank < 4; ++rank) {
      for (int tid = 0; tid < 4; ++tid) {
        running.emplace_back([&, rank, tid] {
          ga::testing::HostThread<ga::AllReduceRules{}, true> thread{
              args, rank, 0, 1, tid, 4, *barriers[static_cast<std::size_t>(rank)], false, 0};
          ga::testing::run_step(thread, step);
        });
      }
    }
    for (std::thread& thread : running) thread.join();
    for (int rank = 0; rank < 4; ++rank) {
      for (int i = 0; i < 5; ++i) EXPECT_EQ(static_cast<const float*>(team.out(rank))[i], 0.0f);
    }
  }
}

}  // namespace
