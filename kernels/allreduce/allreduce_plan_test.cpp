// What a call may be, its grid, scratch and algorithm, by hand-sized cases.
#include "kernels/allreduce/allreduce_plan.h"

#include <gtest/gtest.h>

#include "kernels/allreduce/allreduce_args.h"

namespace {

using ga::AllReduceAlgorithm;
using ga::AllReduceCall;
using ga::ElementType;
using ga::MulticastSupport;

struct Arrays {
  alignas(16) unsigned char data[16];
  ga::AllReduceSignals signals;
  std::uint64_t fault;
};

AllReduceCall good(Arrays& arrays) {
  AllReduceCall call{.count = 8, .ranks = 2, .fault = &arrays.fault};
  for (int r = 0; r < 2; ++r) {
    call.peers.in[r] = arrays.data;
    call.peers.out[r] = arrays.data;
    call.peers.scratch[r] = arrays.data;
    call.peers.signals[r] = &arrays.signals;
  }
  return call;
}

TEST(AllReducePlan, RefusesWhatACallCannotBe) {
  static Arrays arrays;
  ASSERT_TRUE(ga::all_reduce_usage(good(arrays)));
  const auto refused = [](AllReduceCall call, auto&& spoil, const char* part) {
    spoil(call);
    const ga::Status status = ga::all_reduce_usage(call);
    ASSERT_FALSE(status) << part;
    EXPECT_EQ(status.error().code(), ga::ErrorCode::usage);
    EXPECT_NE(status.error().what().find(part), std::string::npos) << status.error().what();
  };
  const AllReduceCall call = good(arrays);
  refused(
      call, [](AllReduceCall& c) { c.ranks = 9; }, "9 ranks");
  refused(
      call, [](AllReduceCall& c) { c.rank = 2; }, "rank 2 of 2");
  refused(
      call, [](AllReduceCall& c) { c.count = 0; }, "no elements");
  refused(
      call, [](AllReduceCall& c) { c.type = ElementType::fp64; }, "alone");
  refused(
      call, [](AllReduceCall& c) { c.blocks = 33; }, "33 blocks");
  refused(
      call, [](AllReduceCall& c) { c.budget_ns = 0; }, "no time");
  refused(
      call, [](AllReduceCall& c) { c.fault = nullptr; }, "fault");
  refused(
      call, [](AllReduceCall& c) { c.peers.out[1] = nullptr; }, "rank 1");
  refused(
      call, [](AllReduceCall& c) { c.peers.in[0] = arrays.data + 8; }, "rank 0");
  refused(
      call,
      [](AllReduceCall& c) {
        c.algorithm = AllReduceAlgorithm::one_shot;
        c.count = ga::kOneShotMostBytes / 2 + 1;
      },
      "at most 262144");
}

// Eight ranks: 2 x 8 x 32768 packets of 16 bytes, and an eighth of the vectors, rounded up.
TEST(AllReducePlan, ScratchByHand) {
  EXPECT_EQ(ga::all_reduce_scratch_bytes(0, 8), std::size_t{8} << 20);
  EXPECT_EQ(ga::all_reduce_scratch_bytes(129, 8), (std::size_t{8} << 20) + 2 * 16);
}

TEST(AllReducePlan, GridsGrowUpToTheMost) {
  using enum AllReduceAlgorithm;
  EXPECT_EQ(ga::all_reduce_blocks(one_shot, 1, 8), 1);
  EXPECT_EQ(ga::all_reduce_blocks(one_shot, 512 * 8 + 1, 8), 2);
  EXPECT_EQ(ga::all_reduce_blocks(two_shot, 8 * 512 * 16, 8), 1);
  EXPECT_EQ(ga::all_reduce_blocks(two_shot, 8 * 512 * 16 + 1, 8), 2);
  EXPECT_EQ(ga::all_reduce_blocks(nvls, std::size_t{1} << 33, 8), ga::kAllReduceMostBlocks);
}

TEST(AllReducePlan, PicksByTheTable) {
  using enum AllReduceAlgorithm;
  const auto best = [](std::size_t kib, int ranks, MulticastSupport multicast) {
    return ga::best_algorithm(kib << 10, ranks, multicast);
  };
  EXPECT_EQ(best(128, 8, MulticastSupport::present), one_shot);
  EXPECT_EQ(best(129, 8, MulticastSupport::present), nvls);
  EXPECT_EQ(best(129, 8, MulticastSupport::absent), two_shot);
  EXPECT_EQ(best(256, 4, MulticastSupport::present), one_shot);
  EXPECT_EQ(best(512, 4, MulticastSupport::present), nvls);
  EXPECT_EQ(best(512, 3, MulticastSupport::present), two_shot);
}

TEST(AllReducePlan, FaultWordsComeBack) {
  const ga::AllReduceFault fault = ga::all_reduce_fault(ga::fault_word(7, 3, 31, 0xFFFFFFFFu));
  EXPECT_EQ(fault.waiter, 7);
  EXPECT_EQ(fault.peer, 3);
  EXPECT_EQ(fault.block, 31);
  EXPECT_EQ(fault.epoch, 0xFFFFFFFFu);
  EXPECT_EQ(ga::all_reduce_fault(0).waiter, -1);
}

}  // namespace
