// nvlink.p2p: how fast every GPU sends to every other: one pair at a time, or in rounds in which
// each GPU sends to the one k places on, so that every port is busy in both directions and none
// twice.
//
// By stores of the sender's SMs, or by its copy engine. The receiver compares with the sender's own
// pattern: data of another sender are wrong.
#include <cuda_runtime_api.h>

#include <utility>

#include "benches/cases/copy_rounds.h"
#include "benches/cases/pattern_slots.h"
#include "kernels/link/link.h"
#include "kernels/memory/memory.h"
#include "kernels/runtime/buffer.h"
#include "kernels/runtime/peer_memory.h"

namespace ga {
namespace {

std::vector<CopyRound> rounds_of(int ranks, bool shift) {
  std::vector<CopyRound> rounds;
  for (int step = 1; step < ranks; ++step) {
    CopyRound round;
    for (int from = 0; from < ranks; ++from) {
      const int to = (from + step) % ranks;
      round.push_back(
          {.rank = from, .peer = to, .cell = static_cast<std::size_t>(from * ranks + to)});
    }
    if (shift) {
      rounds.push_back(std::move(round));
    } else {
      for (const TimedCopy& copy : round) rounds.push_back({copy});
    }
  }
  return rounds;
}

class P2pBench final : public CopyRounds {
 public:
  static Result<std::unique_ptr<NodeBench>> make(const Params& params, std::uint64_t seed,
                                                 NodeContext& context) {
    std::unique_ptr<P2pBench> bench(new P2pBench(context, params));
    GA_CHECK(bench->open());
    GA_TRY(bench->to_, PeerMemory::make(context.team, bench->bytes(), Multicast::none));
    bench->ends_.resize(static_cast<std::size_t>(bench->ranks()));
    GA_CHECK(each_rank(context.team, [&](int rank) { return bench->make_end(rank, seed); }));
    return std::unique_ptr<NodeBench>(std::move(bench));
  }

 private:
  struct End {
    DeviceBuffer<std::byte> from;
    std::uint64_t key = 0;
    DeviceBuffer<Mismatch> report;
  };

  P2pBench(NodeContext& context, const Params& params)
      : CopyRounds(context, static_cast<std::size_t>(param(params, "bytes")),
                   rounds_of(context.team.size(), param(params, "shift") == 1),
                   static_cast<std::size_t>(context.team.size() * context.team.size())),
        by_copy_engine_(param(params, "engine") == 1) {}

  const End& end(int rank) const { return ends_[static_cast<std::size_t>(rank)]; }

  Status make_end(int rank, std::uint64_t seed) {
    End& mine = ends_[static_cast<std::size_t>(rank)];
    mine.key = pattern_key(seed, static_cast<std::uint32_t>(rank));
    GA_TRY(mine.from, DeviceBuffer<std::byte>::make(bytes()));
    GA_TRY(mine.report, DeviceBuffer<Mismatch>::make(1));
    GA_CHECK(
        memory_write({.data = mine.from.data(), .bytes = bytes(), .key = mine.key}, stream(rank)));
    GA_CUDA(cudaStreamSynchronize(stream(rank)));
    return Ok{};
  }

  Status enqueue(const TimedCopy& copy) override {
    void* const to = to_.data(copy.peer);
    const void* const from = end(copy.rank).from.data();
    if (!by_copy_engine_) {
      return link_copy({.to = to, .from = from, .bytes = bytes()}, stream(copy.rank));
    }
    GA_CUDA(cudaMemcpyAsync(to, from, bytes(), cudaMemcpyDefault, stream(copy.rank)));
    return Ok{};
  }
  Status poison(const TimedCopy& copy) override {
    GA_CHECK(select(copy.peer));
    GA_CUDA(cudaMemsetAsync(to_.data(copy.peer), kPoison, bytes(), stream(copy.peer)));
    GA_CUDA(cudaStreamSynchronize(stream(copy.peer)));
    return Ok{};
  }
  // By the receiver, which reads its own memory.
  Status check(const TimedCopy& copy, Check& total) override {
    GA_CHECK(select(copy.peer));
    GA_CHECK(check_pattern({.data = to_.data(copy.peer),
                            .bytes = bytes(),
                            .key = end(copy.rank).key,
                            .report = end(copy.peer).report.data()},
                           stream(copy.peer)));
    GA_CUDA(cudaStreamSynchronize(stream(copy.peer)));
    GA_TRY(const Mismatch found, fetch(end(copy.peer).report.data()));
    add_mismatch(found, total);
    return Ok{};
  }
  Written written(const TimedCopy& copy) override { return {to_.data(copy.peer), copy.peer}; }

  const bool by_copy_engine_;
  std::vector<End> ends_;
  PeerMemory to_;
};

std::int64_t device_bytes(const Params& params, const NodeContext&) {
  return 2 * param(params, "bytes") + static_cast<std::int64_t>(sizeof(Mismatch));
}

}  // namespace

const NodeCase kNvlinkP2p{
    .id = "nvlink.p2p", .device_bytes = device_bytes, .setup = P2pBench::make};

}  // namespace ga
