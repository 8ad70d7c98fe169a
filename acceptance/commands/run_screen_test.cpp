#include "acceptance/commands/run_screen.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "acceptance/core/codes.h"
#include "reports/render/layout.h"

namespace ga {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

Screen busy_screen() {
  Screen screen;
  screen.phase = "steady";
  screen.elapsed_ns = 100 * kSecond;
  screen.expected_ns = 400 * kSecond;
  for (const char* unit : {"gpu/10", "gpu/2"}) {
    UnitRow& row = screen.row(unit);
    row.now = "hbm.bandwidth memory.triad block 3";
    row.last = "hbm.bandwidth memory.copy: 4004.6 GB/s (11 blocks)";
    row.clock_mhz = 1980;
    row.power_mw = 698'400;
    row.temp_mc = 63'000;
  }
  screen.gates = 30;
  screen.answered = 2;
  Finding slow = found("hbm.bandwidth", "gpu/2", "hbm.bandwidth.below_floor",
                       "2.9 TB/s, and the floor is 3.8 TB/s");
  screen.findings = {slow, slow, slow, slow};
  return screen;
}

TEST(RunScreen, FitsAnyTerminal) {
  for (const std::size_t width : {40u, 59u, 60u, 79u, 80u, 89u, 90u, 199u, 200u, 400u}) {
    for (const std::string& line : screen_lines(busy_screen(), width, false)) {
      EXPECT_LE(columns(line), width) << line;
    }
  }
}

TEST(RunScreen, ShowsProgressAndTheRemainingTime) {
  const std::string head = screen_lines(busy_screen(), 100, false).front();
  EXPECT_NE(head.find(" 25 %"), std::string::npos) << head;
  EXPECT_NE(head.find("elapsed 1:40  left about 5:00  steady"), std::string::npos) << head;
  Screen late = busy_screen();
  late.elapsed_ns = 500 * kSecond;
  EXPECT_NE(screen_lines(late, 100, false).front().find("99 %"), std::string::npos);
  EXPECT_NE(screen_lines(late, 100, false).front().find("longer than planned"), std::string::npos);
}

TEST(RunScreen, ListsUnitsByNumberAndTheNewestThreeFindings) {
  const auto lines = screen_lines(busy_screen(), 200, false);
  ASSERT_EQ(lines.size(), 8u);
  EXPECT_EQ(lines[2].substr(0, 5), "gpu/2");
  EXPECT_EQ(lines[3].substr(0, 6), "gpu/10");
  EXPECT_NE(lines[2].find("1980 MHz  698 W  63 C"), std::string::npos) << lines[2];
  EXPECT_EQ(lines[4], "2 of 30 measuring gates answered, 4 findings to look at");
  EXPECT_EQ(lines[5].substr(0, 25), "FAIL  hbm.bandwidth gpu/2");
}

TEST(RunScreen, ColoursOnlyWhereTheyAreWanted) {
  const auto has_escape = [](const std::string& line) { return line.find('\x1b') != line.npos; };
  const auto plain = screen_lines(busy_screen(), 100, false);
  EXPECT_TRUE(std::none_of(plain.begin(), plain.end(), has_escape));
  const auto painted = screen_lines(busy_screen(), 100, true);
  EXPECT_TRUE(std::any_of(painted.begin(), painted.end(), has_escape));
}

// Reasons and names come from machines that are not trusted.
TEST(RunScreen, PrintsNoEscapeSequenceOfOthers) {
  Screen screen = busy_screen();
  screen.row("gpu/2").last = "\x1b[2J";
  screen.findings[3].reason = "\x1b]0;title\a";
  for (const std::string& line : screen_lines(screen, 200, false)) {
    EXPECT_EQ(line.find('\x1b'), std::string::npos);
  }
}

TEST(RunScreen, AReadingThatIsAbsentIsADash) {
  Screen screen;
  screen.row("node").now = "allreduce.own";
  EXPECT_NE(screen_lines(screen, 80, false)[2].find("-      -     -"), std::string::npos)
      << screen_lines(screen, 80, false)[2];
}

TEST(RunScreen, LongTimesHaveHours) {
  EXPECT_EQ(clock_text(0), "0:00");
  EXPECT_EQ(clock_text(187 * kSecond), "3:07");
  EXPECT_EQ(clock_text(3729 * kSecond), "1:02:09");
  EXPECT_EQ(clock_text(-5), "0:00");
}

}  // namespace
}  // namespace ga
