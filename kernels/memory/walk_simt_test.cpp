// The passes of the walk, executed on the CPU: their words against plain arithmetic, ragged sizes,
// the borders of pieces, and what a check reports.
#include "kernels/testing/simt_ptx_memory.h"
//
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "kernels/memory/walk_kernels.cuh"

namespace {

using ga::WalkAction;
using ga::WalkKind;
using ga::WalkOrder;
using ga::WalkPass;
using ga::WalkPattern;
using ga::WalkReport;
using ga::WalkTest;
using ga::ptx::Vector;

constexpr int kThreads = 64;
constexpr int kUnroll = 2;
constexpr std::uint32_t kPieceShift = 8;  // two tiles of 128 vectors
constexpr std::size_t kPiece = std::size_t{1} << kPieceShift;
constexpr std::uint64_t kPoison = 0xDEADBEEFDEADBEEF;

// Around a tile, a piece and two of them.
const std::vector<std::size_t> kCounts = {1,   2,   63,  64,  127, 128, 129,
                                          255, 256, 257, 509, 512, 1021};
const std::vector<unsigned> kGrids = {1, 3};

// Pieces that do not lie side by side, each with one poisoned vector behind its end.
class Pieces {
 public:
  explicit Pieces(std::size_t vectors) : vectors_(vectors) {
    for (std::size_t at = 0; at < vectors; at += kPiece) {
      memory_.emplace_back(kPiece + 1, Vector{{kPoison, kPoison}});
    }
    for (auto& piece : memory_) starts_.push_back(piece.data());
  }
  ga::WalkRegion region() const { return {starts_.data(), kPieceShift, vectors_}; }
  std::uint64_t& word(std::size_t i) {
    return memory_[i / (2 * kPiece)][i / 2 % kPiece].word[i % 2];
  }
  std::size_t words() const { return 2 * vectors_; }
  // Everything that no pass may touch.
  bool poisoned_behind() const {
    for (std::size_t i = 0; i < memory_.size(); ++i) {
      const std::size_t first = i * kPiece;
      const std::size_t used = std::min(kPiece, vectors_ - first);
      for (std::size_t v = used; v <= kPiece; ++v) {
        if (memory_[i][v].word[0] != kPoison || memory_[i][v].word[1] != kPoison) return false;
      }
    }
    return true;
  }

 private:
  std::size_t vectors_;
  std::vector<std::vector<Vector>> memory_;
  std::vector<Vector*> starts_;
};

template <WalkKind kKind>
void run_as(const Pieces& pieces, const WalkPass& pass, unsigned blocks, WalkReport* found) {
  ga::simt::run({blocks}, kThreads, {.order_seed = 3}, [&] {
    const ga::WalkRegion region = pieces.region();
    if (pass.action == WalkAction::write) {
      ga::walk_write_kernel<kThreads, kUnroll, kKind>(region, pass.order, pass.written);
    } else if (pass.action == WalkAction::check) {
      ga::walk_check_kernel<kThreads, kUnroll, kKind>(region, pass.order, pass.expected, found);
    } else {
      ga::walk_rewrite_kernel<kThreads, kUnroll, kKind>(region, pass.order, pass.expected,
                                                        pass.written, found);
    }
  });
}

// As the launcher does it.
void run_pass(const Pieces& pieces, const WalkPass& pass, std::uint32_t number, WalkReport& report,
              unsigned blocks = 3) {
  std::vector<WalkReport> found(blocks, WalkReport{.checked = kPoison, .wrong = kPoison});
  const bool writes = pass.action == WalkAction::write;
  switch (writes ? pass.written.kind : pass.expected.kind) {
    case WalkKind::address:
      run_as<WalkKind::address>(pieces, pass, blocks, found.data());
      break;
    case WalkKind::striped:
      run_as<WalkKind::striped>(pieces, pass, blocks, found.data());
      break;
    case WalkKind::random:
      run_as<WalkKind::random>(pieces, pass, blocks, found.data());
      break;
  }
  if (writes) return;
  ga::simt::run({1}, kThreads, {.order_seed = 5},
                [&] { ga::walk_merge_kernel<kThreads>(found.data(), blocks, number, &report); });
}

constexpr std::uint64_t kAll = ~std::uint64_t{0};

// What a word is after the last write of a test, without pattern_walk's formulas: a counter for the
// remainder, the data generator itself for random words.
std::uint64_t reference(WalkTest test, std::uint64_t seed, std::uint64_t round, std::size_t index,
                        std::size_t remainder) {
  const std::uint64_t key =
      ga::pattern_key(seed, 0x57000000 + static_cast<std::uint32_t>(round / 2));
  const bool odd = round % 2 != 0;
  std::uint64_t word = 0;
  switch (test) {
    case WalkTest::own_address:
      word = kAll - 8 * index;
      break;
    case WalkTest::moving_inversions:
      word = std::uint64_t{1} << (ga::pattern_word(key, 0) & 63);
      break;
    case WalkTest::modulo_20:
      word = ga::pattern_word(key, 19);
      if (remainder == 19) word = kAll - word;
      break;
    case WalkTest::random:
      word = kAll - ga::pattern_word(key, index);
      break;
  }
  return odd ? kAll - word : word;
}

const std::vector<WalkTest> kTests = {WalkTest::own_address, WalkTest::moving_inversions,
                                      WalkTest::modulo_20, WalkTest::random};

TEST(WalkPasses, BeginWithAWriteEndWithACheckAndExpectWhatWasWritten) {
  const std::vector<std::size_t> lengths = {6, 13, 40, 6};
  for (const WalkTest test : kTests) {
    for (const std::uint64_t round : {0, 1, 2}) {
      const auto passes = ga::walk_passes(test, 7, round);
      ASSERT_EQ(passes.size(), lengths[static_cast<std::size_t>(test)]);
      EXPECT_EQ(passes.front().action, WalkAction::write);
      EXPECT_EQ(passes.back().action, WalkAction::check);
      WalkPattern now = passes.front().written;
      for (std::size_t i = 1; i < passes.size(); ++i) {
        if (passes[i].action != WalkAction::write) {
          EXPECT_EQ(passes[i].expected, now) << i;
        }
        if (passes[i].action != WalkAction::check) now = passes[i].written;
      }
    }
  }
}

TEST(WalkPasses, ComeFromSeedAndRoundAlone) {
  for (const WalkTest test : {WalkTest::modulo_20, WalkTest::random}) {
    EXPECT_EQ(ga::walk_passes(test, 7, 0)[0].written, ga::walk_passes(test, 7, 0)[0].written);
    EXPECT_NE(ga::walk_passes(test, 7, 0)[0].written, ga::walk_passes(test, 8, 0)[0].written);
    EXPECT_NE(ga::walk_passes(test, 7, 0)[0].written, ga::walk_passes(test, 7, 2)[0].written);
  }
}

// Then a launch that does nothing is seen, and two rounds hold every bit at 0 and at 1.
TEST(WalkPasses, LeaveNoWordAsTheRoundBeforeLeftIt) {
  for (const WalkTest test : kTests) {
    for (std::uint64_t round = 0; round < 6; ++round) {
      const WalkPattern one = ga::walk_passes(test, 7, round).back().expected;
      const WalkPattern next = ga::walk_passes(test, 7, round + 1).back().expected;
      for (std::uint64_t i = 0; i < 500; ++i) {
        const std::uint64_t flipped = ga::walk_word(one, i) ^ ga::walk_word(next, i);
        ASSERT_NE(flipped, 0u);
        if (round % 2 == 0) {
          ASSERT_EQ(flipped, kAll);
        }
      }
    }
  }
}

// Whichever two of three blocks were discarded, in the series of either complement.
TEST(WalkPasses, HoldTheSameWordsInThreeBlocksAndTheirComplementWhenFlipped) {
  const auto held = [](std::int64_t block, std::uint64_t flip) {
    return ga::walk_passes(WalkTest::random, 7, ga::held_round(block, flip)).back().expected;
  };
  for (const std::int64_t first : {0, 3, 300}) {
    for (const std::int64_t block : {first, first + 1, first + 2}) {
      for (const std::int64_t other : {first, first + 1, first + 2}) {
        for (std::uint64_t i = 0; i < 100; ++i) {
          const std::uint64_t one = ga::walk_word(held(block, 0), i);
          ASSERT_EQ(one ^ ga::walk_word(held(other, 1), i), kAll) << block << " " << other;
        }
      }
    }
    EXPECT_NE(held(first, 0).key, held(first + 3, 0).key) << "new words";
  }
}

// Of the words before and behind every write of a round, those that it does not change. What lies
// there first was left by `before`.
std::size_t unchanged_words(WalkTest test, std::uint64_t before, std::uint64_t round) {
  std::size_t unchanged = 0;
  WalkPattern now = ga::walk_passes(test, 7, before).back().expected;
  for (const WalkPass& pass : ga::walk_passes(test, 7, round)) {
    if (pass.action == WalkAction::check) continue;
    for (std::uint64_t i = 0; i < 300; ++i) {
      if (ga::walk_word(now, i) == ga::walk_word(pass.written, i)) ++unchanged;
    }
    now = pass.written;
  }
  return unchanged;
}

// Then a write that does nothing is seen: of whatever round ran before, too.
TEST(WalkPasses, WriteNoWordThatLiesThere) {
  for (const WalkTest test : kTests) {
    for (std::uint64_t round = 0; round < 8; ++round) {
      for (std::uint64_t before = 0; before < 8; ++before) {
        EXPECT_EQ(unchanged_words(test, before, round), 0u)
            << static_cast<int>(test) << ": " << before << ", " << round;
      }
    }
  }
}

TEST(WalkPasses, MoveAndCheckWhatTheySay) {
  const auto bytes = [](WalkTest test) { return ga::walk_bytes(ga::walk_passes(test, 1, 0), 80); };
  EXPECT_EQ(bytes(WalkTest::own_address), 6 * 80.0);
  EXPECT_EQ(bytes(WalkTest::moving_inversions), (1 + 11 * 2 + 1) * 80.0);
  EXPECT_EQ(bytes(WalkTest::modulo_20), 40 * 80.0);
  EXPECT_EQ(ga::walk_checks(ga::walk_passes(WalkTest::moving_inversions, 1, 0), 80), 12u * 10);
  EXPECT_EQ(ga::walk_checks(ga::walk_passes(WalkTest::modulo_20, 1, 0), 80), 20u * 10);
}

// Three launches of one action, and behind each that writes a check of what it wrote. One of them
// may do nothing.
WalkReport run_alone(WalkAction action, int lost) {
  Pieces pieces(300);
  ga::LonePass pass(action);
  WalkReport report;
  run_pass(pieces, pass.fill(), 0, report);
  for (int launch = 0; launch < 3; ++launch) {
    const WalkPass next = pass.next();
    if (launch != lost) run_pass(pieces, next, 0, report);
    if (action != WalkAction::check) run_pass(pieces, pass.check(), 1, report);
  }
  return report;
}

TEST(LonePass, ExpectsWhatItsOwnLaunchesLeft) {
  for (const WalkAction action : {WalkAction::write, WalkAction::check, WalkAction::rewrite}) {
    const WalkReport report = run_alone(action, -1);
    EXPECT_EQ(report.wrong, 0u);
    EXPECT_EQ(report.checked, (action == WalkAction::rewrite ? 6u : 3u) * 600);
  }
}

// The last, too, whose writes no launch behind it checks.
TEST(LonePass, SeesALaunchThatDidNothing) {
  for (const WalkAction action : {WalkAction::write, WalkAction::rewrite}) {
    for (int lost = 0; lost < 3; ++lost) EXPECT_GE(run_alone(action, lost).wrong, 600u) << lost;
  }
}

TEST(WalkKernels, LeaveTheReferencesWordsAndNothingElse) {
  for (const WalkTest test : kTests) {
    const bool is_long = test == WalkTest::modulo_20 || test == WalkTest::moving_inversions;
    for (const std::size_t count : is_long ? std::vector<std::size_t>{257, 1021} : kCounts) {
      for (const std::uint64_t round : {0, 3}) {
        Pieces pieces(count);
        const auto passes = ga::walk_passes(test, 42, round);
        WalkReport report;
        std::uint32_t number = 0;
        for (const WalkPass& pass : passes) run_pass(pieces, pass, number++, report);
        std::size_t remainder = 0;
        for (std::size_t i = 0; i < pieces.words(); ++i) {
          ASSERT_EQ(pieces.word(i), reference(test, 42, round, i, remainder)) << count << ": " << i;
          remainder = remainder == 19 ? 0 : remainder + 1;
        }
        EXPECT_TRUE(pieces.poisoned_behind()) << count;
        EXPECT_EQ(report.wrong, 0u) << count;
        EXPECT_EQ(report.checked, ga::walk_checks(passes, 16 * count)) << count;
      }
    }
  }
}

// At both ends, at the borders of a tile and of a piece, in either half of a vector.
TEST(WalkKernels, ACheckFindsOneWrongWordWhereverItIs) {
  const WalkPattern random{.kind = WalkKind::random, .key = 9};
  for (const unsigned blocks : kGrids) {
    for (const WalkOrder order : {WalkOrder::up, WalkOrder::down}) {
      Pieces pieces(1021);
      WalkReport none;
      run_pass(pieces, {.action = WalkAction::write, .written = random}, 0, none, blocks);
      for (const std::size_t wrong : {0, 1, 255, 256, 511, 512, 1023, 1024, 2040, 2041}) {
        pieces.word(wrong) ^= std::uint64_t{1} << 63;
        WalkReport report;
        run_pass(pieces, {.action = WalkAction::check, .order = order, .expected = random}, 4,
                 report, blocks);
        const std::uint64_t expected = ga::pattern_word(9, wrong);
        EXPECT_EQ(report.checked, 2042u);
        EXPECT_EQ(report.wrong, 1u);
        EXPECT_EQ(report.first, wrong);
        EXPECT_EQ(report.expected, expected);
        EXPECT_EQ(report.got, expected ^ (std::uint64_t{1} << 63));
        EXPECT_EQ(report.pass, 4u);
        const std::size_t tile = wrong / 256;
        const std::size_t turn = order == WalkOrder::up ? tile : (2042 + 255) / 256 - 1 - tile;
        EXPECT_EQ(report.smid, turn % blocks % 7) << wrong;  // simt's SM of a block
        pieces.word(wrong) ^= std::uint64_t{1} << 63;
      }
    }
  }
}

// Vectors 450 and 834: the same thread of the same block, in either direction.
TEST(WalkKernels, TheLowestOfAThreadsWrongWordsIsNamed) {
  const WalkPattern zeros{.value = 0};
  for (const WalkOrder order : {WalkOrder::up, WalkOrder::down}) {
    Pieces pieces(1021);
    WalkReport report;
    run_pass(pieces, {.action = WalkAction::write, .written = zeros}, 0, report);
    for (const std::size_t wrong : {900, 901, 1668}) pieces.word(wrong) = wrong;
    run_pass(pieces, {.action = WalkAction::check, .order = order, .expected = zeros}, 1, report);
    EXPECT_EQ(report.wrong, 3u);
    EXPECT_EQ(report.first, 900u);
    EXPECT_EQ(report.got, 900u);
  }
}

TEST(WalkKernels, TheLowestWrongWordOfTheFirstPassIsNamed) {
  const WalkPattern zeros{.value = 0};
  const WalkPattern ones{.value = kAll};
  Pieces pieces(1021);
  WalkReport report;
  run_pass(pieces, {.action = WalkAction::write, .written = zeros}, 0, report);
  run_pass(pieces, {.action = WalkAction::check, .expected = zeros}, 1, report);
  EXPECT_EQ(report.wrong, 0u);
  for (const std::size_t wrong : {1700, 900, 901, 1300}) pieces.word(wrong) = wrong;
  run_pass(
      pieces,
      {.action = WalkAction::rewrite, .order = WalkOrder::down, .expected = zeros, .written = ones},
      2, report);
  EXPECT_EQ(report.wrong, 4u);
  EXPECT_EQ(report.first, 900u);
  EXPECT_EQ(report.got, 900u);
  pieces.word(5) = 0;  // lower, and later
  run_pass(pieces, {.action = WalkAction::check, .expected = ones}, 3, report);
  EXPECT_EQ(report.wrong, 5u);
  EXPECT_EQ(report.first, 900u);
  EXPECT_EQ(report.got, 900u);
  EXPECT_EQ(report.expected, 0u);
  EXPECT_EQ(report.pass, 2u);
  EXPECT_EQ(report.checked, 3u * 2042);
}

}  // namespace
