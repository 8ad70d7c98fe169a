// The arithmetic of a load in a rhythm, and a simulated GPU and host that follow it.
#include "benches/harness/rhythm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace ga {
namespace {

constexpr std::int64_t kOneMs = 1'000'000;
constexpr Rhythm kHalf{.period_ns = 100 * kOneMs, .load_ns = 50 * kOneMs, .phase_ns = 0};
constexpr Rhythm kLate{.period_ns = 100 * kOneMs, .load_ns = 50 * kOneMs, .phase_ns = 75 * kOneMs};

TEST(Rhythm, APulseIsThatUnderWayOrTheNext) {
  EXPECT_EQ(pulse_at(kHalf, 0), (Pulse{0, 50 * kOneMs}));
  EXPECT_EQ(pulse_at(kHalf, 50 * kOneMs - 1), (Pulse{0, 50 * kOneMs}));
  EXPECT_EQ(pulse_at(kHalf, 50 * kOneMs), (Pulse{100 * kOneMs, 150 * kOneMs}));
  EXPECT_EQ(pulse_at(kHalf, 100 * kOneMs - 1), (Pulse{100 * kOneMs, 150 * kOneMs}));
  EXPECT_EQ(pulse_at(kHalf, 100 * kOneMs), (Pulse{100 * kOneMs, 150 * kOneMs}));
}

TEST(Rhythm, ALoadMayGoOnIntoTheNextPeriod) {
  EXPECT_EQ(pulse_at(kLate, 0), (Pulse{-25 * kOneMs, 25 * kOneMs}));
  EXPECT_EQ(pulse_at(kLate, 25 * kOneMs), (Pulse{75 * kOneMs, 125 * kOneMs}));
  EXPECT_EQ(pulse_at(kLate, 100 * kOneMs), (Pulse{75 * kOneMs, 125 * kOneMs}));
  EXPECT_EQ(pulse_at(kLate, 1024 * kOneMs), (Pulse{975 * kOneMs, 1025 * kOneMs}));
}

TEST(Rhythm, DoesNotDriftInAYear) {
  const Rhythm odd{.period_ns = 333'333'333, .load_ns = 111'111'111, .phase_ns = 7};
  const std::int64_t periods = 94'608'000;  // a year of them
  const std::int64_t begin = 7 + periods * odd.period_ns;
  EXPECT_EQ(pulse_at(odd, begin).begin_ns, begin);
  EXPECT_EQ(pulse_at(odd, begin - 1).begin_ns, begin);
  EXPECT_EQ(pulse_at(odd, begin + odd.load_ns).begin_ns, begin + odd.period_ns);
}

TEST(Rhythm, InAntiphaseOneIsOnWhileTheOtherIsOff) {
  const Rhythm even{.period_ns = 100 * kOneMs, .load_ns = 50 * kOneMs, .phase_ns = 25 * kOneMs};
  for (std::int64_t now = 0; now < 1000 * kOneMs; now += kOneMs / 4) {
    const bool on = pulse_at(even, now).begin_ns <= now;
    const bool other_on = pulse_at(kLate, now).begin_ns <= now;
    ASSERT_NE(on, other_on) << now;
  }
}

TEST(Rhythm, ABlockHasWholePeriodsAndAtLeastOne) {
  EXPECT_EQ(pulses_in(kHalf, 1000 * kOneMs), 10);
  EXPECT_EQ(pulses_in(kHalf, 1049 * kOneMs), 10);
  EXPECT_EQ(pulses_in(kHalf, 1050 * kOneMs), 11);
  EXPECT_EQ(pulses_in(kHalf, 1), 1);
}

TEST(Rhythm, ALoadThatIsShorterThanAGroupIsRefused) {
  EXPECT_TRUE(rhythm_fits(kHalf, 50 * kOneMs));
  const Status refused = rhythm_fits(kHalf, 50 * kOneMs + 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::usage);
  EXPECT_NE(refused.error().what().find("50000001 ns"), std::string::npos);
}

TEST(Rhythm, TwoGroupsAreUnderWayAndMoreOfShortOnes) {
  EXPECT_EQ(most_under_way(800'000), 2);
  EXPECT_EQ(most_under_way(10'000), 100);
  EXPECT_EQ(most_under_way(0), 1'000'000);
}

TEST(Rhythm, ThereIsRoomToHalfAGroup) {
  const Pulse pulse{0, 10'000};
  EXPECT_TRUE(has_room(pulse, 0, 0, 1'000));
  EXPECT_TRUE(has_room(pulse, 8'500, 1, 1'000));
  EXPECT_FALSE(has_room(pulse, 8'501, 1, 1'000));
  EXPECT_FALSE(has_room(pulse, 9'501, 0, 1'000));
}

// A host that looks every 50 us, and late at times, and a GPU whose groups take what they take: as
// the loop does it. Where the load of each pulse ended, relative to its edge.
struct Simulated {
  std::int64_t group_ns = 800'000;
  std::int64_t believed_ns = 800'000;
  std::int64_t late_every = 1'000'000, late_ns = 0;  // looks

  std::vector<std::int64_t> ends(const Rhythm& rhythm, std::int64_t now, int pulses) const {
    std::vector<std::int64_t> all;
    std::int64_t free_at = 0, looks = 0, after = now;
    for (int i = 0; i < pulses; ++i) {
      const Pulse pulse = pulse_at(rhythm, std::max(now, after));
      now = std::max(now, pulse.begin_ns);
      std::vector<std::int64_t> under_way;
      do {
        std::erase_if(under_way, [&](std::int64_t end) { return end <= now; });
        const auto queued = static_cast<std::int64_t>(under_way.size());
        if (queued < most_under_way(believed_ns) && has_room(pulse, now, queued, believed_ns)) {
          free_at = std::max(free_at, now) + group_ns;
          under_way.push_back(free_at);
          continue;
        }
        now += ++looks % late_every == 0 ? late_ns : 50'000;
      } while (!under_way.empty());
      all.push_back(free_at - pulse.end_ns);
      after = pulse.end_ns;
    }
    return all;
  }
};

TEST(Pulses, EndWithinTwoPercentOfTheFastestPeriod) {
  const std::vector<std::int64_t> ends = Simulated{}.ends(kHalf, 12'345'678'901, 100);
  for (const std::int64_t end : ends) {
    EXPECT_LT(end, 2 * kOneMs);
    EXPECT_GT(end, -2 * kOneMs);
  }
}

TEST(Pulses, EndInTimeOnAGpuThatIsAFifthSlowerThanWhenItWasCalibrated) {
  const Simulated slow{.group_ns = 960'000};
  for (const std::int64_t end : slow.ends(kHalf, 0, 100)) {
    EXPECT_LT(end, 2 * kOneMs);
    EXPECT_GT(end, -2 * kOneMs);
  }
}

// Asleep for 130 ms now and then: a pulse is missed or cut, and the next is where it was.
TEST(Pulses, AreNotMovedByALateWakeUp) {
  const Simulated sleepy{.late_every = 7000, .late_ns = 130 * kOneMs};
  const std::vector<std::int64_t> ends = sleepy.ends(kHalf, 0, 50);
  const auto in_time = std::count_if(ends.begin(), ends.end(), [](std::int64_t end) {
    return end < 2 * kOneMs && end > -2 * kOneMs;
  });
  EXPECT_GT(in_time, 40);
}

}  // namespace
}  // namespace ga
