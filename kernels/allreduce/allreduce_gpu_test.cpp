// The all-reduce on one GPU: ranks that share a grid, and ranks with a launch and a stream each, in
// memory that PeerMemory maps. What needs links and a switch is proven on site.
#include "kernels/allreduce/allreduce.h"
#include "kernels/check/check.h"
#include "kernels/data/exact_reduce.h"
#include "kernels/power/light.h"
#include "kernels/runtime/peer_memory.h"
#include "kernels/runtime/stream.h"
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

constexpr AllReduceAlgorithm kAlgorithms[] = {
    AllReduceAlgorithm::one_shot, AllReduceAlgorithm::two_shot, AllReduceAlgorithm::nvls};
constexpr ElementType kTypes[] = {ElementType::bf16, ElementType::fp16, ElementType::fp32};

// Ranks that all live on GPU 0: in, out, scratch and signals of each in one mapping.
struct Ranks {
  int ranks;
  std::size_t most_bytes;
  ga::PeerMemory memory;
  ga::PinnedBuffer<std::uint64_t> faults;
  ga::DeviceBuffer<ga::Mismatch> report;
  ga::DeviceBuffer<std::uint64_t> hash;

  Ranks(int count, std::size_t bytes) : ranks(count), most_bytes((bytes + 255) / 256 * 256) {
    const std::vector<int> ordinals(static_cast<std::size_t>(count), 0);
    const ga::Team team = must(ga::Team::make(ordinals));
    memory = must(ga::PeerMemory::make(team, signals_at() + sizeof(ga::AllReduceSignals),
                                       ga::Multicast::none));
    faults = must(ga::PinnedBuffer<std::uint64_t>::make(ga::kAllReduceMostRanks));
    for (std::uint64_t& word : faults.span()) word = 0;
    report = must(ga::DeviceBuffer<ga::Mismatch>::make(1));
    hash = must(ga::DeviceBuffer<std::uint64_t>::make(1));
    reset();
  }

  std::size_t signals_at() const {
    return 2 * most_bytes + ga::all_reduce_scratch_bytes(most_bytes, ranks) / 256 * 256 + 256;
  }
  char* base(int rank) const { return static_cast<char*>(memory.data(rank)); }
  ga::AllReduceSignals* signals(int rank) const {
    return reinterpret_cast<ga::AllReduceSignals*>(base(rank) + signals_at());
  }

  AllReduceCall call(std::size_t count, ElementType type, AllReduceAlgorithm algorithm,
                     bool in_place = false) const {
    AllReduceCall call{.count = count,
                       .type = type,
                       .algorithm = algorithm,
                       .ranks = ranks,
                       .fault = faults.data()};
    for (int r = 0; r < ranks; ++r) {
      call.peers.in[r] = in_place ? base(r) + most_bytes : base(r);
      call.peers.out[r] = base(r) + most_bytes;
      call.peers.scratch[r] = base(r) + 2 * most_bytes;
      call.peers.signals[r] = signals(r);
    }
    return call;
  }

  void reset() {
    AllReduceCall each = call(1, ElementType::fp32, AllReduceAlgorithm::two_shot);
    for (each.rank = 0; each.rank < ranks; ++each.rank)
      must_ok(ga::all_reduce_reset(each, nullptr));
    must_ok(ga::cuda_status(cudaDeviceSynchronize(), "cudaDeviceSynchronize"));
  }

  void fill(const AllReduceCall& of, std::uint64_t seed) const {
    for (int r = 0; r < ranks; ++r) {
      void* const data = const_cast<void*>(of.peers.in[r]);
      must_ok(ga::fill_reduce({data, of.count, of.type, seed, r}, nullptr));
    }
  }

  void expect_exact(const AllReduceCall& of, std::uint64_t seed) const {
    std::uint64_t first = 0;
    const std::size_t bytes = of.count * static_cast<std::size_t>(ga::element_bytes(of.type));
    for (int r = 0; r < ranks; ++r) {
      must_ok(ga::check_reduce({of.peers.out[r], of.count, of.type, seed, ranks, report.data()},
                               nullptr));
      const ga::Mismatch found = must(ga::fetch(report.data()));
      ASSERT_EQ(found.wrong, 0u) << "rank " << r << " of " << ranks << ", count " << of.count
                                 << ", element " << found.first;
      must_ok(ga::hash_buffer({of.peers.out[r], bytes, hash.data()}, nullptr));
      const std::uint64_t mine = must(ga::fetch(hash.data()));
      if (r == 0) first = mine;
      EXPECT_EQ(mine, first);
    }
    if (of.count <= 4096) {
      EXPECT_EQ(first, ga::exact_reduce_hash({seed, ranks, of.count, of.type}));
    }
    for (const std::uint64_t word : faults.span()) EXPECT_EQ(word, 0u);
  }
};

std::vector<std::size_t> counts() {
  std::vector<std::size_t> counts{1, 2, 3, 7, 8, 9, 63, 509, 4096, 4097, 65537, 131071};
  if (!small_sizes()) counts.insert(counts.end(), {1048573, 16777216, 33554429});
  return counts;
}

bool fits(AllReduceAlgorithm algorithm, std::size_t bytes) {
  return algorithm != AllReduceAlgorithm::one_shot || bytes <= ga::kOneShotMostBytes;
}

TEST(AllReduceGpu, RanksThatShareAGridAreExactAtEverySize) {
  std::uint64_t seed = 0;
  for (const int ranks : {2, 3, 8}) {
    Ranks team(ranks, std::size_t{64} << 20);
    for (const std::size_t count : counts()) {
      for (const ElementType type : kTypes) {
        const std::size_t bytes = count * static_cast<std::size_t>(ga::element_bytes(type));
        for (const AllReduceAlgorithm algorithm : kAlgorithms) {
          if (bytes > team.most_bytes || !fits(algorithm, bytes)) continue;
          const AllReduceCall call = team.call(count, type, algorithm, seed % 2 == 1);
          team.fill(call, ++seed);
          must_ok(ga::all_reduce_virtual(call, nullptr));
          team.expect_exact(call, seed);
        }
      }
    }
  }
}

TEST(AllReduceGpu, ChangingPayloadsWithoutAPauseStayExact) {
  Ranks team(8, 65536);
  const std::size_t calls = small_sizes() ? 20 : 1000;
  const auto reports = must(ga::DeviceBuffer<ga::Mismatch>::make(calls * 8));
  for (std::size_t k = 0; k < calls; ++k) {
    const AllReduceCall call =
        team.call(1 + k * 7919 % 16384, kTypes[k % 3], kAlgorithms[k / 3 % 3], k % 2 == 1);
    team.fill(call, k);
    must_ok(ga::all_reduce_virtual(call, nullptr));
    for (int r = 0; r < 8; ++r) {
      must_ok(ga::check_reduce({call.peers.out[r], call.count, call.type, k, 8,
                                reports.data() + 8 * k + static_cast<std::size_t>(r)},
                               nullptr));
    }
  }
  std::uint64_t wrong = 0;
  for (const ga::Mismatch& report : to_host(reports)) wrong += report.wrong;
  EXPECT_EQ(wrong, 0u);
}

TEST(AllReduceGpu, ACapturedCallCanBeReplayed) {
  const int replays = small_sizes() ? 20 : 10000;
  for (const AllReduceAlgorithm algorithm : kAlgorithms) {
    Ranks team(8, 65536);
    const AllReduceCall call = team.call(8191, ElementType::bf16, algorithm);
    team.fill(call, 3);
    must_ok(ga::cuda_status(cudaDeviceSynchronize(), "cudaDeviceSynchronize"));
    const ga::Stream stream = must(ga::Stream::make());
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t exec = nullptr;
    must_ok(ga::cuda_status(cudaStreamBeginCapture(stream.get(), cudaStreamCaptureModeThreadLocal),
                            "begin"));
    must_ok(ga::all_reduce_virtual(call, stream.get()));
    must_ok(ga::cuda_status(cudaStreamEndCapture(stream.get(), &graph), "end"));
    must_ok(ga::cuda_status(cudaGraphInstantiate(&exec, graph, 0), "instantiate"));
    for (int i = 0; i < replays; ++i) {
      must_ok(ga::cuda_status(cudaGraphLaunch(exec, stream.get()), "launch"));
    }
    must_ok(stream.synchronize());
    team.expect_exact(call, 3);
    const ga::AllReduceSignals end = must(ga::fetch(team.signals(7)));
    const bool packets = algorithm == AllReduceAlgorithm::one_shot;
    EXPECT_EQ(packets ? end.packets[0] : end.epoch[0],
              static_cast<std::uint32_t>(packets ? replays : 2 * replays));
    EXPECT_EQ(cudaGraphExecDestroy(exec), cudaSuccess);
    EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
  }
}

TEST(AllReduceGpu, CountersPassTheEndOfTheirRange) {
  Ranks team(8, 65536);
  ga::AllReduceSignals begin{};
  std::fill_n(&begin.flag[0][0], ga::kAllReduceMostBlocks * ga::kAllReduceMostRanks, 0xFFFFFFF0u);
  std::fill_n(begin.epoch, ga::kAllReduceMostBlocks, 0xFFFFFFF0u);
  std::fill_n(begin.packets, ga::kAllReduceMostBlocks, 0xFFFFFFF0u);
  for (int r = 0; r < 8; ++r) {
    must_ok(ga::copy_to_device(team.signals(r), std::span<const ga::AllReduceSignals>(&begin, 1)));
  }
  for (std::uint64_t k = 0; k < 120; ++k) {
    const AllReduceCall call = team.call(5000, kTypes[k % 3], kAlgorithms[k / 3 % 3]);
    team.fill(call, k);
    must_ok(ga::all_reduce_virtual(call, nullptr));
    team.expect_exact(call, k);
  }
  EXPECT_LT(must(ga::fetch(team.signals(0))).packets[0], 1000u);
}

// Sums that are not exact, against the order that the header promises.
TEST(AllReduceGpu, AddsInTheOrderOfRanksAndRoundsOnce) {
  Ranks team(5, 16384);
  const std::size_t count = 4095;
  for (const AllReduceAlgorithm algorithm : {kAlgorithms[0], kAlgorithms[1]}) {
    const AllReduceCall call = team.call(count, ElementType::fp32, algorithm);
    std::vector<float> expected(count, 0);
    for (int r = 0; r < 5; ++r) {
      std::vector<float> in(count);
      for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t word = ga::pattern_floats(static_cast<std::uint64_t>(r) + 1, i);
        in[i] = ga::bits_float(static_cast<std::uint32_t>(word));
        expected[i] += in[i];
      }
      must_ok(ga::copy_to_device(static_cast<float*>(const_cast<void*>(call.peers.in[r])),
                                 std::span<const float>(in)));
    }
    must_ok(ga::all_reduce_virtual(call, nullptr));
    for (int r = 0; r < 5; ++r) {
      std::vector<float> got(count);
      must_ok(
          ga::copy_to_host(std::span<float>(got), static_cast<const float*>(call.peers.out[r])));
      EXPECT_EQ(got, expected);
    }
  }
}

// A launch and a stream for each rank. Kernels are loaded by a team of one first: loading in the
// middle of a call would wait for the ranks that have begun.
struct Streams {
  Ranks& team;
  std::vector<ga::Stream> streams;

  explicit Streams(Ranks& of) : team(of) {
    AllReduceCall alone = team.call(1, ElementType::fp32, AllReduceAlgorithm::two_shot);
    alone.ranks = 1;
    for (alone.algorithm = AllReduceAlgorithm::one_shot;;) {
      must_ok(ga::all_reduce(alone, nullptr));
      if (alone.algorithm == AllReduceAlgorithm::two_shot) break;
      alone.algorithm = AllReduceAlgorithm::two_shot;
    }
    team.reset();
    for (int r = 0; r < team.ranks; ++r) streams.push_back(must(ga::Stream::make()));
  }
  void launch(AllReduceCall call, int rank) const {
    call.rank = rank;
    call.blocks = 4;
    must_ok(ga::all_reduce(call, streams[static_cast<std::size_t>(rank)].get()));
  }
  void wait() const {
    for (const ga::Stream& stream : streams) must_ok(stream.synchronize());
  }
};

TEST(AllReduceGpu, RanksWithTheirOwnLaunchesAreExact) {
  Ranks team(4, 65536);
  const Streams each(team);
  for (const AllReduceAlgorithm algorithm : {kAlgorithms[0], kAlgorithms[1]}) {
    const AllReduceCall call = team.call(16381, ElementType::fp32, algorithm);
    team.fill(call, 11);
    must_ok(ga::cuda_status(cudaDeviceSynchronize(), "cudaDeviceSynchronize"));
    for (int k = 0; k < 50; ++k) {
      for (int r = 0; r < 4; ++r) each.launch(call, (r + k) % 4);
    }
    each.wait();
    team.expect_exact(call, 11);
  }
}

TEST(AllReduceGpu, WaitsNameTheLateRank) {
  Ranks team(4, 65536);
  const Streams each(team);
  const auto out = to_device(std::vector<std::uint32_t>(ga::kLightCount, 0));
  const auto clock = must(ga::DeviceBuffer<ga::LightClock>::make(1));
  must_ok(ga::light({out.data(), clock.data(), 1}, nullptr));
  const AllReduceCall call = team.call(1000, ElementType::fp32, AllReduceAlgorithm::two_shot);
  team.fill(call, 1);
  must_ok(ga::cuda_status(cudaDeviceSynchronize(), "cudaDeviceSynchronize"));
  must_ok(ga::light({out.data(), clock.data(), 4000000}, each.streams[2].get()));  // some 10 ms
  for (const int rank : {0, 1, 3, 2}) each.launch(call, rank);
  each.wait();
  const std::uint64_t late_ns = must(ga::fetch(clock.data())).nanoseconds;
  for (const int rank : {0, 1, 3}) {
    const ga::AllReduceWaits waits = must(ga::fetch(team.signals(rank))).waits;
    EXPECT_GT(waits.entry_ns[2], late_ns / 2);
    for (const int peer : {0, 1, 3}) EXPECT_LT(waits.entry_ns[peer], late_ns / 2);
  }
  EXPECT_LT(must(ga::fetch(team.signals(2))).waits.entry_ns[0], late_ns / 2);
}

TEST(AllReduceGpu, ADeadRankIsNamedAndAResetMends) {
  for (const AllReduceAlgorithm algorithm : {kAlgorithms[0], kAlgorithms[1]}) {
    Ranks team(4, 65536);
    const Streams each(team);
    AllReduceCall call = team.call(1000, ElementType::fp32, algorithm);
    call.budget_ns = 500'000'000;
    for (int k = 0; k < 100; ++k) {  // waited for once, not a hundred times
      for (const int rank : {0, 2, 3}) each.launch(call, rank);
    }
    each.wait();
    for (const int rank : {0, 2, 3}) {
      const std::uint64_t word = team.faults.span()[static_cast<std::size_t>(rank)];
      EXPECT_EQ(ga::all_reduce_fault(word).waiter, rank);
      EXPECT_EQ(ga::all_reduce_fault(word).peer, 1);
      EXPECT_EQ(ga::all_reduce_fault(word).epoch, 1u);
    }
    EXPECT_EQ(team.faults.span()[1], 0u);
    for (std::uint64_t& word : team.faults.span()) word = 0;
    team.reset();
    team.fill(call, 5);
    must_ok(ga::all_reduce_virtual(call, nullptr));
    team.expect_exact(call, 5);
  }
}

}  // namespace
