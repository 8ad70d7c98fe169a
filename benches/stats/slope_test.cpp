#include "benches/stats/slope.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace ga {
namespace {

TEST(Slope, OfALineIsTheLine) {
  EXPECT_EQ(theil_sen_slope(std::vector<std::int64_t>{10, 13, 16, 19}), 3.0);
  EXPECT_EQ(theil_sen_slope(std::vector<double>{5, 5, 5}), 0.0);
}

TEST(Slope, IsNotBentByOneOddBlock) {
  EXPECT_EQ(theil_sen_slope(std::vector<std::int64_t>{0, 1, 2, 900, 4, 5, 6}), 1.0);
}

TEST(Slope, NeedsTwoFiniteSamples) {
  EXPECT_FALSE(theil_sen_slope(std::vector<double>{}));
  EXPECT_FALSE(theil_sen_slope(std::vector<double>{1}));
  EXPECT_FALSE(theil_sen_slope(std::vector<double>{1, 2, std::nan("")}));
}

}  // namespace
}  // namespace ga
