// Of a log that says the same all day long, what it says once is in the report.
#include "acceptance/journal/log_keeper.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ga {
namespace {

constexpr std::int64_t kStorm = 4'000;  // lines of 400 bytes: more than a report can carry

class LogKeeperTest : public ::testing::Test {
 protected:
  void say(std::int64_t t_ns, const std::string& code, const std::string& text = "x",
           std::int64_t boot = 0, const std::string& gpu = "gpu/3") {
    keeper_.take({t_ns, "kmsg", gpu, code, text, boot}, t_ns, log_);
  }
  std::ptrdiff_t count(const std::string& code) const {
    return std::count_if(log_.begin(), log_.end(),
                         [&](const LogEvent& line) { return line.code == code; });
  }

  LogKeeper keeper_;
  std::vector<LogEvent> log_;
};

TEST_F(LogKeeperTest, AStormDoesNotPushOutWhatIsSaidOnce) {
  for (std::int64_t t = 1; t <= kStorm; ++t) say(t, "aer.corrected", std::string(400, 'x'));
  say(kStorm + 1, "xid.79");
  ASSERT_EQ(log_.size(), 23u) << "20 first lines, the newest, the mark, and the other one";
  EXPECT_EQ(log_[20].t_ns, kStorm);
  EXPECT_EQ(log_[21].code, "log.repeated");
  EXPECT_EQ(log_[21].text, "aer.corrected: at least 3979 more lines");
  EXPECT_EQ(log_[21].t_ns, kStorm);
  EXPECT_EQ(log_[21].gpu, "gpu/3");
  EXPECT_EQ(log_[22].code, "xid.79");
}

TEST_F(LogKeeperTest, WhatWasToldBeforeIsNotCountedAgain) {
  for (int times = 0; times < 3; ++times) {
    for (std::int64_t t = 1; t <= 30; ++t) say(t, "aer.corrected");
  }
  ASSERT_EQ(log_.size(), 22u);
  EXPECT_EQ(log_[21].text, "aer.corrected: at least 9 more lines");
}

TEST_F(LogKeeperTest, EachBootAndDeviceHasItsOwn) {
  for (std::int64_t t = 1; t <= 21; ++t) {
    say(t, "aer.corrected");
    say(t, "aer.corrected", "x", 1);
    say(t, "aer.corrected", "x", 1, "gpu/4");
  }
  EXPECT_EQ(log_.size(), 63u);
}

// The table tells a link error that matters from one that does not by the rest of the line.
TEST_F(LogKeeperTest, OfAnXidTheWholeLineIsItsKind) {
  for (std::int64_t t = 1; t <= 100; ++t) say(t, "xid.145", "tolerated");
  say(101, "xid.145", "fatal");
  for (std::int64_t t = 102; t <= 200; ++t) say(t, "xid.145", "tolerated");
  EXPECT_EQ(std::count_if(log_.begin(), log_.end(),
                          [](const LogEvent& line) { return line.text == "fatal"; }),
            1);
}

TEST_F(LogKeeperTest, ALogThatIsNotWholeSaysSoAndStillTakesTheFirstOfItsKind) {
  for (std::int64_t t = 1; t <= kStorm; ++t) {
    say(t, "xid.31", std::to_string(t) + std::string(400, 'x'));
  }
  EXPECT_GT(log_.size(), 1'500u);
  EXPECT_LT(log_.size(), 2'600u) << "the last quarter is free";
  EXPECT_EQ(log_.back().code, "log.cut");
  say(kStorm + 1, "xid.79");
  EXPECT_EQ(log_.back().code, "xid.79");
  say(kStorm + 2, "xid.79", std::string(600, 'x'));
  EXPECT_EQ(log_.back().text, "x");
  EXPECT_EQ(count("log.cut"), 1);
}

TEST_F(LogKeeperTest, NoKindIsTakenBeyondTheEnd) {
  for (std::int64_t t = 1; t <= kStorm; ++t) {
    say(t, "aer.fatal", std::string(400, 'x'), 0, std::to_string(t));
  }
  EXPECT_LT(log_.size(), 2'622u);
  EXPECT_EQ(log_.back().code, "log.cut");
  say(kStorm + 1, "xid.79", "x", 1);
  EXPECT_EQ(count("log.cut"), 1);
  say(kStorm + 2, "xid.79", std::string(1'000, 'x'), 1);
  EXPECT_EQ(count("log.cut"), 2) << "each boot's part is judged by itself";
}

// What was left out may be older than the run: the mark is as new as the reading that told of it.
TEST_F(LogKeeperTest, TheMarkIsAsNewAsTheReading) {
  for (std::int64_t t = 1; t <= kStorm; ++t) {
    keeper_.take({t, "kmsg", "", "xid.31", std::to_string(t) + std::string(400, 'x')}, 77'777,
                 log_);
  }
  EXPECT_EQ(log_.back().code, "log.cut");
  EXPECT_EQ(log_.back().t_ns, 77'777);
  keeper_.take({90'000, "kmsg", "", "xid.31", std::string(400, 'z')}, 80'000, log_);
  EXPECT_EQ(log_.back().t_ns, 90'000) << "what is left out later makes it newer";
}

}  // namespace
}  // namespace ga
