#include "acceptance/worker/lines.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

TEST(LineBuffer, JoinsPiecesAndSplitsLines) {
  LineBuffer lines(10);
  lines.feed("ab");
  EXPECT_FALSE(lines.next());
  lines.feed("c\n\nde\nf");
  EXPECT_EQ(*lines.next(), "abc");
  EXPECT_EQ(*lines.next(), "");
  EXPECT_EQ(*lines.next(), "de");
  EXPECT_FALSE(lines.next());
  EXPECT_TRUE(lines.has_rest());
  lines.feed("\n");
  EXPECT_EQ(*lines.next(), "f");
  EXPECT_FALSE(lines.has_rest());
}

TEST(LineBuffer, TheLongestLineIsTakenAndOneByteMoreIsNot) {
  LineBuffer lines(3);
  lines.feed("abc\n");
  EXPECT_EQ(*lines.next(), "abc");
  lines.feed("abcd");
  EXPECT_FALSE(lines.next());
  EXPECT_TRUE(lines.overlong());
  lines.feed("\n");
  EXPECT_FALSE(lines.next());
  EXPECT_TRUE(lines.overlong());
}

}  // namespace
}  // namespace ga
