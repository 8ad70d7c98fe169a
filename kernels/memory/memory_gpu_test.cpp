// The streaming kernels on a GPU, against their references and their own checks.
#include <cstring>

#include "kernels/check/check.h"
#include "kernels/memory/memory.h"
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

}  // namespace
