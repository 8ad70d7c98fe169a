#include "acceptance/commands/run_setup.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

constexpr std::int64_t kDay = std::int64_t{86'400} * 1'000'000'000;

TEST(Uptime, OfAHundredDaysStillFitsAndOfMoreIsRefusedWithTheRemedy) {
  EXPECT_TRUE(check_uptime(0));
  EXPECT_TRUE(check_uptime(100 * kDay));
  const Status refused = check_uptime(101 * kDay);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what(),
            "this machine has been up for 101 days, and a report carries times of at most 104 days "
            "since boot");
  EXPECT_EQ(refused.error().hint(), "restart the machine, and run again");
}

}  // namespace
}  // namespace ga
