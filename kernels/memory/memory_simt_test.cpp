// The streaming kernels, executed on the CPU at ragged sizes.
#include "kernels/testing/simt_ptx.h"
//
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

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

}  // namespace
