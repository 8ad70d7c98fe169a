#include "reports/render/layout.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

TEST(Layout, ReplacesWhatMovesTheCursorOrHidesText) {
  EXPECT_EQ(clean("a\x1b[2Jb"), "a?[2Jb");
  EXPECT_EQ(clean("a\x7f"), "a?");
  EXPECT_EQ(clean("one\ntwo\tthree"), "one two three");
  EXPECT_EQ(clean("a\u202Eb"), "a?b");  // right-to-left override
  EXPECT_EQ(clean("a\u0085b"), "a?b");  // C1: next line
  EXPECT_EQ(clean("a\u009Bb"), "a?b");  // C1: control sequence introducer
  EXPECT_EQ(clean("a\u200Bb"), "a?b");  // zero width space
  EXPECT_EQ(clean(std::string_view("a\0b", 3)), "a?b");
}

TEST(Layout, ReplacesBytesThatAreNoUtf8) {
  EXPECT_EQ(clean("a\xff"), "a?");
  EXPECT_EQ(clean("\xc0\x80"), "??");         // overlong NUL
  EXPECT_EQ(clean("\xe0\x80\x80"), "?");      // overlong, three bytes
  EXPECT_EQ(clean("\xed\xa0\x80"), "?");      // a surrogate
  EXPECT_EQ(clean("\xe2\x82"), "??");         // cut off
  EXPECT_EQ(clean("\xf4\x90\x80\x80"), "?");  // beyond U+10FFFF
  EXPECT_EQ(clean("한글 µ"), "한글 µ");
}

TEST(Layout, HangulIsTwoColumnsWide) {
  EXPECT_EQ(columns("abc"), 3u);
  EXPECT_EQ(columns("판정"), 4u);
  EXPECT_EQ(columns("e\u0301"), 1u);
  EXPECT_EQ(pad_right("판정", 6), "판정  ");
  EXPECT_EQ(pad_left("판정", 6), "  판정");
  EXPECT_EQ(pad_left("longer", 3), "longer");
}

std::size_t widest(const std::string& text) {
  std::size_t most = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    most = std::max(most, columns(std::string_view(text).substr(at, end - at)));
    at = end + 1;
  }
  return most;
}

TEST(Layout, NoLineIsWiderThanThePage) {
  Page page;
  std::string words, wide;
  for (int i = 0; i < 60; ++i) words += "word ";
  for (int i = 0; i < 90; ++i) wide += "글";
  page.text(words, 4, 2);
  page.text(wide, 3, 3);
  page.text(std::string(250, 'x'), 2, 10);
  page.field("label", words + wide);
  EXPECT_LE(widest(page.str()), kPageColumns);
  EXPECT_GE(widest(page.str()), kPageColumns - 5);
}

TEST(Layout, WrapsAtSpacesWithAHangingIndent) {
  Page page;
  page.text(std::string(60, 'a') + ' ' + std::string(60, 'b'), 2, 3);
  EXPECT_EQ(page.str(), "  " + std::string(60, 'a') + "\n     " + std::string(60, 'b') + "\n");
}

TEST(Layout, KeepsRunsOfSpacesInsideALine) {
  Page page;
  page.text("a   b");
  EXPECT_EQ(page.str(), "a   b\n");
}

TEST(Layout, AnEmptyTextIsAnEmptyLine) {
  Page page;
  page.text("", 4);
  EXPECT_EQ(page.str(), "\n");
}

}  // namespace
}  // namespace ga
