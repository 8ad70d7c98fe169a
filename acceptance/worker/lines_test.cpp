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

TEST(LineBuffer, PiecesThatEndWithinALineDoNotPileUp) {
  LineBuffer lines(2000);
  const std::string line(999, 'x');
  lines.feed("x");
  for (int i = 0; i < 10'000; ++i) {
    lines.feed(line.substr(1) + "\nx");  // the end of one line and the begin of the next
    const auto whole = lines.next();
    ASSERT_TRUE(whole);
    ASSERT_EQ(*whole, line);
    ASSERT_FALSE(lines.next());
  }
  EXPECT_LT(lines.held(), 70'000u);
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
