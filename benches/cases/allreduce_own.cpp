// allreduce.own, allreduce.latency, allreduce.exact: the sum over all GPUs by our kernels.
//
// Inputs, results, scratch and signals lie in memory that every GPU of the team reaches; with NVLS
// inputs and results have a multicast address as well. Every launch is checked on every rank
// against the closed form.
#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "benches/cases/pattern_slots.h"
#include "benches/cases/reduce_bench.h"
#include "benches/harness/plan.h"
#include "kernels/allreduce/allreduce.h"
#include "kernels/allreduce/allreduce_args.h"
#include "kernels/runtime/buffer.h"
#include "kernels/runtime/graph.h"
#include "kernels/runtime/peer_memory.h"

namespace ga {
namespace {

// allreduce.latency: calls in one graph, so that launching is not what is timed.
constexpr std::int64_t kCallsInGraph = 100;
// allreduce.exact: launches back to back, each with data of its own.
constexpr std::int64_t kExactSets = 1024;
constexpr std::int64_t kExactBytes = std::int64_t{512} << 20;  // of all inputs of a rank

// What all ranks work on.
struct Shared {
  PeerMemory in, out, scratch, signals;
  PinnedBuffer<std::uint64_t> faults;
  AllReduceAlgorithm algorithm = AllReduceAlgorithm::two_shot;

  // The call of one rank on one piece of the data.
  AllReduceCall call(const ReduceShape& shape, int rank, std::size_t offset) const;
};

template <class T>
T* moved(T* base, std::size_t offset) {
  return base == nullptr ? nullptr
                         : reinterpret_cast<T*>(reinterpret_cast<std::byte*>(base) + offset);
}

AllReduceCall Shared::call(const ReduceShape& shape, int rank, std::size_t offset) const {
  AllReduceCall call;
  for (int r = 0; r < shape.ranks; ++r) {
    call.peers.in[r] = static_cast<std::byte*>(in.data(r)) + offset;
    call.peers.out[r] = static_cast<std::byte*>(out.data(r)) + offset;
    call.peers.scratch[r] = scratch.data(r);
    call.peers.signals[r] = static_cast<AllReduceSignals*>(signals.data(r));
  }
  call.peers.multicast_in = moved(static_cast<std::byte*>(in.multicast()), offset);
  call.peers.multicast_out = moved(static_cast<std::byte*>(out.multicast()), offset);
  call.count = shape.count();
  call.type = shape.type;
  call.algorithm = algorithm;
  call.rank = rank;
  call.ranks = shape.ranks;
  call.fault = faults.data();
  return call;
}

class OwnRank final : public ReduceRank {
 public:
  OwnRank(const Shared& shared, const ReduceShape& shape, int rank)
      : ReduceRank(shape, rank, shared.in.data(rank), shared.out.data(rank)), shared_(shared) {}

  Status reset(cudaStream_t stream) {
    GA_CHECK(all_reduce_reset(shared_.call(shape_, rank_, 0), stream));
    GA_CUDA(cudaStreamSynchronize(stream));
    return Ok{};
  }
  // One graph a set, of all its calls; only where a launch is more than one.
  Status capture(cudaStream_t stream);

  Status launch(const Turn& turn, cudaStream_t stream) override {
    if (graphs_.empty()) return enqueue(turn.set, 0, stream);
    return graphs_[static_cast<std::size_t>(turn.set)].launch(stream);
  }
  Status collect(std::int64_t slots, Check& total) override {
    const std::uint64_t word = shared_.faults.data()[rank_];
    const AllReduceFault fault = all_reduce_fault(word);
    if (fault.waiter >= 0) {
      return Error(ErrorCode::device,
                   fmt::format("rank {} waited in vain for rank {} (block {}, epoch {})",
                               fault.waiter, fault.peer, fault.block, fault.epoch));
    }
    return ReduceRank::collect(slots, total);
  }

 private:
  Status enqueue(std::int64_t set, std::int64_t number, cudaStream_t stream) {
    const std::size_t at = offset(set) + static_cast<std::size_t>(number) * shape_.bytes;
    return all_reduce(shared_.call(shape_, rank_, at), stream);
  }
  int owner(std::size_t index) const override {
    if (shared_.algorithm == AllReduceAlgorithm::one_shot) return rank_;
    const std::size_t part = part_of(shape_.bytes, static_cast<std::size_t>(shape_.ranks));
    const std::size_t vector = index * shape_.bytes / shape_.count() / sizeof(ptx::Vector);
    return static_cast<int>(std::min(vector / part, static_cast<std::size_t>(shape_.ranks) - 1));
  }

  const Shared& shared_;
  std::vector<Graph> graphs_;
};

Status OwnRank::capture(cudaStream_t stream) {
  for (std::int64_t set = 0; set < shape_.sets; ++set) {
    GA_TRY(Graph graph, Graph::capture(stream, [&]() -> Status {
             for (std::int64_t i = 0; i < shape_.calls; ++i) GA_CHECK(enqueue(set, i, stream));
             return Ok{};
           }));
    graphs_.push_back(std::move(graph));
  }
  return Ok{};
}

enum class Answer { bandwidth, latency, exactness };

class OwnTeam final : public ReduceTeam {
 public:
  static Result<std::unique_ptr<NodeBench>> make(Answer answer, const ReduceShape& shape,
                                                 std::int64_t algorithm, NodeContext& context) {
    std::unique_ptr<OwnTeam> team(new OwnTeam(*context.loop, shape, answer));
    GA_CHECK(team->allocate(algorithm, context));
    std::vector<OwnRank*> ranks;
    for (int rank = 0; rank < shape.ranks; ++rank) {
      auto of_rank = std::make_unique<OwnRank>(team->shared_, shape, rank);
      ranks.push_back(of_rank.get());
      team->ranks_.push_back(std::move(of_rank));
    }
    const Status made = each_rank(context.team, [&](int rank) -> Status {
      OwnRank& mine = *ranks[static_cast<std::size_t>(rank)];
      const cudaStream_t stream = context.loop->stream(rank);
      GA_CHECK(mine.fill(stream));
      GA_CHECK(mine.reset(stream));
      return shape.calls > 1 ? mine.capture(stream) : Status(Ok{});
    });
    GA_CHECK(made);
    return std::unique_ptr<NodeBench>(std::move(team));
  }

 protected:
  std::int64_t value(const BlockTiming& timing) const override {
    const std::int64_t calls = timing.launches * shape_.calls;
    if (answer_ == Answer::latency) return (timing.timed_ns + calls / 2) / calls;
    return answer_ == Answer::exactness ? calls : ReduceTeam::value(timing);
  }
  Status before() override {
    GA_TRY(waits_, read_waits());
    return Ok{};
  }
  Status after(std::int64_t calls, NodeBlock& block) override;

 private:
  OwnTeam(TeamLoop& loop, const ReduceShape& shape, Answer answer)
      : ReduceTeam(loop, shape), answer_(answer) {}

  Status allocate(std::int64_t algorithm, NodeContext& context);
  // Of every rank for every peer, nanoseconds since the reset.
  Result<std::vector<std::int64_t>> read_waits() const;

  const Answer answer_;
  Shared shared_;
  std::vector<std::int64_t> waits_;  // before the block
};

Status OwnTeam::allocate(std::int64_t algorithm, NodeContext& context) {
  const auto multicast = algorithm == 0 || algorithm == 3 ? Multicast::wanted : Multicast::none;
  const std::size_t bytes = shape_.all_bytes();
  GA_TRY(shared_.in, PeerMemory::make(context.team, bytes, multicast));
  GA_TRY(shared_.out, PeerMemory::make(context.team, bytes, multicast));
  GA_TRY(shared_.scratch,
         PeerMemory::make(context.team, all_reduce_scratch_bytes(shape_.bytes, shape_.ranks),
                          Multicast::none));
  GA_TRY(shared_.signals,
         PeerMemory::make(context.team, sizeof(AllReduceSignals), Multicast::none));
  GA_TRY(shared_.faults, PinnedBuffer<std::uint64_t>::make(static_cast<std::size_t>(shape_.ranks)));
  std::ranges::fill(shared_.faults.span(), 0);
  const bool both = shared_.in.multicast() != nullptr && shared_.out.multicast() != nullptr;
  if (algorithm == 3 && !both) {
    context.refusal = "multicast.refused";
    const std::string& why = shared_.in.no_multicast();
    return Error(ErrorCode::environment, why.empty() ? shared_.out.no_multicast() : why);
  }
  if (algorithm == 0) {
    shared_.algorithm = best_algorithm(shape_.bytes, shape_.ranks,
                                       both ? MulticastSupport::present : MulticastSupport::absent);
  } else {
    shared_.algorithm = static_cast<AllReduceAlgorithm>(algorithm - 1);
  }
  return Ok{};
}

Result<std::vector<std::int64_t>> OwnTeam::read_waits() const {
  std::vector<std::int64_t> all;
  for (int rank = 0; rank < shape_.ranks; ++rank) {
    const auto* signals = static_cast<const AllReduceSignals*>(shared_.signals.data(rank));
    GA_TRY(const AllReduceWaits waits, fetch(&signals->waits));
    for (int peer = 0; peer < shape_.ranks; ++peer) {
      all.push_back(static_cast<std::int64_t>(waits.entry_ns[peer] + waits.data_ns[peer]));
    }
  }
  return all;
}

Status OwnTeam::after(std::int64_t calls, NodeBlock& block) {
  block.algorithm = fmt::format("own {} {}x{}", to_text(shared_.algorithm),
                                all_reduce_blocks(shared_.algorithm, shape_.bytes, shape_.ranks),
                                kAllReduceThreads);
  if (answer_ == Answer::exactness) {
    for (const auto& rank : ranks_) {
      const auto wrong = static_cast<ReduceRank&>(*rank).take_wrong();
      block.cells.insert(block.cells.end(), wrong.begin(), wrong.end());
    }
    return Ok{};
  }
  GA_TRY(block.cells, read_waits());
  for (std::size_t i = 0; i < block.cells.size(); ++i) {
    block.cells[i] = (block.cells[i] - waits_[i]) / calls;
  }
  return Ok{};
}

Result<std::unique_ptr<NodeBench>> set_up_own(const Params& params, std::uint64_t seed,
                                              NodeContext& context) {
  return OwnTeam::make(Answer::bandwidth, reduce_shape(params, seed, context),
                       param(params, "algorithm"), context);
}

ReduceShape latency_shape(const Params& params, std::uint64_t seed, const NodeContext& context) {
  ReduceShape shape = reduce_shape(params, seed, context);
  shape.calls = kCallsInGraph;
  shape.sets = 1;  // small data lie in the caches when it matters, too
  return shape;
}

Result<std::unique_ptr<NodeBench>> set_up_latency(const Params& params, std::uint64_t seed,
                                                  NodeContext& context) {
  return OwnTeam::make(Answer::latency, latency_shape(params, seed, context), 1, context);
}

ReduceShape exact_shape(const Params& params, std::uint64_t seed, const NodeContext& context) {
  ReduceShape shape = reduce_shape(params, seed, context);
  shape.sets =
      std::clamp<std::int64_t>(kExactBytes / static_cast<std::int64_t>(shape.bytes), 1, kExactSets);
  return shape;
}

Result<std::unique_ptr<NodeBench>> set_up_exact(const Params& params, std::uint64_t seed,
                                                NodeContext& context) {
  return OwnTeam::make(Answer::exactness, exact_shape(params, seed, context),
                       param(params, "algorithm"), context);
}

std::int64_t bytes_of_shape(const ReduceShape& shape) {
  const std::size_t scratch = all_reduce_scratch_bytes(shape.bytes, shape.ranks);
  return static_cast<std::int64_t>(2 * shape.all_bytes() + scratch + sizeof(AllReduceSignals)) +
         kSlotBytes;
}

}  // namespace

const NodeCase kAllReduceOwn{.id = "allreduce.own",
                             .device_bytes =
                                 [](const Params& params, const NodeContext& context) {
                                   return bytes_of_shape(reduce_shape(params, 0, context));
                                 },
                             .setup = set_up_own};

const NodeCase kAllReduceLatency{.id = "allreduce.latency",
                                 .device_bytes =
                                     [](const Params& params, const NodeContext& context) {
                                       return bytes_of_shape(latency_shape(params, 0, context));
                                     },
                                 .setup = set_up_latency};

const NodeCase kAllReduceExact{.id = "allreduce.exact",
                               .device_bytes =
                                   [](const Params& params, const NodeContext& context) {
                                     return bytes_of_shape(exact_shape(params, 0, context));
                                   },
                               .setup = set_up_exact};

}  // namespace ga
