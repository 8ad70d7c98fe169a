#include "benches/harness/plan.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kMiB = std::int64_t{1} << 20;

DeviceReading reading(std::int64_t clock, std::int64_t power, std::int64_t temp,
                      std::int64_t throttle) {
  return {.clock_mhz = clock, .power_mw = power, .temp_mc = temp, .throttle = throttle};
}

TEST(RotationSets, ExceedTwiceTheL2) {
  // 1024^3 in bf16 is 6 MiB a set: 17 sets are 102 MiB, more than twice 50 MiB.
  EXPECT_EQ(rotation_sets(6 * kMiB, 50 * kMiB, 1), 17);
  // Exactly twice is not more than twice.
  EXPECT_EQ(rotation_sets(50 * kMiB, 50 * kMiB, 1), 3);
}

TEST(RotationSets, OneLargeSetIsEnoughUnlessMoreAreAskedFor) {
  EXPECT_EQ(rotation_sets(16 * 1024 * kMiB, 50 * kMiB, 1), 1);
  EXPECT_EQ(rotation_sets(16 * 1024 * kMiB, 50 * kMiB, 2), 2);
}

TEST(RotationSets, AreBoundedWhereSetsAreTiny) {
  EXPECT_EQ(rotation_sets(4096, 50 * kMiB, 1), kMaxSets);
}

TEST(GroupsForBlock, RoundsToTheNearest) {
  EXPECT_EQ(groups_for_block(400 * kMs, 3 * kMs), 133);
  EXPECT_EQ(groups_for_block(400 * kMs, 100 * kMs), 4);
}

TEST(GroupsForBlock, IsAtLeastOneAndBounded) {
  EXPECT_EQ(groups_for_block(400 * kMs, 10'000 * kMs), 1);
  EXPECT_EQ(groups_for_block(0, kMs), 1);
  EXPECT_EQ(groups_for_block(kMaxGroups * 4, 0), kMaxGroups);
}

TEST(Calibrated, AfterTwentyMillisecondsOrATenthOfTheBlock) {
  EXPECT_FALSE(calibrated(19 * kMs, 400 * kMs));
  EXPECT_TRUE(calibrated(20 * kMs, 400 * kMs));
  EXPECT_FALSE(calibrated(kMs - 1, 10 * kMs));
  EXPECT_TRUE(calibrated(kMs, 10 * kMs));
}

TEST(ClocksAgree, AllowsALateHostAndASmallDrift) {
  EXPECT_TRUE(clocks_agree(400 * kMs, 400 * kMs));
  EXPECT_TRUE(clocks_agree(400 * kMs, 500 * kMs));
  EXPECT_TRUE(clocks_agree(3000 * kMs, 2900 * kMs));
}

TEST(ClocksAgree, RefusesEventsThatRunFast) {
  const Status status = clocks_agree(400 * kMs, 370 * kMs);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().what(),
            "the GPU's events say 400000000 ns, the host's clock only 370000000 ns");
}

TEST(ClocksAgree, RefusesEventsThatRunSlow) {
  // A rate from these would be four times the truth.
  EXPECT_FALSE(clocks_agree(1000 * kMs, 4000 * kMs));
  EXPECT_FALSE(clocks_agree(0, 0));
}

TEST(Drain, IsFiveSecondsAndMoreForWhatTakesLong) {
  EXPECT_EQ(drain_ns(1, kDrainNs), 5'000 * kMs);
  EXPECT_EQ(drain_ns(1'250 * kMs, kDrainNs), 5'000 * kMs);
  EXPECT_EQ(drain_ns(10'000 * kMs, kDrainNs), 40'000 * kMs);
  // A chunk is at most 256 groups, of a minute each.
  EXPECT_EQ(drain_ns(256 * 60'000 * kMs, kDrainNs), 4 * 256 * 60'000 * kMs);
}

// A launch over all of a throttled GPU's memory takes more than five seconds.
TEST(Drain, IsLongWhereNothingWasTimedYet) { EXPECT_EQ(drain_ns(0, kDrainNs), 120'000 * kMs); }

TEST(Summarise, TakesMediansTheHottestAndEveryReason) {
  const DeviceReading block = summarise(
      {reading(1980, 300, 40, 0), reading(1500, 690, 42, 4), reading(1510, 700, 41, 0x40)});
  EXPECT_EQ(block.clock_mhz, KnownInt(1510));
  EXPECT_EQ(block.power_mw, KnownInt(690));
  EXPECT_EQ(block.temp_mc, KnownInt(42));
  EXPECT_EQ(block.throttle, KnownInt(0x44));
  EXPECT_TRUE(complete(block));
}

TEST(Summarise, OfAnEvenNumberTakesTheLowerMiddle) {
  EXPECT_EQ(summarise({reading(10, 0, 0, 0), reading(20, 0, 0, 0)}).clock_mhz, KnownInt(10));
}

// The first reading of a block may still see the link at rest.
TEST(Summarise, TakesTheMedianOfTheLink) {
  DeviceReading resting = reading(10, 0, 0, 0), copying = resting;
  resting.active_links = {18, 18};
  copying.active_links = {17, 18};
  resting.link_gen = 1;
  copying.link_gen = 5;
  resting.link_width = copying.link_width = 16;
  const DeviceReading block = summarise({resting, copying, copying});
  EXPECT_EQ(block.link_gen, KnownInt(5));
  EXPECT_EQ(block.active_links, (std::vector<std::int64_t>{17, 18}));
  EXPECT_EQ(block.link_width, KnownInt(16));
}

TEST(Summarise, TakesTheHottestMemory) {
  DeviceReading cool = reading(10, 0, 0, 0), hot = cool, unread = cool;
  cool.memory_temp_mc = 71'000;
  hot.memory_temp_mc = 74'000;
  unread.memory_temp_mc = KnownInt::missing("Not Supported");
  EXPECT_EQ(summarise({cool, hot, unread}).memory_temp_mc, KnownInt(74'000));
  EXPECT_EQ(summarise({unread}).memory_temp_mc, KnownInt::missing("Not Supported"));
  EXPECT_TRUE(complete(summarise({unread}))) << "not every part can say it";
}

TEST(Summarise, AQuantityThatIsNeverReadStaysAbsentWithItsReason) {
  DeviceReading without = reading(1980, 300, 40, 0);
  without.clock_mhz = KnownInt::missing("Not Supported");
  const DeviceReading block = summarise({without, without});
  EXPECT_FALSE(block.clock_mhz);
  EXPECT_EQ(block.clock_mhz.absent, "Not Supported");
  EXPECT_FALSE(complete(block));
}

TEST(Summarise, OneGoodReadingAmongBadOnesIsEnough) {
  DeviceReading without;
  EXPECT_TRUE(complete(summarise({without, reading(1980, 300, 40, 0), without})));
}

TEST(Summarise, NoReadingAtAllIsAbsent) { EXPECT_FALSE(complete(summarise({}))); }

TEST(PerSecond, IsWorkOverTime) {
  EXPECT_EQ(per_second(4.0e9, 1000 * kMs), 4'000'000'000);
  EXPECT_EQ(per_second(1.0e12, 500 * kMs), 2'000'000'000'000);
}

TEST(Interleaving, AlternatesWhoGoesFirst) {
  EXPECT_EQ(interleaving(2), (std::vector{Side::own, Side::baseline, Side::baseline, Side::own}));
}

}  // namespace
}  // namespace ga
