#include <fmt/format.h>

#include "benches/nccl_tests/engine.h"
#include "kernels/allreduce/allreduce.h"
#include "kernels/runtime/buffer.h"
#include "kernels/runtime/device.h"
#include "kernels/runtime/peer_memory.h"
#include "kernels/runtime/team.h"

namespace ga {
namespace {

class OwnEngine : public AllReduceEngine {
 public:
  OwnEngine(const PerfOptions& options, Team team) : type_(options.type), team_(std::move(team)) {
    if (options.timeout_s > 0) {
      budget_ns_ = static_cast<std::uint64_t>(options.timeout_s) * 1'000'000'000;
    }
  }
  ~OwnEngine() override {
    for (const int ordinal : team_.devices()) {  // the memory may not go before the kernels
      if (select_device(ordinal)) (void)cudaDeviceSynchronize();  // teardown
    }
  }

  Status reserve(std::size_t bytes) override {
    const std::size_t scratch = all_reduce_scratch_bytes(bytes, team_.size());
    GA_TRY(in_, PeerMemory::make(team_, bytes, Multicast::wanted));
    GA_TRY(out_, PeerMemory::make(team_, bytes, Multicast::wanted));
    GA_TRY(scratch_, PeerMemory::make(team_, std::max<std::size_t>(scratch, 1), Multicast::none));
    GA_TRY(signals_, PeerMemory::make(team_, sizeof(AllReduceSignals), Multicast::none));
    GA_TRY(faults_, PinnedBuffer<std::uint64_t>::make(static_cast<std::size_t>(team_.size())));
    for (std::uint64_t& fault : faults_.span()) fault = 0;
    for (int rank = 0; rank < team_.size(); ++rank) {
      GA_CHECK(select_device(team_.ordinals()[static_cast<std::size_t>(rank)]));
      GA_CHECK(all_reduce_reset(of({.rank = rank, .count = 1}), nullptr));
      GA_CUDA(cudaDeviceSynchronize());
    }
    return Ok{};
  }
  std::byte* in(int rank) const override { return static_cast<std::byte*>(in_.data(rank)); }
  std::byte* out(int rank) const override { return static_cast<std::byte*>(out_.data(rank)); }

  Status enqueue(const EngineCall& call, cudaStream_t stream) override {
    return all_reduce(of(call), stream);
  }

  Status healthy(int) override {
    for (const std::uint64_t& word : faults_.span()) {
      const AllReduceFault fault =
          all_reduce_fault(*static_cast<const volatile std::uint64_t*>(&word));
      if (fault.waiter < 0) continue;
      return Error(ErrorCode::timeout,
                   fmt::format("rank {} waited in vain for rank {} (block {}, epoch {})",
                               fault.waiter, fault.peer, fault.block, fault.epoch));
    }
    return Ok{};
  }
  void give_up(int) override {}  // each wait of the kernel has its own end

  std::string nccl_version() const override { return {}; }

  Result<std::vector<std::string>> remarks(std::span<const std::size_t> sizes) override {
    std::vector<std::string> lines{"our kernels, not NCCL (--own)"};
    if (!out_.no_multicast().empty()) lines.push_back("no multicast: " + out_.no_multicast());
    for (const std::size_t size : sizes) {
      if (size == 0) continue;
      lines.push_back(fmt::format("{} bytes: own {}", size, to_text(algorithm(size))));
    }
    return lines;
  }

 private:
  AllReduceAlgorithm algorithm(std::size_t bytes) const {
    const bool both = in_.multicast() != nullptr && out_.multicast() != nullptr;
    return best_algorithm(bytes, team_.size(),
                          both ? MulticastSupport::present : MulticastSupport::absent);
  }

  AllReduceCall of(const EngineCall& call) const {
    const bool in_place = call.place == Place::in_place;
    AllReduceCall all;
    for (int rank = 0; rank < team_.size(); ++rank) {
      all.peers.in[rank] = (in_place ? out(rank) : in(rank)) + call.offset;
      all.peers.out[rank] = out(rank) + call.offset;
      all.peers.scratch[rank] = scratch_.data(rank);
      all.peers.signals[rank] = static_cast<AllReduceSignals*>(signals_.data(rank));
    }
    all.count = call.count;
    all.type = type_;
    all.algorithm = algorithm(call.count * static_cast<std::size_t>(element_bytes(type_)));
    if (all.algorithm == AllReduceAlgorithm::nvls) {
      auto* const from = static_cast<std::byte*>(in_place ? out_.multicast() : in_.multicast());
      all.peers.multicast_in = from + call.offset;
      all.peers.multicast_out = static_cast<std::byte*>(out_.multicast()) + call.offset;
    }
    all.rank = call.rank;
    all.ranks = team_.size();
    all.budget_ns = budget_ns_;
    all.fault = faults_.data();
    return all;
  }

  ElementType type_;
  Team team_;
  std::uint64_t budget_ns_ = 10'000'000'000;  // what is queued before a peer's call counts
  PeerMemory in_, out_, scratch_, signals_;
  PinnedBuffer<std::uint64_t> faults_;
};

}  // namespace

Result<std::unique_ptr<AllReduceEngine>> make_own_engine(const PerfOptions& options,
                                                         std::span<const int> ordinals) {
  GA_TRY(Team team, Team::make(ordinals));
  std::unique_ptr<AllReduceEngine> made = std::make_unique<OwnEngine>(options, std::move(team));
  return made;
}

}  // namespace ga
