// Ranks of an all-reduce in host memory, for the tests that run its protocol on the CPU.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "kernels/allreduce/allreduce_args.h"
#include "kernels/data/exact_reduce.h"

namespace ga::testing {

// One call as all ranks make it.
struct ReduceStep {
  std::size_t count = 1;
  ElementType type = ElementType::bf16;
  AllReduceAlgorithm algorithm = AllReduceAlgorithm::two_shot;
  bool in_place = false;
  int blocks = 0;  // fewer than there are; 0: all
};

class ReduceTeam {
 public:
  ReduceTeam(int ranks, std::size_t most_bytes) : ranks_(ranks) {
    const std::size_t vectors = vectors_of(most_bytes) + 1;  // one of poison behind the end
    const std::size_t scratch = all_reduce_scratch_bytes(most_bytes, ranks) / sizeof(ptx::Vector);
    for (int r = 0; r < ranks; ++r) {
      members_.push_back({std::vector<ptx::Vector>(vectors), std::vector<ptx::Vector>(vectors),
                          std::vector<ptx::Vector>(scratch)});
      signals_.push_back({});
    }
  }

  // As if so many calls had been made before.
  void begin_at(std::uint32_t epoch) {
    for (AllReduceSignals& s : signals_) {
      std::fill_n(&s.flag[0][0], kAllReduceMostBlocks * kAllReduceMostRanks, epoch);
      std::fill_n(s.epoch, kAllReduceMostBlocks, epoch);
      std::fill_n(s.packets, kAllReduceMostBlocks, epoch);
    }
  }

  // What runs before a call on a rank's stream: the input, and poison where the result will be.
  void fill(int rank, std::uint64_t seed, const ReduceStep& step) {
    Member& m = members_[static_cast<std::size_t>(rank)];
    std::memset(m.out.data(), 0xFF, m.out.size() * sizeof(ptx::Vector));
    void* const data = step.in_place ? m.out.data() : m.in.data();
    const std::uint64_t key = exact_reduce_key(seed);
    for (std::size_t i = 0; i < step.count; ++i) {
      set_element(data, static_cast<std::int64_t>(i), step.type,
                  exact_reduce_element(pattern_word(key, i), rank));
    }
  }

  // What runs behind it: elements that are not the sum, and bytes written past the end.
  std::size_t wrong(int rank, std::uint64_t seed, const ReduceStep& step) const {
    const auto& out = members_[static_cast<std::size_t>(rank)].out;
    const auto* const bytes = reinterpret_cast<const unsigned char*>(out.data());
    const std::uint64_t key = exact_reduce_key(seed);
    const auto size = static_cast<std::size_t>(element_bytes(step.type));
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < step.count; ++i) {
      const int sum = exact_reduce_sum(pattern_word(key, i), ranks_);
      const std::uint32_t expected = exact_reduce_bits(sum, step.type);
      wrong += std::memcmp(bytes + i * size, &expected, size) != 0 ? 1u : 0u;
    }
    const std::size_t end = std::min(step.count * size + 16, out.size() * sizeof(ptx::Vector));
    for (std::size_t i = step.count * size; i < end; ++i) wrong += bytes[i] != 0xFF ? 1u : 0u;
    return wrong;
  }

  AllReduceArgs args(const ReduceStep& step, std::uint64_t budget_ns) {
    AllReduceArgs args;
    for (int r = 0; r < ranks_; ++r) {
      Member& m = members_[static_cast<std::size_t>(r)];
      args.peers.in[r] = step.in_place ? m.out.data() : m.in.data();
      args.peers.out[r] = m.out.data();
      args.peers.scratch[r] = m.scratch.data();
      args.peers.signals[r] = &signals_[static_cast<std::size_t>(r)];
    }
    args.bytes = step.count * static_cast<std::size_t>(element_bytes(step.type));
    args.budget_ns = budget_ns;
    args.fault = faults_;
    args.ranks = ranks_;
    return args;
  }

  int ranks() const { return ranks_; }
  void* out(int rank) { return members_[static_cast<std::size_t>(rank)].out.data(); }
  void* in(int rank) { return members_[static_cast<std::size_t>(rank)].in.data(); }
  const AllReduceWaits& waits(int rank) const {
    return signals_[static_cast<std::size_t>(rank)].waits;
  }
  const AllReduceSignals& signals(int rank) const {
    return signals_[static_cast<std::size_t>(rank)];
  }
  std::uint64_t fault(int rank) const { return faults_[rank]; }

 private:
  struct Member {
    std::vector<ptx::Vector> in, out, scratch;
  };
  int ranks_;
  std::vector<Member> members_;
  std::vector<AllReduceSignals> signals_;
  std::uint64_t faults_[kAllReduceMostRanks] = {};
};

}  // namespace ga::testing
