// Which test of the walk finds which fault of a memory, and where: the kernels run on the CPU over
// memory that has one fault. One block, so that its tiles come in order.
#include "kernels/testing/simt_ptx_memory.h"
//
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "kernels/memory/walk_kernels.cuh"

namespace {

using ga::WalkAction;
using ga::WalkKind;
using ga::WalkPass;
using ga::WalkReport;
using ga::WalkTest;
using ga::ptx::Vector;

constexpr int kThreads = 32;
constexpr int kUnroll = 2;  // a tile is 128 words
constexpr std::uint32_t kPieceShift = 7;
constexpr std::size_t kPieceWords = 256;
constexpr std::size_t kWords = 1200;  // the last piece is not full

using Cells = std::vector<std::uint64_t>;

// A fault replaces what a word does on a read, on a write, or while time passes.
struct Fault {
  std::string name;
  std::function<std::uint64_t(const Cells&, std::size_t)> read;
  std::function<void(Cells&, std::size_t, std::uint64_t)> write;
  std::function<void(Cells&)> age;
};

// Addresses are only numbers here: cell i stands where the pieces say.
class FaultyMemory final : public ga::simt::Memory {
 public:
  explicit FaultyMemory(const Fault& fault) : fault_(fault), cells_(kWords, 0) {
    for (std::size_t at = 0; at < kWords; at += kPieceWords) {
      memory_.emplace_back(std::size_t{1} << kPieceShift);
    }
    for (auto& piece : memory_) starts_.push_back(piece.data());
  }
  ga::WalkRegion region() const { return {starts_.data(), kPieceShift, kWords / 2}; }

  Vector load(const Vector* from) override {
    const std::size_t i = word_of(from);
    return {{read(i), read(i + 1)}};
  }
  void store(Vector* to, const Vector& v) override {
    const std::size_t i = word_of(to);
    write(i, v.word[0]);
    write(i + 1, v.word[1]);
  }
  void age() {
    if (fault_.age) fault_.age(cells_);
  }

 private:
  std::uint64_t read(std::size_t i) const {
    return fault_.read ? fault_.read(cells_, i) : cells_[i];
  }
  void write(std::size_t i, std::uint64_t value) {
    if (fault_.write) {
      fault_.write(cells_, i, value);
    } else {
      cells_[i] = value;
    }
  }
  std::size_t word_of(const Vector* at) const {
    for (std::size_t piece = 0; piece < memory_.size(); ++piece) {
      const std::ptrdiff_t vector = at - starts_[piece];
      if (vector >= 0 && vector < (std::ptrdiff_t{1} << kPieceShift)) {
        return piece * kPieceWords + 2 * static_cast<std::size_t>(vector);
      }
    }
    ADD_FAILURE() << "an address outside the region";
    return 0;
  }

  const Fault& fault_;
  Cells cells_;
  std::vector<std::vector<Vector>> memory_;
  std::vector<Vector*> starts_;
};

template <WalkKind kKind>
void run_as(const FaultyMemory& memory, const WalkPass& pass, WalkReport* found) {
  ga::simt::run({1}, kThreads, {}, [&] {
    const ga::WalkRegion region = memory.region();
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

// A round of a test on a memory with that fault; time passes before the last check if it is held.
WalkReport walked(WalkTest test, const Fault& fault, bool held, std::uint64_t round) {
  FaultyMemory memory(fault);
  ga::simt::memory = &memory;
  WalkReport report;
  const std::vector<WalkPass> passes = ga::walk_passes(test, 1, round);
  for (std::uint32_t number = 0; number < passes.size(); ++number) {
    const WalkPass& pass = passes[number];
    if (held && number + 1 == passes.size()) memory.age();
    WalkReport found;
    const bool writes = pass.action == WalkAction::write;
    switch (writes ? pass.written.kind : pass.expected.kind) {
      case WalkKind::address:
        run_as<WalkKind::address>(memory, pass, &found);
        break;
      case WalkKind::striped:
        run_as<WalkKind::striped>(memory, pass, &found);
        break;
      case WalkKind::random:
        run_as<WalkKind::random>(memory, pass, &found);
        break;
    }
    if (writes) continue;
    ga::simt::run({1}, kThreads, {},
                  [&] { ga::walk_merge_kernel<kThreads>(&found, 1, number, &report); });
  }
  ga::simt::memory = nullptr;
  EXPECT_EQ(report.checked, ga::walk_checks(passes, 8 * kWords));
  return report;
}

std::uint64_t bit(int number) { return std::uint64_t{1} << number; }

Fault stuck(std::size_t word, std::uint64_t mask, bool at_one) {
  return {.name = at_one ? "bit stuck at 1" : "bit stuck at 0",
          .read = {},
          .write =
              [=](Cells& cells, std::size_t i, std::uint64_t value) {
                if (i == word) value = at_one ? value | mask : value & ~mask;
                cells[i] = value;
              },
          .age = {}};
}

// Both words are one cell.
Fault alias(std::string name, std::size_t one, std::size_t other) {
  const auto cell = [=](std::size_t i) { return i == other ? one : i; };
  return {
      .name = std::move(name),
      .read = [=](const Cells& cells, std::size_t i) { return cells[cell(i)]; },
      .write = [=](Cells& cells, std::size_t i, std::uint64_t value) { cells[cell(i)] = value; },
      .age = {}};
}

// A bit of the victim is inverted whenever the same bit of the other word rises.
Fault coupled(std::string name, std::size_t victim, std::size_t other, std::uint64_t mask) {
  return {.name = std::move(name),
          .read = {},
          .write =
              [=](Cells& cells, std::size_t i, std::uint64_t value) {
                if (i == other && (~cells[i] & value & mask) != 0) cells[victim] ^= mask;
                cells[i] = value;
              },
          .age = {}};
}

// No cell answers to it: writes are lost and reads give 0.
Fault lost(std::size_t word) {
  return {.name = "lost word",
          .read = [=](const Cells& cells, std::size_t i) { return i == word ? 0 : cells[i]; },
          .write = {},
          .age = {}};
}

// Its bit gives way where both neighbours hold the opposite.
Fault yielding(std::size_t word, std::uint64_t mask) {
  return {.name = "bit that yields to its neighbours",
          .read =
              [=](const Cells& cells, std::size_t i) {
                const bool outvoted = i == word && ((cells[i] ^ cells[i - 1]) & mask) != 0 &&
                                      ((cells[i] ^ cells[i + 1]) & mask) != 0;
                return outvoted ? cells[i] ^ mask : cells[i];
              },
          .write = {},
          .age = {}};
}

Fault fading(std::size_t word, std::uint64_t mask) {
  return {.name = "bit that fades", .read = {}, .write = {}, .age = [=](Cells& cells) {
            cells[word] &= ~mask;
          }};
}

const Fault kNone{.name = "none", .read = {}, .write = {}, .age = {}};
constexpr std::array kTests{WalkTest::own_address, WalkTest::moving_inversions, WalkTest::modulo_20,
                            WalkTest::random};

// Whether each test finds it in a round that holds nothing, and which word it may name.
struct Row {
  Fault fault;
  bool own_address, moving_inversions, modulo_20, random;
  std::size_t first, or_first;
  std::uint64_t flipped = 0;  // the bit that must differ; 0 where more may
  bool finds(WalkTest test) const {
    const std::array found{own_address, moving_inversions, modulo_20, random};
    return found[static_cast<std::size_t>(test)];
  }
};

std::vector<Row> table() {
  return {
      {kNone, false, false, false, false, 0, 0},
      {stuck(1100, bit(17), false), true, true, true, true, 1100, 1100, bit(17)},
      {stuck(3, bit(63), true), true, true, true, true, 3, 3, bit(63)},
      {lost(1199), true, true, true, true, 1199, 1199},
      {alias("two words in one cell", 301, 1100), true, true, true, true, 301, 1100},
      // Constants look alike in both, and both are read before either is written.
      {alias("the same within a tile", 301, 309), true, false, true, true, 301, 309},
      // Both have the same remainder.
      {alias("the same a multiple of 20 apart", 300, 1100), true, true, false, true, 300, 1100},
      // Its own write, upwards, mends the word: only what reads it between sees that.
      {coupled("word that follows one below", 900, 300, bit(2)), false, true, false, false, 900,
       900, bit(2)},
      {coupled("word that follows one above", 300, 900, bit(2)), true, true, true, true, 300, 300,
       bit(2)},
      // Constants and addresses put nothing else into both neighbours' bit 40; random words do once
      // in four, and not here.
      {yielding(700, bit(40)), false, false, true, false, 700, 700, bit(40)},
      {fading(700, bit(5)), false, false, false, false, 0, 0},
  };
}

TEST(WalkFaults, EachTestFindsWhatItIsForAndSaysWhere) {
  for (const Row& row : table()) {
    for (const WalkTest test : kTests) {
      const WalkReport report = walked(test, row.fault, false, 0);
      const std::string where = row.fault.name + ", test " + std::to_string(static_cast<int>(test));
      EXPECT_EQ(report.wrong > 0, row.finds(test)) << where;
      if (report.wrong == 0) continue;
      EXPECT_TRUE(report.first == row.first || report.first == row.or_first)
          << where << ": " << report.first;
      if (row.flipped == 0) continue;
      EXPECT_EQ(report.expected ^ report.got, row.flipped) << where;
    }
  }
}

TEST(WalkFaults, NoneOfTheTestsIsRedundantAndTogetherTheyFindAllButWhatFades) {
  for (const Row& row : table()) {
    const bool found = row.own_address || row.moving_inversions || row.modulo_20 || row.random;
    EXPECT_EQ(found, row.fault.name != "none" && !row.fault.age) << row.fault.name;
  }
}

// The last pattern holds the bit at 1 in one of two rounds that follow each other.
TEST(WalkFaults, ABitThatFadesIsFoundInOneOfTwoRoundsAndOnlyWhereTimePasses) {
  const Fault fault = fading(700, bit(5));
  for (const WalkTest test : kTests) {
    int found = 0;
    for (const std::uint64_t round : {0, 1}) {
      EXPECT_EQ(walked(test, fault, false, round).wrong, 0u);
      const WalkReport report = walked(test, fault, true, round);
      if (report.wrong == 0) continue;
      ++found;
      EXPECT_EQ(report.wrong, 1u);
      EXPECT_EQ(report.first, 700u);
      EXPECT_EQ(report.expected ^ report.got, bit(5));
      EXPECT_EQ(report.pass, ga::walk_passes(test, 1, round).size() - 1);
    }
    EXPECT_EQ(found, 1) << static_cast<int>(test);
  }
}

}  // namespace
