#include "benches/stats/order.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace ga {
namespace {

const double kNan = std::nan("");
const double kInf = std::numeric_limits<double>::infinity();

TEST(Order, FindsTheKthFromEitherEnd) {
  const std::vector<std::int64_t> samples{50, 10, 40, 20, 30};
  EXPECT_EQ(kth_smallest(samples, 1), 10);
  EXPECT_EQ(kth_smallest(samples, 2), 20);
  EXPECT_EQ(kth_largest(samples, 1), 50);
  EXPECT_EQ(kth_largest(samples, 2), 40);
}

TEST(Order, HasNoZerothAndNothingBeyondTheSamples) {
  const std::vector<std::int64_t> samples{1, 2};
  EXPECT_FALSE(kth_smallest(samples, 0));
  EXPECT_FALSE(kth_smallest(samples, 3));
  EXPECT_FALSE(kth_largest(samples, 0));
  EXPECT_FALSE(kth_largest(samples, 3));
  EXPECT_FALSE(kth_smallest(std::vector<double>{}, 1));
}

TEST(Order, RefusesWhatIsNotFinite) {
  for (const double bad : {kNan, kInf, -kInf}) {
    const std::vector<double> samples{1, bad, 3};
    EXPECT_FALSE(kth_smallest(samples, 1));
    EXPECT_FALSE(kth_largest(samples, 1));
    EXPECT_FALSE(median(samples));
    EXPECT_FALSE(median_interval(samples, 0.5));
  }
}

TEST(Order, MedianIsTheMiddleOrTheMeanOfTwo) {
  EXPECT_EQ(median(std::vector<std::int64_t>{3, 1, 2}), 2);
  EXPECT_EQ(median(std::vector<std::int64_t>{4, 1, 2, 9}), 3);
  EXPECT_EQ(median(std::vector<double>{4, 1, 2, 9}), 3.0);
  EXPECT_FALSE(median(std::vector<std::int64_t>{}));
  const std::int64_t low = std::numeric_limits<std::int64_t>::min();
  const std::int64_t high = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(median(std::vector<std::int64_t>{low, high}), -1);
}

// 1 - P(Bin(11, 1/2) <= 1) = 1 - 12/2048, and 1 - P(Bin(30, 1/2) <= 9) = 0.97861.
TEST(Order, ConfidenceIsTheBinomialTail) {
  EXPECT_NEAR(median_confidence(11, 2), 1 - 12.0 / 2048, 1e-12);
  EXPECT_NEAR(median_confidence(30, 10), 0.97861, 1e-5);
  EXPECT_NEAR(median_confidence(1, 1), 0.5, 1e-12);
  EXPECT_EQ(median_confidence(5, 0), 1);
  EXPECT_EQ(median_confidence(5, 6), 0);
}

TEST(Order, RankIsTheTightestThatIsStillConfident) {
  EXPECT_EQ(median_rank(8, 0.95), 2u);
  EXPECT_EQ(median_rank(8, 0.99), 1u);
  EXPECT_EQ(median_rank(30, 0.95), 11u);
  EXPECT_EQ(median_rank(4, 0.99), 0u);
  EXPECT_EQ(median_rank(30, kNan), 0u);
}

// Six samples: smallest to largest covers the median with 1 - 2/64.
TEST(Order, IntervalStatesTheCoverageItHas) {
  const auto interval = median_interval(std::vector<double>{1, 2, 3, 4, 5, 6}, 0.95);
  ASSERT_TRUE(interval);
  EXPECT_EQ(interval->low, 1);
  EXPECT_EQ(interval->median, 3.5);
  EXPECT_EQ(interval->high, 6);
  EXPECT_NEAR(interval->coverage, 1 - 2.0 / 64, 1e-12);
  EXPECT_FALSE(median_interval(std::vector<double>{1, 2, 3, 4, 5}, 0.95));
}

TEST(Order, RatioIntervalIsOfPairs) {
  const std::vector<double> a{2, 4, 6, 8, 10, 12};
  const std::vector<double> b{1, 2, 3, 4, 5, 6};
  const auto interval = ratio_interval(a, b, 0.9);
  ASSERT_TRUE(interval);
  EXPECT_EQ(interval->low, 2);
  EXPECT_EQ(interval->high, 2);
  EXPECT_FALSE(ratio_interval(a, std::vector<double>{1, 2}, 0.9));
  for (const double bad : {0.0, -1.0, kNan, kInf}) {
    const std::vector<double> spoiled{1, 2, bad, 4, 5, 6};
    EXPECT_FALSE(ratio_interval(a, spoiled, 0.9)) << bad;
    EXPECT_FALSE(ratio_interval(spoiled, b, 0.9)) << bad;
  }
}

}  // namespace
}  // namespace ga
