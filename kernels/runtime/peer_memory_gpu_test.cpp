// Peer memory on one GPU, what becomes of multicast there, and the copy over a link without a link.
#include <cstdio>

#include "kernels/allreduce/allreduce.h"
#include "kernels/check/check.h"
#include "kernels/link/link.h"
#include "kernels/runtime/peer_memory.h"
#include "kernels/testing/gpu.h"

namespace {

using ga::AllReduceAlgorithm;
using ga::AllReduceCall;
using ga::ElementType;
using ga::testing::must;
using ga::testing::must_ok;
using ga::testing::small_sizes;
using ga::testing::to_device;
using ga::testing::to_host;

TEST(LinkGpu, CopiesEveryByteAndNoMore) {
  for (const std::size_t bytes : {1u, 15u, 16u, 32769u, 10000019u}) {
    std::vector<unsigned char> source(bytes + 1);
    for (std::size_t i = 0; i < bytes; ++i) source[i] = static_cast<unsigned char>(i * 5 / 3);
    source[bytes] = 0xEE;
    const auto from = to_device(source);
    const auto to = to_device(std::vector<unsigned char>(bytes + 1, 0xEE));
    must_ok(ga::link_copy({to.data(), from.data(), bytes}, nullptr));
    EXPECT_EQ(to_host(to), source) << bytes;
  }
}

TEST(PeerMemoryGpu, EachRankHasMemoryOfItsOwnAndGivesItBack) {
  const std::vector<int> ordinals{0, 0, 0};
  const ga::Team team = must(ga::Team::make(ordinals));
  for (int again = 0; again < (small_sizes() ? 3 : 200); ++again) {
    const auto memory = must(ga::PeerMemory::make(team, 5 << 20, ga::Multicast::wanted));
    ASSERT_GE(memory.bytes(), std::size_t{5} << 20);
    EXPECT_EQ(memory.multicast(), nullptr);
    EXPECT_NE(memory.no_multicast().find("several ranks"), std::string::npos);
    for (int r = 0; r < 3; ++r) {
      EXPECT_EQ(cudaMemset(memory.data(r), r + 1, memory.bytes()), cudaSuccess);
    }
    for (int r = 0; r < 3; ++r) {
      const auto* const bytes = static_cast<const unsigned char*>(memory.data(r));
      EXPECT_EQ(must(ga::fetch(bytes)), r + 1);
      EXPECT_EQ(must(ga::fetch(bytes + memory.bytes() - 1)), r + 1);
    }
  }
}

// Nobody has written whether a multicast object of one GPU works: either answer is one.
TEST(PeerMemoryGpu, SaysWhatBecomesOfMulticastOnOneGpu) {
  const std::vector<int> ordinals{0};
  const ga::Team team = must(ga::Team::make(ordinals));
  const auto memory = must(ga::PeerMemory::make(team, 2 << 20, ga::Multicast::probe));
  std::printf("multicast of one GPU: %s\n",
              memory.multicast() != nullptr ? "granted" : memory.no_multicast().c_str());
  EXPECT_EQ(memory.multicast() != nullptr, memory.no_multicast().empty());
  if (memory.multicast() == nullptr) return;
  AllReduceCall call{
      .count = 1000, .type = ElementType::fp32, .algorithm = AllReduceAlgorithm::nvls, .ranks = 1};
  const auto signals = must(ga::DeviceBuffer<ga::AllReduceSignals>::make(1));
  const auto scratch = must(ga::DeviceBuffer<char>::make(ga::all_reduce_scratch_bytes(4000, 1)));
  const auto fault = must(ga::PinnedBuffer<std::uint64_t>::make(1));
  const auto report = must(ga::DeviceBuffer<ga::Mismatch>::make(1));
  fault.span()[0] = 0;
  call.fault = fault.data();
  call.peers.in[0] = call.peers.out[0] = memory.data(0);
  call.peers.scratch[0] = scratch.data();
  call.peers.signals[0] = signals.data();
  call.peers.multicast_in = call.peers.multicast_out = memory.multicast();
  must_ok(ga::all_reduce_reset(call, nullptr));
  must_ok(ga::fill_reduce({memory.data(0), call.count, call.type, 4, 0}, nullptr));
  must_ok(ga::all_reduce(call, nullptr));
  must_ok(ga::check_reduce({memory.data(0), call.count, call.type, 4, 1, report.data()}, nullptr));
  EXPECT_EQ(must(ga::fetch(report.data())).wrong, 0u);
}

}  // namespace
