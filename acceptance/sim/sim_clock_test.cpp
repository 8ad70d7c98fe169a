#include "acceptance/sim/sim_clock.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

TEST(SimClock, StandsStillUntilSomebodyWaits) {
  std::int64_t wall = 1000;
  SimClock clock(0.01, [&] { return wall; });
  wall += 500;
  EXPECT_EQ(clock.now_ns(), 1000);
  EXPECT_EQ(clock.wall_ns_until(1000 + 100'000), 1001);
  wall += 500;
  EXPECT_EQ(clock.now_ns(), 1000 + 50'000);
  wall += 5000;  // woke late
  EXPECT_EQ(clock.wall_ns_until(1000 + 100'000), 0);
  EXPECT_EQ(clock.now_ns(), 1000 + 100'000);
}

TEST(SimClock, HoldStopsIt) {
  std::int64_t wall = 0;
  SimClock clock(0.5, [&] { return wall; });
  (void)clock.wall_ns_until(1000);
  wall = 100;
  clock.hold();
  wall = 400;
  EXPECT_EQ(clock.now_ns(), 200);
}

TEST(SimClock, ScaleZeroJumps) {
  SimClock clock(0, [] { return std::int64_t{7}; });
  EXPECT_EQ(clock.wall_ns_until(1'000'000), 0);
  EXPECT_EQ(clock.now_ns(), 1'000'000);
}

}  // namespace
}  // namespace ga
