#include "kernels/data/pattern_walk.h"

#include <array>
#include <utility>

namespace ga {
namespace {

// Arrays of the memory cases are counted from 0; those of a walk's rounds from here.
constexpr std::uint32_t kFirstArray = 0x57000000;
constexpr std::uint64_t kHalf = 0x5555555555555555u;  // of all bits

// What all passes of a round are made from.
struct Round {
  std::uint64_t key = 0;
  std::uint64_t flip = 0;  // all bits in every second round
};

class Passes {
 public:
  void write(const WalkPattern& next) { add(WalkAction::write, WalkOrder::up, next); }
  void check() { add(WalkAction::check, WalkOrder::up, now_); }
  void rewrite(WalkOrder order, const WalkPattern& next) { add(WalkAction::rewrite, order, next); }
  std::vector<WalkPass> take() { return std::move(passes_); }

 private:
  void add(WalkAction action, WalkOrder order, const WalkPattern& next) {
    passes_.push_back({.action = action, .order = order, .expected = now_, .written = next});
    now_ = next;
  }

  std::vector<WalkPass> passes_;
  WalkPattern now_;  // in memory
};

WalkPattern constant(std::uint64_t value) { return {.value = value}; }

// Words xor three values. The round before leaves the words of the second: without the first, a
// write that did nothing would go unseen.
void three_values(const Round& round, WalkPattern words, Passes& passes) {
  for (const std::uint64_t value : {round.flip ^ kHalf, round.flip, ~round.flip}) {
    words.value = value;
    passes.write(words);
    passes.check();
  }
}

// Two words that share a cell, or a word that is none, do not both hold their addresses.
void own_address(const Round& round, Passes& passes) {
  three_values(round, {.kind = WalkKind::address}, passes);
}

// A word that changes while another is written, before its own turn comes: upwards it is seen in
// words above the one that does it, downwards in those below. Every bit rises and falls both ways.
void moving_inversions(const Round& round, Passes& passes) {
  const std::array<std::uint64_t, 4> values{
      0, kHalf, ~kHalf,
      std::uint64_t{1} << (pattern_word(round.key, 0) % 64)};  // one bit, which walks with the seed
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint64_t p = values[i] ^ round.flip;
    if (i == 0) {
      passes.write(constant(p));
    } else {
      passes.rewrite(WalkOrder::up, constant(p));
    }
    passes.rewrite(WalkOrder::up, constant(~p));
    passes.rewrite(WalkOrder::down, constant(p));
  }
  passes.check();
}

// A word among neighbours that all hold its complement, at each of the 20 remainders.
void modulo_20(const Round& round, Passes& passes) {
  for (std::uint32_t stripe = 0; stripe < kStripes; ++stripe) {
    passes.write({.value = pattern_word(round.key, stripe) ^ round.flip, .stripe = stripe});
    passes.check();
  }
}

void random_words(const Round& round, Passes& passes) {
  three_values(round, {.kind = WalkKind::random, .key = round.key}, passes);
}

double transfers(WalkAction action) { return action == WalkAction::rewrite ? 2 : 1; }

}  // namespace

std::uint64_t walk_word(const WalkPattern& pattern, std::uint64_t index) {
  switch (pattern.kind) {
    case WalkKind::address:
      return walk_word<WalkKind::address>(pattern, index);
    case WalkKind::random:
      return walk_word<WalkKind::random>(pattern, index);
    case WalkKind::striped:
      break;
  }
  return walk_word<WalkKind::striped>(pattern, index);
}

std::vector<WalkPass> walk_passes(WalkTest test, std::uint64_t seed, std::uint64_t number) {
  const Round round{.key = pattern_key(seed, kFirstArray + static_cast<std::uint32_t>(number / 2)),
                    .flip = number % 2 == 0 ? 0 : ~std::uint64_t{0}};
  Passes passes;
  switch (test) {
    case WalkTest::own_address:
      own_address(round, passes);
      break;
    case WalkTest::moving_inversions:
      moving_inversions(round, passes);
      break;
    case WalkTest::modulo_20:
      modulo_20(round, passes);
      break;
    case WalkTest::random:
      random_words(round, passes);
      break;
  }
  return passes.take();
}

std::uint64_t held_round(std::int64_t block, std::uint64_t flip) {
  constexpr std::int64_t kBlocksOfWords = 3;
  return 2 * static_cast<std::uint64_t>(block / kBlocksOfWords) + flip;
}

// Random words are the most arithmetic; in place only stripes are rewritten.
LonePass::LonePass(WalkAction action) : action_(action) {
  if (action != WalkAction::rewrite) lies_ = {.kind = WalkKind::random, .key = pattern_key(1, 0)};
}

WalkPass LonePass::next() {
  const WalkPattern before = lies_;
  if (action_ != WalkAction::check) lies_.value = ~lies_.value;
  return {.action = action_, .expected = before, .written = lies_};
}

double walk_bytes(std::span<const WalkPass> passes, std::size_t bytes) {
  double sum = 0;
  for (const WalkPass& pass : passes) sum += transfers(pass.action);
  return sum * static_cast<double>(bytes);
}

std::uint64_t walk_checks(std::span<const WalkPass> passes, std::size_t bytes) {
  std::uint64_t checks = 0;
  for (const WalkPass& pass : passes) checks += pass.action != WalkAction::write ? 1 : 0;
  return checks * (bytes / 8);
}

}  // namespace ga
