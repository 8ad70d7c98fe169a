#include "benches/stats/autocorrelation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace ga {
namespace {

// Mean 0: products 1*-1 three times, squares 4.
TEST(Autocorrelation, OfAnAlternatingSeriesIsNegative) {
  EXPECT_EQ(lag1_autocorrelation(std::vector<std::int64_t>{1, -1, 1, -1}), -0.75);
}

// Mean 2: deviations -1 0 1, products 0.
TEST(Autocorrelation, OfThreeInARowIsZero) {
  EXPECT_EQ(lag1_autocorrelation(std::vector<double>{1, 2, 3}), 0.0);
}

TEST(Autocorrelation, IsNothingWhereItHasNoMeaning) {
  EXPECT_FALSE(lag1_autocorrelation(std::vector<double>{1, 2}));
  EXPECT_FALSE(lag1_autocorrelation(std::vector<double>{4, 4, 4}));
  EXPECT_FALSE(lag1_autocorrelation(std::vector<double>{1, std::nan(""), 3}));
}

}  // namespace
}  // namespace ga
