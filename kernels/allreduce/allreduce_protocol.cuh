// The protocol of the all-reduce, once: for ranks on GPUs, for ranks that share one grid of one
// GPU, and for ranks made of host threads, where ThreadSanitizer sees what is not ordered.
//
// A Ctx is one thread of one block of one rank. It has
// - args, rank, block, blocks, tid and threads, which are at least as many as ranks;
// - sync() and any(bool), barriers of the block, the latter with an "or" over it;
// - acquire(flag) and release(flag, value), of 32 bits, at the system's scope;
// - load_packet(p) and store_packet(p, v), two 64-bit words each of which arrives whole;
// - load(p) and store(p, v), ordinary, 16 bytes;
// - reduce<T>(i) and broadcast<T>(i, v), vector i of all ranks, by the switch or by loops;
// - peek(word), fail(peer, epoch), now_ns(), pause(); kRules, kUnroll.
//
// Barriers. Block b of a rank meets block b of the others, and no other block. A flag is set by
// release after a barrier of the block, so that what all its threads wrote comes before it, and is
// read by acquire. It counts up and is waited for by "reached", so a peer that is already in its
// next call is no harm and one set of flags is enough.
// two_shot: entry, because `in` of a peer is written by what ran before the call on that peer;
//   middle, because its sums must be there. Element k of a part belongs to the same block in both
//   steps, so that block b needs block b of the peers alone, also in place: what it overwrites has
//   been read by the very block it met. No exit: sums are overwritten behind the next entry, and
//   `in` was read before the middle.
// nvls: entry, and exit because others write into `out` of this rank. No proxy fence: within a call
//   no byte is touched by a multicast address and by another one; ends of kernels order the rest.
// one_shot: none. A packet is data and the number of the call, twice. Packets of two calls in a row
//   lie in two halves: a rank that is in call j + 2 has all packets of j + 1 from everyone, so all
//   have left call j. That needs one number for all blocks of a rank: block 0 counts for those that
//   are not there in a small call.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/allreduce/allreduce_args.h"
#include "kernels/allreduce/reduce_word.cuh"

namespace ga {

// What a test leaves out to see that it is missed.
struct AllReduceRules {
  bool leading_sync = true;  // before a flag is set
  bool entry = true;
  bool middle = true;
  bool exit = true;
  bool halves = true;
  bool reached = true;  // false: waits until a flag is equal
};

// Waits until ready(). False, and told, when the budget has run out.
template <class Ctx, class Ready>
__device__ __forceinline__ bool wait_for(Ctx& c, int peer, std::uint32_t epoch,
                                         std::uint64_t* waited_ns, Ready&& ready) {
  constexpr int kPollsPerLook = 32;  // at the clock: a poll takes about 0.7 us
  if (ready()) return true;
  const std::uint64_t start = c.now_ns();
  bool in_time = true;
  for (int poll = 1; in_time && !ready(); ++poll) {
    c.pause();
    in_time = poll % kPollsPerLook != 0 || c.now_ns() - start < c.args.budget_ns;
  }
  if (waited_ns != nullptr) waited_ns[peer] += c.now_ns() - start;
  if (!in_time) c.fail(peer, epoch);
  return in_time;
}

// Meets the same block of all peers. False for the whole block where one of them did not come.
template <class Ctx>
__device__ __forceinline__ bool meet(Ctx& c, std::uint32_t epoch, std::uint64_t* waited_ns) {
  if constexpr (Ctx::kRules.leading_sync) c.sync();
  bool late = false;
  if (c.tid < c.args.ranks && c.tid != c.rank) {
    const int peer = c.tid;
    c.release(&c.args.peers.signals[peer]->flag[c.block][c.rank], epoch);
    const std::uint32_t* const flag = &c.args.peers.signals[c.rank]->flag[c.block][peer];
    late = !wait_for(c, peer, epoch, c.block == 0 ? waited_ns : nullptr, [&] {
      const std::uint32_t seen = c.acquire(flag);
      return Ctx::kRules.reached ? reached(seen, epoch) : seen == epoch;
    });
  }
  return !c.any(late);
}

// The part of the data that a rank adds, in vectors.
struct Part {
  std::size_t first, count;
};
__device__ __forceinline__ Part part_at(const AllReduceArgs& args, int rank) {
  const std::size_t all = vectors_of(args.bytes);
  const std::size_t part = part_of(args.bytes, static_cast<std::size_t>(args.ranks));
  const std::size_t first = part * static_cast<std::size_t>(rank);
  if (first >= all) return {all, 0};
  return {first, part < all - first ? part : all - first};
}

// Vector `i` of all ranks' in, added in the order of ranks. All loads are under way at once.
template <class T, class Ctx>
__device__ __forceinline__ ptx::Vector sum_of_ranks(Ctx& c, std::size_t i) {
  WordSum<T> low, high;
  if (16 * i + 16 <= c.args.bytes) {
    ptx::Vector v[kAllReduceMostRanks];
#pragma unroll
    for (int r = 0; r < kAllReduceMostRanks; ++r) {
      if (r < c.args.ranks) v[r] = c.load(static_cast<const ptx::Vector*>(c.args.peers.in[r]) + i);
    }
#pragma unroll
    for (int r = 0; r < kAllReduceMostRanks; ++r) {
      if (r < c.args.ranks) {
        low.add(v[r].word[0]);
        high.add(v[r].word[1]);
      }
    }
  } else {
#pragma unroll 1
    for (int r = 0; r < c.args.ranks; ++r) {
      const ptx::Vector v = load_tail(c.args.peers.in[r], c.args.bytes, i);
      low.add(v.word[0]);
      high.add(v.word[1]);
    }
  }
  return {{low.rounded(), high.rounded()}};
}

// Takes vector k of every rank's sums to where it belongs in this rank's out.
template <class Ctx>
__device__ __forceinline__ void gather(Ctx& c, std::size_t part, std::size_t k) {
  const AllReducePeers& peers = c.args.peers;
  const int ranks = c.args.ranks;
  auto* const out = static_cast<ptx::Vector*>(peers.out[c.rank]);
  if (part * static_cast<std::size_t>(ranks - 1) + k < c.args.bytes / 16) {  // of all ranks whole
    ptx::Vector v[kAllReduceMostRanks];
#pragma unroll
    for (int r = 0; r < kAllReduceMostRanks; ++r) {
      if (r < ranks) v[r] = c.load(sums_at(peers.scratch[r], ranks) + k);
    }
#pragma unroll
    for (int r = 0; r < kAllReduceMostRanks; ++r) {
      if (r < ranks) c.store(out + part * static_cast<std::size_t>(r) + k, v[r]);
    }
    return;
  }
#pragma unroll 1
  for (int r = 0; r < ranks; ++r) {
    if (k >= part_at(c.args, r).count) break;  // nor have the ranks behind
    store_vector(c, out, c.args.bytes, part_at(c.args, r).first + k,
                 c.load(sums_at(peers.scratch[r], ranks) + k));
  }
}

template <class T, class Ctx>
__device__ __forceinline__ void two_shot(Ctx& c) {
  const AllReducePeers& peers = c.args.peers;
  const int ranks = c.args.ranks;
  AllReduceSignals* const own = peers.signals[c.rank];
  std::uint32_t epoch = own->epoch[c.block];
  const auto start = static_cast<std::size_t>(c.block * c.threads + c.tid);
  const auto step = static_cast<std::size_t>(c.blocks * c.threads);
  if constexpr (Ctx::kRules.entry) {
    if (!meet(c, ++epoch, own->waits.entry_ns)) return;
  }
  const Part mine = part_at(c.args, c.rank);
  ptx::Vector* const sums = sums_at(peers.scratch[c.rank], ranks);
  for (std::size_t k = start; k < mine.count; k += step) {
    c.store(sums + k, sum_of_ranks<T>(c, mine.first + k));
  }
  if constexpr (Ctx::kRules.middle) {
    if (!meet(c, ++epoch, own->waits.data_ns)) return;
  }
  const std::size_t part = part_of(c.args.bytes, static_cast<std::size_t>(ranks));
  for (std::size_t k = start; k < part; k += step) gather(c, part, k);
  if (c.tid == 0) own->epoch[c.block] = epoch;
}

template <class T, class Ctx>
__device__ __forceinline__ void nvls(Ctx& c) {
  const AllReducePeers& peers = c.args.peers;
  AllReduceSignals* const own = peers.signals[c.rank];
  std::uint32_t epoch = own->epoch[c.block];
  if constexpr (Ctx::kRules.entry) {
    if (!meet(c, ++epoch, own->waits.entry_ns)) return;
  }
  const Part mine = part_at(c.args, c.rank);
  const std::size_t end = mine.first + mine.count;
  const std::size_t whole = c.args.bytes / 16 < end ? c.args.bytes / 16 : end;
  const auto threads = static_cast<std::size_t>(c.threads);
  const std::size_t tile = Ctx::kUnroll * threads;
  const std::size_t start =
      mine.first + static_cast<std::size_t>(c.block) * tile + static_cast<std::size_t>(c.tid);
  for (std::size_t i = start; i < end; i += static_cast<std::size_t>(c.blocks) * tile) {
    ptx::Vector v[Ctx::kUnroll];
#pragma unroll
    for (std::size_t u = 0; u < Ctx::kUnroll; ++u) {
      if (i + u * threads < whole) v[u] = c.template reduce<T>(i + u * threads);
    }
#pragma unroll
    for (std::size_t u = 0; u < Ctx::kUnroll; ++u) {
      if (i + u * threads < whole) c.template broadcast<T>(i + u * threads, v[u]);
    }
  }
  // A last partial vector has no multicast operation: its owner adds and sends it itself.
  if (mine.count > 0 && whole < end && c.block == 0 && c.tid == 0) {
    const ptx::Vector v = sum_of_ranks<T>(c, whole);
    for (int r = 0; r < c.args.ranks; ++r) {
      store_vector(c, peers.out[r], c.args.bytes, whole, v);
    }
  }
  if constexpr (Ctx::kRules.exit) {
    if (!meet(c, ++epoch, own->waits.data_ns)) return;
  }
  if (c.tid == 0) own->epoch[c.block] = epoch;
}

// Eight bytes of data and a call's number on both sides.
__device__ __forceinline__ ptx::Vector packet_of(std::uint64_t word, std::uint32_t call) {
  const std::uint64_t seal = std::uint64_t{call} << 32;
  return {{seal | (word & 0xFFFFFFFFu), seal | (word >> 32)}};
}
__device__ __forceinline__ bool is_of(const ptx::Vector& packet, std::uint32_t call) {
  return packet.word[0] >> 32 == call && packet.word[1] >> 32 == call;
}
__device__ __forceinline__ std::uint64_t word_of(const ptx::Vector& packet) {
  return (packet.word[1] << 32) | (packet.word[0] & 0xFFFFFFFFu);
}

// The sum of word `i`; false where a peer's packet did not come.
template <class T, class Ctx>
__device__ __forceinline__ bool sum_of_packets(Ctx& c, std::uint32_t half, std::uint32_t call,
                                               std::size_t i, WordSum<T>& sum) {
  const AllReducePeers& peers = c.args.peers;
  std::uint64_t* const waited_ns =
      c.block == 0 && c.tid == 0 ? peers.signals[c.rank]->waits.data_ns : nullptr;
  const auto slot = [&](int from) {
    return packets_at(peers.scratch[c.rank], c.args.ranks, half, from) + i;
  };
  const ptx::Vector own = packet_of(padded_word(peers.in[c.rank], c.args.bytes, i), call);
  ptx::Vector packet[kAllReduceMostRanks];
#pragma unroll
  for (int r = 0; r < kAllReduceMostRanks; ++r) {
    if (r < c.args.ranks) packet[r] = r == c.rank ? own : c.load_packet(slot(r));
  }
  bool all = true;
#pragma unroll
  for (int r = 0; r < kAllReduceMostRanks; ++r) {
    if (r < c.args.ranks && all) {
      all = is_of(packet[r], call) || wait_for(c, r, call, waited_ns, [&] {
              packet[r] = c.load_packet(slot(r));
              return is_of(packet[r], call);
            });
      sum.add(word_of(packet[r]));
    }
  }
  return all;
}

template <class T, class Ctx>
__device__ __forceinline__ void one_shot(Ctx& c) {
  const AllReducePeers& peers = c.args.peers;
  const int ranks = c.args.ranks;
  AllReduceSignals* const own = peers.signals[c.rank];
  const std::uint32_t call = next_call(own->packets[c.block]);
  const std::uint32_t half = Ctx::kRules.halves ? call % 2 : 0;
  const std::size_t words = words_of(c.args.bytes);
  const auto start = static_cast<std::size_t>(c.block * c.threads + c.tid);
  const auto step = static_cast<std::size_t>(c.blocks * c.threads);
  for (std::size_t i = start; i < words; i += step) {
    const ptx::Vector packet = packet_of(padded_word(peers.in[c.rank], c.args.bytes, i), call);
    for (int k = 1; k < ranks; ++k) {  // not all to the same peer at once
      const int peer = c.rank + k < ranks ? c.rank + k : c.rank + k - ranks;
      c.store_packet(packets_at(peers.scratch[peer], ranks, half, c.rank) + i, packet);
    }
  }
  bool all = true;
  for (std::size_t i = start; all && i < words; i += step) {
    WordSum<T> sum;
    all = sum_of_packets(c, half, call, i, sum);
    if (all) store_word(peers.out[c.rank], c.args.bytes, i, sum.rounded());
  }
  c.sync();  // every thread of the block has read the number of the call
  if (c.tid == 0) own->packets[c.block] = call;
  if (c.block == 0) {
    for (int b = c.blocks + c.tid; b < kAllReduceMostBlocks; b += c.threads) {
      own->packets[b] = call;
    }
  }
}

template <AllReduceAlgorithm kAlgorithm, class T, class Ctx>
__device__ __forceinline__ void all_reduce_body(Ctx& c) {
  // A rank that gave up has lost its place in the count: nothing more until a reset.
  if (c.any(c.peek(&c.args.peers.signals[c.rank]->failed) != 0)) return;
  if constexpr (kAlgorithm == AllReduceAlgorithm::one_shot) {
    one_shot<T>(c);
  } else if constexpr (kAlgorithm == AllReduceAlgorithm::two_shot) {
    two_shot<T>(c);
  } else {
    nvls<T>(c);
  }
}

}  // namespace ga
