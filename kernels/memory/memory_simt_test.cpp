// The streaming kernels and the pointer chase, executed on the CPU at ragged sizes.
#include "kernels/testing/simt_ptx_memory.h"
//
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernels/memory/chase_kernels.cuh"
#include "kernels/memory/memory_kernels.cuh"
#include "kernels/power/light_kernel.cuh"

namespace {

using ga::PatternKind;
using ga::ptx::Vector;

constexpr int kThreads = 64;
constexpr int kUnroll = 4;
constexpr std::uint64_t kKey = 77;
constexpr std::uint64_t kPoison = 0xDEADBEEFDEADBEEF;

// Around a tile of 256 vectors, and prime; three blocks and one.
const std::vector<std::size_t> kCounts = {1, 2, 63, 64, 65, 255, 256, 257, 509, 1021, 2048};
const std::vector<unsigned> kGrids = {1, 3};

// A buffer with one poisoned vector behind its end.
std::vector<Vector> poisoned(std::size_t count) {
  return std::vector<Vector>(count + 1, Vector{{kPoison, kPoison}});
}

std::vector<Vector> filled(std::size_t count, std::uint64_t key, PatternKind kind) {
  std::vector<Vector> data = poisoned(count);
  for (std::size_t i = 0; i < count; ++i) {
    data[i] = {{ga::pattern(kind, key, 2 * i), ga::pattern(kind, key, 2 * i + 1)}};
  }
  return data;
}

void expect_equal(const std::vector<Vector>& got, const std::vector<Vector>& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(got[i].word[0], expected[i].word[0]) << "vector " << i;
    ASSERT_EQ(got[i].word[1], expected[i].word[1]) << "vector " << i;
  }
}

template <class Body>
void for_sizes(Body&& body) {
  for (const std::size_t count : kCounts) {
    for (const unsigned blocks : kGrids) body(count, blocks);
  }
}

TEST(MemoryKernels, WriteFillsThePatternAndNothingBehindIt) {
  for_sizes([](std::size_t count, unsigned blocks) {
    std::vector<Vector> data = poisoned(count);
    ga::simt::run({blocks}, kThreads, {}, [&] {
      ga::memory_write_kernel<kThreads, kUnroll, PatternKind::words>(data.data(), count, kKey);
    });
    expect_equal(data, filled(count, kKey, PatternKind::words));
  });
}

TEST(MemoryKernels, CopyCopiesEveryVectorOnce) {
  for_sizes([](std::size_t count, unsigned blocks) {
    const std::vector<Vector> from = filled(count, kKey, PatternKind::words);
    std::vector<Vector> to = poisoned(count);
    ga::simt::run({blocks}, kThreads, {}, [&] {
      ga::memory_copy_kernel<kThreads, kUnroll>(to.data(), from.data(), count);
    });
    expect_equal(to, from);
  });
}

TEST(MemoryKernels, ReadAddsTheExpectedChecksumEachLaunch) {
  for_sizes([](std::size_t count, unsigned blocks) {
    const std::vector<Vector> from = filled(count, kKey, PatternKind::words);
    std::uint64_t plain = 0;
    for (std::size_t i = 0; i < count; ++i) {
      plain += ga::read_term(from[i].word[0], 2 * i) + ga::read_term(from[i].word[1], 2 * i + 1);
    }
    std::uint64_t sum = 0;
    std::uint64_t expected = 0;
    for (int launch = 0; launch < 2; ++launch) {
      ga::simt::run({blocks}, kThreads, {.order_seed = 5},
                    [&] { ga::memory_read_kernel<kThreads>(from.data(), count, &sum); });
    }
    ga::simt::run({blocks}, kThreads, {}, [&] {
      ga::memory_read_expected_kernel<kThreads, PatternKind::words>(count, kKey, &expected);
    });
    EXPECT_EQ(expected, plain);
    EXPECT_EQ(sum, 2 * plain);
  });
}

TEST(MemoryKernels, ReadSeesOneFlippedBit) {
  std::vector<Vector> from = filled(300, kKey, PatternKind::words);
  const auto checksum = [&] {
    std::uint64_t sum = 0;
    ga::simt::run({3}, kThreads, {},
                  [&] { ga::memory_read_kernel<kThreads>(from.data(), 300, &sum); });
    return sum;
  };
  const std::uint64_t right = checksum();
  from[299].word[1] ^= std::uint64_t{1} << 63;
  EXPECT_NE(checksum(), right);
}

TEST(MemoryKernels, TriadIsOneFusedMultiplyAdd) {
  for_sizes([](std::size_t count, unsigned blocks) {
    const std::vector<Vector> b = filled(count, 1, PatternKind::floats);
    const std::vector<Vector> c = filled(count, 2, PatternKind::floats);
    std::vector<Vector> a = poisoned(count);
    const float s = 0.7f;
    ga::simt::run({blocks}, kThreads, {}, [&] {
      ga::memory_triad_kernel<kThreads, kUnroll>(a.data(), b.data(), c.data(), s, count);
    });
    const auto half = [](const Vector& v, std::size_t i) {
      return ga::bits_float(static_cast<std::uint32_t>(v.word[i / 2] >> (32 * (i % 2))));
    };
    for (std::size_t i = 0; i < 4 * count; ++i) {
      ASSERT_EQ(half(a[i / 4], i % 4), std::fma(s, half(c[i / 4], i % 4), half(b[i / 4], i % 4)));
    }
    EXPECT_EQ(a[count].word[0], kPoison);
  });
}

TEST(LightKernel, RunsTheMapStepByStep) {
  std::vector<std::uint32_t> out(2 * 32, 0);
  ga::LightClock clock;
  ga::simt::run({2}, 32, {}, [&] { ga::light_kernel(out.data(), &clock, 3, ga::LightMap{}); });
  // By hand: 0 -> 1013904223 -> 1664525 * 1013904223 + 1013904223 mod 2^32 -> once more.
  std::uint32_t x = 1013904223u;
  x = 1664525u * x + 1013904223u;
  x = 1664525u * x + 1013904223u;
  EXPECT_EQ(out[0], x);
  EXPECT_NE(out[63], out[0]);
}

// Every size up to a few hundred, and around powers of two.
std::vector<std::uint32_t> line_counts() {
  std::vector<std::uint32_t> counts;
  for (std::uint32_t n = 1; n <= 300; ++n) counts.push_back(n);
  for (const std::uint32_t n : {511u, 512u, 513u, 8191u, 8192u, 8193u, 40961u, 65536u}) {
    counts.push_back(n);
  }
  return counts;
}

TEST(ChaseOrder, IsOneCycleOverAllLinesAndKnowsItsPlaces) {
  for (const std::uint32_t lines : line_counts()) {
    const ga::ChaseShape shape = ga::chase_shape(lines);
    std::vector<bool> seen(lines, false);
    for (std::uint32_t place = 0; place < lines; ++place) {
      const std::uint32_t line = ga::chase_line(shape, place);
      ASSERT_LT(line, lines);
      ASSERT_FALSE(seen[line]) << lines;
      seen[line] = true;
      ASSERT_EQ(ga::chase_place(shape, line), place) << lines;
    }
  }
}

TEST(ChaseOrder, OfTheLargestArrayIsABijectionToo) {
  for (const std::uint32_t lines : {std::uint32_t{1} << 31, (std::uint32_t{1} << 29) + 8192}) {
    const ga::ChaseShape shape = ga::chase_shape(lines);
    for (std::uint32_t i = 0; i < 1000; ++i) {
      const std::uint32_t place = i * (lines / 1000) + i;
      EXPECT_EQ(ga::chase_place(shape, ga::chase_line(shape, place)), place);
    }
  }
}

// Neither a stride that a prefetcher could guess nor hops within a page: of 2^15 lines, which are
// two pages of 2 MiB, half of the hops lead to the other page and few repeat the stride before.
TEST(ChaseOrder, LooksRandom) {
  const ga::ChaseShape shape = ga::chase_shape(1 << 15);
  int other_page = 0;
  int same_stride = 0;
  std::int64_t before = 0;
  for (std::uint32_t place = 0; place + 1 < shape.lines; ++place) {
    const std::int64_t from = ga::chase_line(shape, place);
    const std::int64_t to = ga::chase_line(shape, place + 1);
    other_page += (from ^ to) >> 14 != 0 ? 1 : 0;
    same_stride += to - from == before ? 1 : 0;
    before = to - from;
  }
  EXPECT_NEAR(other_page, 1 << 14, 600);
  EXPECT_LT(same_stride, 20);
}

std::vector<std::uint32_t> laid_out(std::uint32_t lines) {
  std::vector<std::uint32_t> data(ga::kChaseLineWords * lines, 0xFFFFFFFF);
  ga::simt::run({3}, kThreads, {},
                [&] { ga::chase_fill_kernel<kThreads>(data.data(), ga::chase_shape(lines)); });
  return data;
}

ga::ChaseEnd chased(const std::vector<std::uint32_t>& data, std::uint32_t start,
                    std::uint32_t hops) {
  const auto lines = static_cast<std::uint32_t>(data.size() / ga::kChaseLineWords);
  ga::ChaseEnd end;
  ga::simt::run({1}, 1, {}, [&] { ga::chase_kernel<8>(data.data(), lines, start, hops, &end); });
  return end;
}

TEST(ChaseKernels, VisitEveryLineOnceAndEndWhereTheClosedFormSays) {
  for (const std::uint32_t lines : {1u, 2u, 3u, 100u, 1000u, 4097u}) {
    const std::vector<std::uint32_t> data = laid_out(lines);
    const ga::ChaseShape shape = ga::chase_shape(lines);
    std::vector<bool> seen(lines, false);
    std::uint32_t line = ga::chase_line(shape, 0);
    for (std::uint32_t hop = 0; hop < lines; ++hop) {
      ASSERT_FALSE(seen[line]);
      seen[line] = true;
      line = data[ga::kChaseLineWords * line];
    }
    EXPECT_EQ(line, ga::chase_line(shape, 0));
    for (const std::uint32_t hops : {1u, 7u, 8u, 9u, lines, 3 * lines + 5}) {
      const std::uint32_t place = lines / 3;
      const ga::ChaseEnd end = chased(data, ga::chase_line(shape, place), hops);
      EXPECT_EQ(end.line, ga::chase_line(shape, (place + hops) % lines)) << lines << " " << hops;
      EXPECT_EQ(end.hops, hops);
    }
  }
}

TEST(ChaseKernels, AWrongIndexStaysInTheArrayAndEndsElsewhere) {
  std::vector<std::uint32_t> data = laid_out(1000);
  const ga::ChaseShape shape = ga::chase_shape(1000);
  const std::uint32_t start = ga::chase_line(shape, 0);
  const ga::ChaseEnd right = chased(data, start, 100);
  data[ga::kChaseLineWords * ga::chase_line(shape, 50)] |= 0x80000000;
  const ga::ChaseEnd wrong = chased(data, start, 100);
  EXPECT_LT(wrong.line, 1000u);
  EXPECT_NE(wrong.line, right.line);
}

}  // namespace
