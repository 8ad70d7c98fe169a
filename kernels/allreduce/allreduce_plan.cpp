#include "kernels/allreduce/allreduce_plan.h"

#include <algorithm>
#include <string>

#include "kernels/allreduce/allreduce_args.h"
#include "kernels/data/exact_reduce.h"

namespace ga {
namespace {

// Untuned. Rate times latency is what must be in flight: 900 GB/s in each direction (NVLink 5)
// times about 2 us is 1.8 MB. A block of two_shot has 8 vectors a thread under way, 64 KB; nvls the
// same. 32 blocks hold 2 MB.
static_assert(kAllReduceMostBlocks == 32);

struct Crossover {
  int ranks;                   // up to this many
  std::size_t one_shot_bytes;  // one_shot up to here
};
// Half of vLLM's limits of its one-stage kernel (custom_all_reduce: 512 KB at up to 4 ranks, 256 KB
// at up to 8), because a packet is half flags. NCCL's own one-shot and two-shot on eight GB200
// cross in the same region: 64 to 256 KiB (its contrib/custom_algos/allreduce README).
constexpr Crossover kCrossovers[] = {{4, std::size_t{256} << 10}, {8, std::size_t{128} << 10}};

// From here on the switch sends fewer bytes: 1 + 1/ranks of the data in each direction against
// 2 (ranks - 1) / ranks. At 8 ranks multimem beat a two-shot at all sizes from 512 KB to 64 MB
// (vLLM pull request 42324).
constexpr int kLeastRanksOfNvls = 4;

bool aligned(const void* pointer) {
  return pointer != nullptr && reinterpret_cast<std::uintptr_t>(pointer) % 16 == 0;
}

Error refused(const std::string& why) { return Error(ErrorCode::usage, "all_reduce: " + why); }

}  // namespace

std::string_view to_text(AllReduceAlgorithm algorithm) {
  switch (algorithm) {
    case AllReduceAlgorithm::one_shot:
      return "one_shot";
    case AllReduceAlgorithm::two_shot:
      return "two_shot";
    case AllReduceAlgorithm::nvls:
      break;
  }
  return "nvls";
}

AllReduceFault all_reduce_fault(std::uint64_t word) {
  if (word == 0) return {};
  return {.waiter = static_cast<int>(word >> 56 & 0x7F),
          .peer = static_cast<int>(word >> 48 & 0xFF),
          .block = static_cast<int>(word >> 32 & 0xFFFF),
          .epoch = static_cast<std::uint32_t>(word)};
}

Status all_reduce_usage(const AllReduceCall& call) {
  if (call.ranks < 1 || call.ranks > kAllReduceMostRanks) {
    return refused(std::to_string(call.ranks) + " ranks, not 1 to 8");
  }
  if (call.rank < 0 || call.rank >= call.ranks) {
    return refused("rank " + std::to_string(call.rank) + " of " + std::to_string(call.ranks));
  }
  if (call.count == 0) return refused("no elements");
  if (!is_reduce_type(call.type)) return refused("bf16, fp16 and fp32 alone");
  const std::size_t bytes = call.count * static_cast<std::size_t>(element_bytes(call.type));
  if (call.algorithm == AllReduceAlgorithm::one_shot && bytes > kOneShotMostBytes) {
    return refused("one_shot of " + std::to_string(bytes) + " bytes, at most " +
                   std::to_string(kOneShotMostBytes));
  }
  if (call.blocks < 0 || call.blocks > kAllReduceMostBlocks) {
    return refused(std::to_string(call.blocks) + " blocks, not 0 to 32");
  }
  if (call.budget_ns == 0) return refused("no time to wait");
  if (call.fault == nullptr) return refused("no word for a fault");
  for (int rank = 0; rank < call.ranks; ++rank) {
    const AllReducePeers& p = call.peers;
    if (!aligned(p.in[rank]) || !aligned(p.out[rank]) || !aligned(p.scratch[rank]) ||
        !aligned(p.signals[rank])) {
      return refused("a pointer of rank " + std::to_string(rank) +
                     " is null or not aligned to 16 bytes");
    }
  }
  return Ok{};
}

std::size_t all_reduce_scratch_bytes(std::size_t bytes, int ranks) {
  const auto parts = static_cast<std::size_t>(std::max(ranks, 1));
  return kPacketBytes * 2 * parts * kOneShotPackets + sizeof(ptx::Vector) * part_of(bytes, parts);
}

int all_reduce_blocks(AllReduceAlgorithm algorithm, std::size_t bytes, int ranks) {
  // One packet, or one vector of each part, a thread.
  const std::size_t steps = algorithm == AllReduceAlgorithm::one_shot
                                ? words_of(bytes)
                                : part_of(bytes, static_cast<std::size_t>(std::max(ranks, 1)));
  const std::size_t blocks = (steps + kAllReduceThreads - 1) / kAllReduceThreads;
  return static_cast<int>(std::clamp<std::size_t>(blocks, 1, kAllReduceMostBlocks));
}

AllReduceAlgorithm best_algorithm(std::size_t bytes, int ranks, MulticastSupport multicast) {
  for (const Crossover& row : kCrossovers) {
    if (ranks > row.ranks) continue;
    if (bytes <= row.one_shot_bytes) return AllReduceAlgorithm::one_shot;
    break;
  }
  return multicast == MulticastSupport::present && ranks >= kLeastRanksOfNvls
             ? AllReduceAlgorithm::nvls
             : AllReduceAlgorithm::two_shot;
}

}  // namespace ga
