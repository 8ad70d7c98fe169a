#include "acceptance/commands/nearest.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

TEST(Nearest, DistanceCountsSingleEditsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("abc", "abc"), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("--profil", "--profile"), 1u);
  EXPECT_EQ(edit_distance("--leval", "--level"), 1u);
  EXPECT_EQ(edit_distance("--trsut", "--trust"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Nearest, NamesTheClosestFirst) {
  const std::vector<std::string> names{"hbm.bandwidth", "pcie.h2d", "pcie.d2h"};
  EXPECT_EQ(nearest("pcie.h2", names, 2), (std::vector<std::string>{"pcie.h2d", "pcie.d2h"}));
  EXPECT_EQ(nearest("bandwidth", names, 1), (std::vector<std::string>{"hbm.bandwidth"}));
  EXPECT_TRUE(nearest("x", {}, 3).empty());
}

}  // namespace
}  // namespace ga
