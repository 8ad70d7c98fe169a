// The streaming kernels, the walk and the chase on a GPU, against their references and their own
// checks.
#include <cstring>

#include "kernels/check/check.h"
#include "kernels/memory/chase.h"
#include "kernels/memory/memory.h"
#include "kernels/memory/walk.h"
#include "kernels/testing/gpu.h"

namespace {

using ga::PatternKind;
using ga::testing::must;
using ga::testing::must_ok;
using ga::testing::to_device;
using ga::testing::to_host;

using Words = std::vector<std::uint64_t>;
constexpr std::uint64_t kPoison = 0xDEADBEEFDEADBEEF;

// In 16-byte vectors: one, odd, prime, and around the 2048 vectors that a block takes at once.
const std::vector<std::size_t> kCounts = {1, 3, 509, 2047, 2048, 2049, 1048573};

Words filled(std::size_t vectors, std::uint64_t key, PatternKind kind) {
  Words words(2 * vectors);
  ga::memory_write_ref({words.data(), 16 * vectors, key, kind});
  return words;
}

ga::Mismatch pattern_check(const void* data, std::size_t bytes, std::uint64_t key) {
  const auto report = must(ga::DeviceBuffer<ga::Mismatch>::make(1));
  must_ok(ga::check_pattern({.data = data, .bytes = bytes, .key = key, .report = report.data()},
                            nullptr));
  return must(ga::fetch(report.data()));
}

TEST(MemoryGpu, WriteMatchesItsReferenceAndStopsAtTheEnd) {
  for (const std::size_t count : kCounts) {
    for (const PatternKind kind : {PatternKind::words, PatternKind::floats}) {
      const auto device = to_device(Words(2 * count + 2, kPoison));
      must_ok(ga::memory_write({device.data(), 16 * count, 5, kind}, nullptr));
      Words expected = filled(count, 5, kind);
      expected.insert(expected.end(), 2, kPoison);
      ASSERT_EQ(to_host(device), expected) << count;
    }
  }
}

TEST(MemoryGpu, CopyAndDriverCopyAreExact) {
  for (const std::size_t count : kCounts) {
    const Words source = filled(count, 6, PatternKind::words);
    const auto from = to_device(source);
    for (const auto copy : {&ga::memory_copy, &ga::memory_d2d}) {
      const auto to = to_device(Words(2 * count, kPoison));
      must_ok(copy({to.data(), from.data(), 16 * count}, nullptr));
      ASSERT_EQ(to_host(to), source) << count;
      EXPECT_EQ(pattern_check(to.data(), 16 * count, 6).wrong, 0u);
    }
  }
}

TEST(MemoryGpu, ReadAddsTheSameChecksumOneThousandTimes) {
  for (const std::size_t count : {std::size_t{509}, std::size_t{1048573}}) {
    const Words source = filled(count, 7, PatternKind::words);
    const auto from = to_device(source);
    const auto sum = to_device(Words{0, 0});
    for (int i = 0; i < 1000; ++i) {
      must_ok(ga::memory_read({from.data(), 16 * count, sum.data()}, nullptr));
    }
    must_ok(ga::memory_read_expected({16 * count, 7, PatternKind::words, sum.data() + 1}, nullptr));
    const Words sums = to_host(sum);
    const std::uint64_t expected = ga::memory_read_ref(source.data(), 16 * count);
    EXPECT_EQ(sums[0], 1000 * expected);
    EXPECT_EQ(sums[1], expected);
  }
}

TEST(MemoryGpu, TriadMatchesItsReferenceBitForBit) {
  for (const std::size_t count : kCounts) {
    const Words b = filled(count, 1, PatternKind::floats);
    const Words c = filled(count, 2, PatternKind::floats);
    std::vector<float> bf(4 * count), cf(4 * count), expected(4 * count);
    std::memcpy(bf.data(), b.data(), 16 * count);
    std::memcpy(cf.data(), c.data(), 16 * count);
    ga::memory_triad_ref({expected.data(), bf.data(), cf.data(), 0.7f, 16 * count});
    const auto a = to_device(std::vector<float>(4 * count, -1));
    const auto db = to_device(bf);
    const auto dc = to_device(cf);
    must_ok(ga::memory_triad({a.data(), db.data(), dc.data(), 0.7f, 16 * count}, nullptr));
    ASSERT_EQ(to_host(a), expected) << count;
    const auto report = must(ga::DeviceBuffer<ga::Mismatch>::make(1));
    must_ok(ga::check_triad({a.data(), 16 * count, 1, 2, 0.7f, report.data()}, nullptr));
    EXPECT_EQ(must(ga::fetch(report.data())).wrong, 0u);
  }
}

// Indices beyond 2^32 bytes: a write of 5 GiB and its check.
TEST(MemoryGpu, CountsBeyondFourGibibytes) {
  const std::size_t bytes = std::size_t{5} << 30;
  const auto device = must(ga::DeviceBuffer<char>::make(bytes));
  if (device.data() == nullptr) return;
  must_ok(ga::memory_write({.data = device.data(), .bytes = bytes, .key = 8}, nullptr));
  EXPECT_EQ(pattern_check(device.data(), bytes, 8).wrong, 0u);
  const char flipped = static_cast<char>(~must(ga::fetch(device.data() + bytes - 1)));
  must_ok(ga::copy_to_device(device.data() + bytes - 1, std::span<const char>(&flipped, 1)));
  const ga::Mismatch report = pattern_check(device.data(), bytes, 8);
  EXPECT_EQ(report.wrong, 1u);
  EXPECT_EQ(report.first, bytes / 8 - 1);
  EXPECT_EQ(report.expected ^ report.got, std::uint64_t{0xFF} << 56);
}

// Pieces of one tile, each an allocation of its own; the last is not full.
class WalkGpu : public testing::Test {
 protected:
  static constexpr std::size_t kVectors = 40 * ga::kWalkTile + 37;

  void SetUp() override {
    std::vector<ga::ptx::Vector*> starts;
    for (std::size_t at = 0; at < kVectors; at += ga::kWalkTile) {
      pieces_.push_back(to_device(Words(2 * ga::kWalkTile, kPoison)));
      starts.push_back(reinterpret_cast<ga::ptx::Vector*>(pieces_.back().data()));
    }
    table_ = to_device(starts);
    blocks_ = must(ga::DeviceBuffer<ga::WalkReport>::make(ga::kWalkBlocks));
    report_ = to_device(std::vector<ga::WalkReport>(1));
  }
  void run(const ga::WalkPass& pass, std::uint32_t number) {
    must_ok(ga::walk({.region = {table_.data(), 11, kVectors},
                      .pass = pass,
                      .number = number,
                      .blocks = blocks_.data(),
                      .report = report_.data()},
                     nullptr));
  }
  Words words() const {
    Words all;
    for (const auto& piece : pieces_) {
      const Words some = to_host(piece);
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }

  std::vector<ga::DeviceBuffer<std::uint64_t>> pieces_;
  ga::DeviceBuffer<ga::ptx::Vector*> table_;
  ga::DeviceBuffer<ga::WalkReport> blocks_, report_;
};

TEST_F(WalkGpu, EveryTestLeavesTheHostsWordsAndFindsThemRight) {
  static_assert(ga::kWalkTile == 1 << 11);
  std::uint64_t due = 0;
  for (int test = 0; test < 4; ++test) {
    const auto passes = ga::walk_passes(static_cast<ga::WalkTest>(test), 3, 1);
    std::uint32_t number = 0;
    for (const ga::WalkPass& pass : passes) run(pass, number++);
    due += ga::walk_checks(passes, 16 * kVectors);
    const Words got = words();
    for (std::size_t i = 0; i < 2 * kVectors; ++i) {
      ASSERT_EQ(got[i], ga::walk_word(passes.back().expected, i)) << test << ": " << i;
    }
    for (std::size_t i = 2 * kVectors; i < got.size(); ++i) ASSERT_EQ(got[i], kPoison) << test;
  }
  const ga::WalkReport report = to_host(report_)[0];
  EXPECT_EQ(report.wrong, 0u);
  EXPECT_EQ(report.checked, due);
}

TEST_F(WalkGpu, ACheckNamesTheLowestWrongWordAndTheSm) {
  const ga::WalkPattern random{.kind = ga::WalkKind::random, .key = 9};
  run({.action = ga::WalkAction::write, .written = random}, 0);
  const std::size_t lowest = 2 * ga::kWalkTile;  // the first word of the second piece
  for (const std::size_t word : {2 * kVectors - 1, lowest, lowest + 7}) {
    const std::uint64_t wrong = ~ga::pattern_word(9, word);
    must_ok(
        ga::copy_to_device(pieces_[word / (2 * ga::kWalkTile)].data() + word % (2 * ga::kWalkTile),
                           std::span<const std::uint64_t>(&wrong, 1)));
  }
  run({.action = ga::WalkAction::check, .expected = random}, 5);
  const ga::WalkReport report = to_host(report_)[0];
  EXPECT_EQ(report.wrong, 3u);
  EXPECT_EQ(report.first, lowest);
  EXPECT_EQ(report.expected, ga::pattern_word(9, lowest));
  EXPECT_EQ(report.got, ~report.expected);
  EXPECT_EQ(report.pass, 5u);
  EXPECT_LT(report.smid, 1024u);
}

TEST(ChaseGpu, EndsWhereTheClosedFormSays) {
  for (const std::uint32_t lines : {1u, 3u, 8192u, 3u * 8192}) {
    const std::size_t bytes = lines * ga::kChaseLineBytes;
    const auto array = to_device(Words(bytes / 8, kPoison));
    const auto end = to_device(std::vector<ga::ChaseEnd>(1));
    must_ok(ga::chase_fill({array.data(), bytes}, nullptr));
    const std::uint32_t place = lines / 2;
    for (const std::uint32_t hops : {1u, 1001u}) {
      must_ok(ga::chase({array.data(), bytes, place, hops, end.data()}, nullptr));
      const ga::ChaseEnd got = to_host(end)[0];
      EXPECT_EQ(got.line, ga::chase_line(ga::chase_shape(lines), (place + hops) % lines));
      EXPECT_EQ(got.hops, hops);
    }
  }
}

}  // namespace
