// The words that exercise.atomic works on, and what one thread does to them in one round. Whatever
// order the threads come in, the words end the same: the host takes them one after the other.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/data/exercise_integer.h"

namespace ga {

// Zeroed, but for those that start at all ones: atomic_start().
struct AtomicWords {
  std::uint32_t add, smallest, largest, all, any, odd, wrapped, swapped, ticket;
  std::int32_t signed_smallest, signed_largest;
  float sum;                 // of small integers: exact in any order
  std::uint32_t last, pad;   // of exchanges; how they chain is in `chain`
  std::uint64_t wide_add, wide_smallest, wide_largest, wide_all, wide_any, wide_odd, wide_swapped;
  double wide_sum;
  std::uint64_t chain;       // all that exchanges returned, and at last what they left
  std::uint64_t wide_last;
  // A bit for each ticket, turned over by who drew it: drawn twice, or never, it stays 0.
  std::uint32_t drawn[kExerciseThreads * kExerciseRounds / 32];
  std::uint32_t spread_add[64];   // few threads at each
  std::uint64_t spread_odd[64];
};
inline constexpr std::size_t kAtomicWordCount = sizeof(AtomicWords) / 4;
static_assert(sizeof(AtomicWords) % 8 == 0);

// A count that wraps: atomicInc's limit.
inline constexpr std::uint32_t kAtomicWrap = 1000;

// The word `i` of 32 bits before the first operation.
GA_HOST_DEVICE std::uint32_t atomic_start(std::size_t i) {
  const std::size_t byte = 4 * i;
  const auto of = [&](std::size_t at, std::size_t size) { return byte >= at && byte < at + size; };
  const bool ones = of(offsetof(AtomicWords, smallest), 4) || of(offsetof(AtomicWords, all), 4) ||
                    of(offsetof(AtomicWords, wide_smallest), 8) ||
                    of(offsetof(AtomicWords, wide_all), 8);
  return ones ? ~std::uint32_t{0} : 0;
}

template <class Ops>
GA_EXERCISE void atomic_narrow(AtomicWords& w, std::uint32_t x, std::uint32_t y) {
  Ops::add(&w.add, x);
  Ops::min(&w.smallest, x);
  Ops::max(&w.largest, x);
  Ops::bit_and(&w.all, x | (1u << (y & 31u)) | 0x00F00F00u);
  Ops::bit_or(&w.any, x & y & 0xFF0FF0FFu & (y >> 7));
  Ops::bit_xor(&w.odd, x);
  Ops::wrap(&w.wrapped, kAtomicWrap);
  Ops::min(&w.signed_smallest, as_signed(y));
  Ops::max(&w.signed_largest, as_signed(y));
  Ops::add(&w.sum, static_cast<float>(as_signed(x & 0xFFFu) - 2048));
  Ops::add(&w.chain, std::uint64_t{Ops::exchange(&w.last, x)});
  const std::uint32_t ticket = Ops::add(&w.ticket, 1u);
  Ops::bit_xor(&w.drawn[ticket / 32 % (kExerciseThreads * kExerciseRounds / 32)],
               1u << (ticket & 31u));
}

template <class Ops>
GA_EXERCISE void atomic_wide(AtomicWords& w, std::uint64_t x, std::uint64_t y) {
  Ops::add(&w.wide_add, x);
  Ops::min(&w.wide_smallest, x);
  Ops::max(&w.wide_largest, x);
  Ops::bit_and(&w.wide_all, x | (std::uint64_t{1} << (y & 63u)) | 0x00F00F0000F00F00u);
  Ops::bit_or(&w.wide_any, x & y & (x >> 9) & 0xFF0FF0FFFF0FF0FFu);
  Ops::bit_xor(&w.wide_odd, x);
  Ops::add(&w.wide_sum, static_cast<double>(as_signed(low_half(x) & 0xFFFFFFu) - 0x800000));
  Ops::add(&w.chain, Ops::exchange(&w.wide_last, y));
}

template <class Ops>
GA_EXERCISE void atomic_round(AtomicWords& w, std::uint64_t key, int round, int thread) {
  const std::uint64_t x = exercise_input(key, round, thread, 0);
  const std::uint64_t y = exercise_input(key, round, thread, 1);
  atomic_narrow<Ops>(w, low_half(x), high_half(x));
  atomic_wide<Ops>(w, x, y);
  // Some threads only: each that wins sends all others of the block round again.
  if ((thread + round) % 8 == 0) {
    Ops::add_by_swaps(&w.swapped, high_half(y));
    Ops::add_by_swaps(&w.wide_swapped, y);
  }
  Ops::add(&w.spread_add[y & 63u], high_half(y));
  Ops::bit_xor(&w.spread_odd[y >> 6 & 63u], x);
}

// By one thread, when all have come: what the exchanges left depends on who was last, and what they
// returned together with it does not.
GA_HOST_DEVICE void atomic_finish(AtomicWords& w) {
  w.chain += w.last + w.wide_last;
  w.last = 0;
  w.wide_last = 0;
}

// Of all blocks at once: a ring of sums in global memory. What a thread adds to its word there, in
// each repeat.
inline constexpr int kAtomicRing = 64;
GA_HOST_DEVICE std::uint64_t atomic_ring_value(std::uint64_t key, int thread) {
  return exercise_input(key, 0, thread, 2);
}

}  // namespace ga
