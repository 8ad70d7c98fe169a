// The words that exercise.atomic works on, and what one thread does to them in one round. Whatever
// order the threads come in, the words end the same: the host takes them one after the other. And
// no operation may be lost: each leaves a trace of its own.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/data/exercise_integer.h"

namespace ga {

inline constexpr int kAtomicBits = kExerciseThreads * kExerciseRounds;  // one for each turn

// Zeroed, but for those that start at all ones: atomic_start().
struct AtomicWords {
  // All threads at one word.
  std::uint32_t add, odd, wrapped, swapped, ticket;
  float sum;                // of small integers: exact in any order
  std::uint32_t last, pad;  // of exchanges; how they chain is in `chain`
  std::uint64_t wide_add, wide_odd, wide_swapped;
  double wide_sum;
  std::uint64_t chain;  // all that exchanges, minima and maxima returned, and what exchanges left
  std::uint64_t wide_last;
  // A few threads at each. A bit for each ticket, turned over by who drew it: drawn twice, or
  // never, it stays 0. A bit for each turn, cleared or set by its thread.
  std::uint32_t drawn[kAtomicBits / 32];
  std::uint32_t cleared[kAtomicBits / 32], set[kAtomicBits / 32];
  std::uint64_t wide_cleared[kAtomicBits / 64], wide_set[kAtomicBits / 64];
  std::uint32_t spread_add[64];
  std::uint64_t spread_odd[64];
  // A word for each thread, whose next value is always beyond the one before.
  std::uint32_t low[kExerciseThreads], high[kExerciseThreads];
  std::int32_t signed_low[kExerciseThreads], signed_high[kExerciseThreads];
  std::uint64_t wide_low[kExerciseThreads], wide_high[kExerciseThreads];
};
inline constexpr std::size_t kAtomicWordCount = sizeof(AtomicWords) / 4;
static_assert(sizeof(AtomicWords) % 8 == 0);

// A count that wraps: atomicInc's limit.
inline constexpr std::uint32_t kAtomicWrap = 1000;

// The word `i` of 32 bits before the first operation.
GA_HOST_DEVICE std::uint32_t atomic_start(std::size_t i) {
  const std::size_t byte = 4 * i;
  const auto of = [&](std::size_t at, std::size_t size) { return byte >= at && byte < at + size; };
  const bool ones = of(offsetof(AtomicWords, cleared), kAtomicBits / 8) ||
                    of(offsetof(AtomicWords, wide_cleared), kAtomicBits / 8) ||
                    of(offsetof(AtomicWords, low), 4 * kExerciseThreads) ||
                    of(offsetof(AtomicWords, signed_high), 4 * kExerciseThreads) ||
                    of(offsetof(AtomicWords, wide_low), 8 * kExerciseThreads);
  return ones ? ~std::uint32_t{0} : 0;
}

template <class Ops>
GA_EXERCISE void atomic_contended(AtomicWords& w, std::uint64_t x, std::uint64_t y) {
  const std::uint32_t x0 = low_half(x), x1 = high_half(x);
  Ops::add(&w.add, x0);
  Ops::bit_xor(&w.odd, x1);
  Ops::wrap(&w.wrapped, kAtomicWrap);
  Ops::add(&w.sum, static_cast<float>(as_signed(x0 & 0xFFFu) - 2048));
  Ops::add(&w.chain, std::uint64_t{Ops::exchange(&w.last, x0)});
  const std::uint32_t ticket = Ops::add(&w.ticket, 1u);
  Ops::bit_xor(&w.drawn[ticket / 32 % (kAtomicBits / 32)], 1u << (ticket & 31u));
  Ops::add(&w.wide_add, x);
  Ops::bit_xor(&w.wide_odd, y);
  Ops::add(&w.wide_sum, static_cast<double>(as_signed(x0 & 0xFFFFFFu) - 0x800000));
  Ops::add(&w.chain, Ops::exchange(&w.wide_last, y));
}

template <class Ops>
GA_EXERCISE void atomic_bits(AtomicWords& w, int turn, std::uint64_t y) {
  const std::uint32_t bit = 1u << (turn & 31);
  const std::uint64_t wide_bit = std::uint64_t{1} << (turn & 63);
  Ops::bit_and(&w.cleared[turn / 32], ~bit);
  Ops::bit_or(&w.set[turn / 32], bit);
  Ops::bit_and(&w.wide_cleared[turn / 64], ~wide_bit);
  Ops::bit_or(&w.wide_set[turn / 64], wide_bit);
  Ops::add(&w.spread_add[y & 63u], high_half(y));
  Ops::bit_xor(&w.spread_odd[y >> 6 & 63u], y);
}

// What they return is the thread's own value of the round before.
template <class Ops>
GA_EXERCISE void atomic_extremes(AtomicWords& w, int round, int thread, std::uint64_t x) {
  const auto age = static_cast<std::uint32_t>(round + 1) << 27;
  const std::uint32_t rising = age | (low_half(x) & 0x7FFFFFFu);
  const std::uint64_t wide_rising = (std::uint64_t{rising} << 32) | high_half(x);
  std::uint64_t returned = Ops::min(&w.low[thread], ~rising);
  returned += Ops::max(&w.high[thread], rising);
  // Of the other sign than what they start from: an unsigned comparison would keep that.
  returned += as_unsigned(Ops::min(&w.signed_low[thread], as_signed(0x80000000u | ~rising >> 1)));
  returned += as_unsigned(Ops::max(&w.signed_high[thread], as_signed(rising >> 1)));
  returned += Ops::min(&w.wide_low[thread], ~wide_rising);
  returned += Ops::max(&w.wide_high[thread], wide_rising);
  Ops::add(&w.chain, returned);
}

template <class Ops>
GA_EXERCISE void atomic_round(AtomicWords& w, std::uint64_t key, int round, int thread) {
  const std::uint64_t x = exercise_input(key, round, thread, 0);
  const std::uint64_t y = exercise_input(key, round, thread, 1);
  atomic_contended<Ops>(w, x, y);
  atomic_bits<Ops>(w, round * kExerciseThreads + thread, y);
  atomic_extremes<Ops>(w, round, thread, x);
  // Some threads only: each that wins sends all others of the block round again.
  if ((thread + round) % 8 == 0) {
    Ops::add_by_swaps(&w.swapped, high_half(y));
    Ops::add_by_swaps(&w.wide_swapped, y);
  }
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
