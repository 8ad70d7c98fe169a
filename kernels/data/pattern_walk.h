// The walk over nearly all memory: what its four tests write, and what they expect, word by word.
//
// A walk is a list of passes. A pass goes over all words once and writes them, checks them, or
// checks each and writes its next value in its place. Words have 64 bits and are counted from 0
// through the walked region; what a word should be follows from its index alone, no memory is read.
//
// The last pass is a check of what lies in memory when the others are done: whoever wants to know
// which bits fade lets time pass before it. Of two rounds that differ in their last bit, one leaves
// the complement of what the other leaves: after both, every bit has been held at 0 and at 1. No
// pass writes into a word what lies there, whatever round ran before: a write that is lost is seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/data/pattern.h"

namespace ga {

// The values of the parameter `test` of memory.pattern.
enum class WalkTest { own_address = 0, moving_inversions = 1, modulo_20 = 2, random = 3 };

enum class WalkKind {
  address,  // 8 i, the word's own byte offset in the region, xor `value`
  striped,  // `value`; and its complement in every 20th word, from word `stripe` on
  random    // pattern_word(key, i) xor `value`
};

inline constexpr std::uint32_t kStripes = 20;
inline constexpr std::uint32_t kNoStripe = kStripes;  // a remainder that no index has

struct WalkPattern {
  WalkKind kind = WalkKind::striped;
  std::uint64_t value = 0;
  std::uint64_t key = 0;
  std::uint32_t stripe = kNoStripe;
  friend bool operator==(const WalkPattern&, const WalkPattern&) = default;
};

// Word `index`, for a kind that the compiler knows.
template <WalkKind kKind>
GA_HOST_DEVICE std::uint64_t walk_word(const WalkPattern& pattern, std::uint64_t index) {
  if constexpr (kKind == WalkKind::address) return (8 * index) ^ pattern.value;
  if constexpr (kKind == WalkKind::random) return pattern_word(pattern.key, index) ^ pattern.value;
  return index % kStripes == pattern.stripe ? ~pattern.value : pattern.value;
}
std::uint64_t walk_word(const WalkPattern& pattern, std::uint64_t index);

enum class WalkAction {
  write,
  check,
  rewrite  // check a word, then write its next value
};
enum class WalkOrder { up, down };

struct WalkPass {
  WalkAction action = WalkAction::write;
  WalkOrder order = WalkOrder::up;
  WalkPattern expected = {};  // of check and rewrite
  WalkPattern written = {};   // of write and rewrite
};

// The passes of a test, from its seed and the number of the round alone.
std::vector<WalkPass> walk_passes(WalkTest test, std::uint64_t seed, std::uint64_t round);

// The round of a walk that holds: from its place in its series and from which of two complements it
// is to hold (flip: 0 or 1), and from nothing else, so that what ran before, was discarded or died
// changes neither. Three blocks in a row hold the same words: gates allow two to be discarded, and
// so the words of every three are kept in both complements.
std::uint64_t held_round(std::int64_t block, std::uint64_t flip);

// One action again and again, to be timed alone. What writes leaves in every word the complement of
// what lies there, so that a check behind it sees a launch that did nothing.
class LonePass {
 public:
  explicit LonePass(WalkAction action);
  WalkPass fill() const { return {.action = WalkAction::write, .written = lies_}; }
  WalkPass next();
  WalkPass check() const { return {.action = WalkAction::check, .expected = lies_}; }

 private:
  WalkAction action_;
  WalkPattern lies_;  // in memory, when all passes so far are done
};

// Bytes over the memory bus: each byte of the region once for a write and once for a check.
double walk_bytes(std::span<const WalkPass> passes, std::size_t bytes);
// Words that these passes compare.
std::uint64_t walk_checks(std::span<const WalkPass> passes, std::size_t bytes);

}  // namespace ga
