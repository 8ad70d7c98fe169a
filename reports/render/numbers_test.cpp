#include "reports/render/numbers.h"

#include <gtest/gtest.h>

#include <vector>

namespace ga {
namespace {

TEST(Numbers, MedianIsTheLowerMiddleSample) {
  EXPECT_EQ(median_of({}), std::nullopt);
  EXPECT_EQ(median_of(std::vector<std::int64_t>{7}), 7);
  EXPECT_EQ(median_of(std::vector<std::int64_t>{9, 1, 5}), 5);
  EXPECT_EQ(median_of(std::vector<std::int64_t>{9, 1, 5, 7}), 5);
}

TEST(Numbers, AreShownInTheUnitThatPeopleUse) {
  EXPECT_EQ(in_unit(4312'100'000'000, "bytes_per_s"), "4312.1");
  EXPECT_EQ(unit_label("bytes_per_s"), "GB/s");
  EXPECT_EQ(in_unit(715'550'000'000'000, "flops"), "715.5");
  EXPECT_EQ(in_unit(1980, "mhz"), "1980");
  EXPECT_EQ(in_unit(8126, "ns"), "8.13");
  EXPECT_EQ(unit_label("ns"), "us");
  EXPECT_EQ(in_unit(3, "stones"), "3");
  EXPECT_EQ(unit_label("stones"), "stones");
}

TEST(Numbers, MarginIsTheShareAboveTheFloor) {
  EXPECT_EQ(margin(103, 100), "+3.0 %");
  EXPECT_EQ(margin(968, 1000), "-3.2 %");
  EXPECT_EQ(margin(968, 0), "?");
  EXPECT_EQ(percent(970'000), "97.0 %");
}

TEST(Numbers, ThousandsAreGrouped) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-12345), "-12,345");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

TEST(Numbers, UtcInMilliseconds) {
  EXPECT_EQ(utc_ms("1970-01-01T00:00:01Z"), 1000);
  EXPECT_EQ(utc_ms("2026-11-22T07:19:45Z"), 1'795'331'985'000);
  for (const char* bad : {"", "2026-11-22", "2026-11-22 07:19:45Z", "2026-02-30T00:00:00Z",
                          "2026-11-22T24:00:00Z", "2026-11-22T07:19:4xZ"}) {
    EXPECT_EQ(utc_ms(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace ga
