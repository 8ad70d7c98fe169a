// The kernels of the all-reduce for ranks that share a grid, executed on the CPU; its data and its
// check; the copy over a link.
#include "kernels/testing/simt_ptx.h"
#include "kernels/testing/simt_ptx_system.h"
//
#include <gtest/gtest.h>

#include "kernels/allreduce/allreduce_kernels.cuh"
#include "kernels/check/mismatch.cuh"
#include "kernels/link/link_kernel.cuh"
#include "kernels/testing/allreduce_team.h"

namespace {

using ga::AllReduceAlgorithm;
using ga::Bf16;
using ga::ElementType;
using ga::Fp16;
using ga::testing::ReduceStep;
using ga::testing::ReduceTeam;

constexpr unsigned kThreads = 16;

template <AllReduceAlgorithm kAlgorithm, class T>
void run_virtual(const ga::AllReduceArgs& args, unsigned blocks, std::uint32_t order) {
  const unsigned grid = blocks * static_cast<unsigned>(args.ranks);
  ga::simt::run({grid}, kThreads, {.order_seed = order, .cluster = grid},
                [&] { ga::all_reduce_virtual_kernel<kAlgorithm, T>(args); });
}

template <AllReduceAlgorithm kAlgorithm>
void expect_exact(ReduceTeam& team, ReduceStep step, unsigned blocks, std::uint64_t seed) {
  step.algorithm = kAlgorithm;
  for (int rank = 0; rank < team.ranks(); ++rank) team.fill(rank, seed, step);
  const ga::AllReduceArgs args = team.args(step, 1);
  const auto order = static_cast<std::uint32_t>(seed);
  if (step.type == ElementType::bf16) run_virtual<kAlgorithm, Bf16>(args, blocks, order);
  if (step.type == ElementType::fp16) run_virtual<kAlgorithm, Fp16>(args, blocks, order);
  if (step.type == ElementType::fp32) run_virtual<kAlgorithm, float>(args, blocks, order);
  for (int rank = 0; rank < team.ranks(); ++rank) {
    EXPECT_EQ(team.wrong(rank, seed, step), 0u)
        << step.count << " on rank " << rank << " of " << team.ranks();
    EXPECT_EQ(team.fault(rank), 0u);
  }
}

// Call after call on the same signals, grids of one and two blocks a rank in turn.
TEST(AllReduceKernels, AreExactForRanksThatShareAGrid) {
  for (const int ranks : {1, 2, 5, 8}) {
    ReduceTeam team(ranks, 4096);
    std::uint64_t seed = 1;
    for (const std::size_t count : {1u, 3u, 8u, 65u, 257u, 1021u}) {
      for (const auto type : {ElementType::bf16, ElementType::fp16, ElementType::fp32}) {
        const ReduceStep step{count, type, AllReduceAlgorithm::two_shot, seed % 2 == 0};
        const unsigned blocks = 1 + seed % 3 % 2;
        expect_exact<AllReduceAlgorithm::one_shot>(team, step, blocks, seed);
        expect_exact<AllReduceAlgorithm::two_shot>(team, step, blocks, seed);
        expect_exact<AllReduceAlgorithm::nvls>(team, step, blocks, seed);
        ++seed;
      }
    }
  }
}

// What a rank's kernel does with another rank's signals: a grid without rank 1 stands still.
TEST(AllReduceKernelsDeathTest, WaitForEveryRank) {
  ReduceTeam team(2, 4096);
  const ga::AllReduceArgs args = team.args({}, 1);
  EXPECT_DEATH(
      ga::simt::run({1}, kThreads, {.cluster = 1},
                    [&] { ga::all_reduce_kernel<AllReduceAlgorithm::two_shot, float>(args, 0); }),
      "hangs");
}

TEST(AllReduceKernels, ReturnAtOnceWhereARankHasGivenUp) {
  ReduceTeam team(2, 4096);
  const ReduceStep step{8, ElementType::fp32};
  const ga::AllReduceArgs args = team.args(step, 1);
  args.peers.signals[0]->failed = 1;
  ga::simt::run({1}, kThreads, {.cluster = 1},
                [&] { ga::all_reduce_kernel<AllReduceAlgorithm::two_shot, float>(args, 0); });
  EXPECT_EQ(team.signals(1).flag[0][0], 0u);
}

TEST(ReduceFillKernel, IsTheHostsData) {
  std::vector<std::uint16_t> data(70, 0xFFFF);
  const std::uint64_t key = ga::exact_reduce_key(4);
  ga::simt::run({2}, 32, {}, [&] {
    ga::fill_reduce_kernel(data.data(), std::size_t{69}, ElementType::fp16, key, 5);
  });
  for (std::size_t i = 0; i < 69; ++i) {
    const int value = ga::exact_reduce_element(ga::pattern_word(key, i), 5);
    ASSERT_EQ(ga::to_float(Fp16{data[i]}), static_cast<float>(value));
  }
  EXPECT_EQ(data[69], 0xFFFF);
}

TEST(ReduceCheck, CountsElementsAndNamesTheFirst) {
  const std::uint64_t key = ga::exact_reduce_key(9);
  std::vector<std::uint16_t> data(101);
  for (std::size_t i = 0; i < data.size(); ++i) {
    const int sum = ga::exact_reduce_sum(ga::pattern_word(key, i), 8);
    data[i] = static_cast<std::uint16_t>(ga::exact_reduce_bits(sum, ElementType::bf16));
  }
  const ga::ReduceSource source{data.data(), ElementType::bf16, key, 8};
  const auto check = [&] {
    ga::Mismatch report{5, 5, 5, 5};
    ga::simt::run({1}, 1, {}, [&] { ga::mismatch_reset_kernel(&report); });
    ga::simt::run({2}, 64, {}, [&] { ga::mismatch_kernel<64>(source, data.size(), &report); });
    ga::simt::run({1}, 1, {}, [&] { ga::mismatch_explain_kernel(source, &report); });
    return report;
  };
  EXPECT_EQ(check().wrong, 0u);
  const std::uint16_t right = data[100];
  data[100] ^= 0x8000;
  const ga::Mismatch found = check();
  EXPECT_EQ(found.wrong, 1u);
  EXPECT_EQ(found.first, 100u);
  EXPECT_EQ(found.expected, right);
  EXPECT_EQ(found.got, right ^ 0x8000);
  // The sum without one rank is wrong everywhere.
  const ga::ReduceSource fewer{data.data(), ElementType::bf16, key, 7};
  ga::Mismatch report{};
  ga::simt::run({1}, 64, {}, [&] { ga::mismatch_kernel<64>(fewer, data.size(), &report); });
  EXPECT_EQ(report.wrong, 101u);
}

TEST(LinkCopyKernel, CopiesEveryByteAndNoMore) {
  for (const std::size_t bytes : {1u, 15u, 16u, 17u, 4095u, 4096u, 4097u, 10007u}) {
    for (const unsigned blocks : {1u, 3u}) {
      alignas(16) static unsigned char from[10016], to[10016];
      for (std::size_t i = 0; i < sizeof from; ++i) from[i] = static_cast<unsigned char>(i * 7 / 3);
      std::fill(std::begin(to), std::end(to), static_cast<unsigned char>(0xEE));
      ga::simt::run({blocks}, 64, {}, [&] { ga::link_copy_kernel<64, 4>(to, from, bytes); });
      ASSERT_TRUE(std::equal(from, from + bytes, to)) << bytes;
      EXPECT_EQ(to[bytes], 0xEE);
    }
  }
}

}  // namespace
