// What a kernel of the all-reduce is given, and where things lie in scratch: shared by launchers,
// kernels and the tests that run the protocol on the CPU.
//
// Scratch of a rank: packets[2][ranks][kOneShotPackets], by half and sender; then the sums of the
// rank's part, 16-byte vectors. They have nothing in common: a sum can never be taken for a packet.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/allreduce/allreduce_plan.h"
#include "kernels/data/philox.h"
#include "kernels/ptx/global.cuh"

namespace ga {

inline constexpr int kAllReduceThreads = 512;
inline constexpr std::size_t kPacketBytes = 16;  // 8 of data, twice the epoch
inline constexpr std::size_t kOneShotPackets = kOneShotMostBytes / 8;

struct AllReduceArgs {
  AllReducePeers peers = {};
  std::size_t bytes = 0;
  std::uint64_t budget_ns = 0;
  std::uint64_t* fault = nullptr;
  int ranks = 0;
};

// 64-bit words and 16-byte vectors of so many bytes; the last may be partial.
GA_HOST_DEVICE constexpr std::size_t words_of(std::size_t bytes) { return (bytes + 7) / 8; }
GA_HOST_DEVICE constexpr std::size_t vectors_of(std::size_t bytes) { return (bytes + 15) / 16; }
// Vectors of a rank's part: all but the last ranks' are whole.
GA_HOST_DEVICE constexpr std::size_t part_of(std::size_t bytes, std::size_t ranks) {
  return (vectors_of(bytes) + ranks - 1) / ranks;
}

// Where rank `from`'s packets of one half lie in a rank's scratch.
GA_HOST_DEVICE ptx::Vector* packets_at(void* scratch, int ranks, std::uint32_t half, int from) {
  const auto slot = half * static_cast<std::size_t>(ranks) + static_cast<std::size_t>(from);
  return static_cast<ptx::Vector*>(scratch) + slot * kOneShotPackets;
}
GA_HOST_DEVICE ptx::Vector* sums_at(void* scratch, int ranks) {
  return packets_at(scratch, ranks, 2, 0);
}

// Zero is what fresh scratch holds, so no call may have that number; and two calls in a row must
// have different halves.
GA_HOST_DEVICE constexpr std::uint32_t next_call(std::uint32_t call) {
  return call + 1 == 0 ? 2 : call + 1;
}

// Has a flag that counts up for ever come to `epoch`? True up to 2^31 past it.
GA_HOST_DEVICE constexpr bool reached(std::uint32_t flag, std::uint32_t epoch) {
  return static_cast<std::int32_t>(flag - epoch) >= 0;
}

GA_HOST_DEVICE constexpr std::uint64_t fault_word(int waiter, int peer, int block,
                                                  std::uint32_t epoch) {
  return std::uint64_t{1} << 63 | static_cast<std::uint64_t>(waiter) << 56 |
         static_cast<std::uint64_t>(peer) << 48 | static_cast<std::uint64_t>(block) << 32 | epoch;
}

}  // namespace ga
