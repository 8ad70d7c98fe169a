#include "benches/harness/sampler.h"

#include <gtest/gtest.h>

#include <atomic>

namespace ga {
namespace {

using std::chrono::milliseconds;

TEST(Sampler, ReadsAtOnceHoweverShortTheBlock) {
  Sampler sampler([] { return DeviceReading{.clock_mhz = 1980}; }, milliseconds(10'000));
  const auto readings = sampler.stop();
  ASSERT_EQ(readings.size(), 1u);
  EXPECT_EQ(readings[0].clock_mhz, KnownInt(1980));
}

TEST(Sampler, ReadsAgainAtEachInterval) {
  std::atomic<int> reads = 0;
  Sampler sampler(
      [&] {
        ++reads;
        return DeviceReading{};
      },
      milliseconds(1));
  while (reads < 3) std::this_thread::yield();
  EXPECT_GE(sampler.stop().size(), 3u);
}

TEST(Sampler, DoesNotReadAfterStop) {
  std::atomic<int> reads = 0;
  Sampler sampler(
      [&] {
        ++reads;
        return DeviceReading{};
      },
      milliseconds(1));
  (void)sampler.stop();  // only the end of reading is wanted
  const int seen = reads;
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(reads, seen);
}

TEST(Sampler, WithoutAFunctionReadsNothing) {
  Sampler sampler(nullptr, milliseconds(1));
  EXPECT_TRUE(sampler.stop().empty());
}

}  // namespace
}  // namespace ga
