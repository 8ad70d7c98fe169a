// What a call of the all-reduce is, and what follows from it before any GPU is asked: algorithm,
// grid, scratch. No CUDA header: tests on the CPU read it too. The launchers: allreduce.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kernels/data/element.h"
#include "reports/model/result.h"

namespace ga {

enum class AllReduceAlgorithm { one_shot, two_shot, nvls };
std::string_view to_text(AllReduceAlgorithm algorithm);  // "one_shot", "two_shot", "nvls"

inline constexpr int kAllReduceMostRanks = 8;
inline constexpr int kAllReduceMostBlocks = 32;
// Of the result. Half of what kernels without packets use at two to four ranks (vLLM's
// custom_all_reduce: 512 KB), because half of a packet is flags.
inline constexpr std::size_t kOneShotMostBytes = std::size_t{256} << 10;

// Nanoseconds that block 0 of a rank waited for each peer, summed over calls, by the GPU's wall
// clock. Entry: until the peer had begun the call; a straggler is the rank that all others wait
// for and that waits for nobody. Data: until it had done its part (one_shot: its data's arrival).
// Clocks of two GPUs are not aligned: compare waits of one rank with each other.
struct AllReduceWaits {
  std::uint64_t entry_ns[kAllReduceMostRanks];
  std::uint64_t data_ns[kAllReduceMostRanks];
};

// What the ranks of a team tell each other: one a rank, in its own memory, mapped on all GPUs.
// Zeroed by all_reduce_reset() before the first call. Epochs live here and not in arguments, so a
// captured launch can be replayed; they count up for ever and are compared so that 2^32 is no end.
struct alignas(128) AllReduceSignals {
  std::uint32_t flag[kAllReduceMostBlocks][kAllReduceMostRanks];  // by block and peer; peers write
  std::uint32_t epoch[kAllReduceMostBlocks];    // barriers that the block has passed
  std::uint32_t packets[kAllReduceMostBlocks];  // one_shot calls; the same for all blocks
  std::uint32_t failed;  // a wait ran out: calls return at once until a reset
  AllReduceWaits waits;
};

// By rank, as the calling GPU sees them. 16-byte aligned. `in` and `out` may be the same array, and
// else do not overlap. A rank may change its `in` and read its `out` once the call has ended on
// that rank: work behind it on the same stream may.
struct AllReducePeers {
  const void* in[kAllReduceMostRanks] = {};
  void* out[kAllReduceMostRanks] = {};
  void* scratch[kAllReduceMostRanks] = {};  // all_reduce_scratch_bytes() each
  AllReduceSignals* signals[kAllReduceMostRanks] = {};
  const void* multicast_in = nullptr;  // the multicast address of in and out; for nvls alone
  void* multicast_out = nullptr;
};

// A wait that ran out, as the kernel leaves it in a word of pinned host memory. Of a rank's waits
// the first to run out is told.
struct AllReduceFault {
  int waiter = -1;  // -1: none
  int peer = -1;    // for which it waited
  int block = -1;
  std::uint32_t epoch = 0;  // the one that never came
};
AllReduceFault all_reduce_fault(std::uint64_t word);

struct AllReduceCall {
  AllReducePeers peers = {};
  std::size_t count = 0;                 // elements, at least 1
  ElementType type = ElementType::bf16;  // or fp16, fp32
  AllReduceAlgorithm algorithm = AllReduceAlgorithm::two_shot;
  int rank = 0;   // of the current device; all_reduce_virtual() plays all of them
  int ranks = 0;  // 1 to 8; the same on all ranks, as are count, type, algorithm and blocks
  // How long one wait may take. What runs before on a peer's stream counts.
  std::uint64_t budget_ns = 2'000'000'000;
  std::uint64_t* fault = nullptr;  // pinned, a word a rank, zeroed by the caller
  int blocks = 0;                  // 1 to kAllReduceMostBlocks; 0: all_reduce_blocks()
};

// `usage`, in words, for what a call cannot be. Pointers are those of call.ranks ranks.
Status all_reduce_usage(const AllReduceCall& call);

// Scratch of each rank for calls of at most `bytes`.
std::size_t all_reduce_scratch_bytes(std::size_t bytes, int ranks);

// The blocks of a call, from what all ranks know.
int all_reduce_blocks(AllReduceAlgorithm algorithm, std::size_t bytes, int ranks);

enum class MulticastSupport { absent, present };
// The fastest algorithm by published measurements of kernels of these kinds; the table and its
// sources are in allreduce_plan.cpp. Not ours yet.
AllReduceAlgorithm best_algorithm(std::size_t bytes, int ranks, MulticastSupport multicast);

}  // namespace ga
