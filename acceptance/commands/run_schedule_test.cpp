// Steady blocks take turns; everything else runs in one go; alone is alone.
#include "acceptance/commands/run_schedule.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

Request request(const std::string& gate, const std::string& unit, std::int64_t blocks, Phase phase,
                Placement placement = Placement::together) {
  Request made;
  made.gate = gate;
  made.case_id = gate;
  made.unit_id = unit;
  made.blocks = blocks;
  made.phase = phase;
  made.placement = placement;
  return made;
}

// "a/0 a/1" for each step, with the blocks where there is more than one.
std::vector<std::string> words(const std::vector<Step>& steps) {
  std::vector<std::string> out;
  for (const Step& step : steps) {
    std::string text;
    for (const Request& one : step.requests) {
      text += (text.empty() ? "" : " ") + one.gate + one.unit_id;
      if (one.blocks > 1) text += "*" + std::to_string(one.blocks);
    }
    out.push_back(text);
  }
  return out;
}

using Words = std::vector<std::string>;

TEST(Schedule, SteadySeriesTakeTurnsBlockByBlock) {
  const std::vector<Request> asked{request("a", "0", 2, Phase::steady),
                                   request("a", "1", 3, Phase::steady),
                                   request("b", "0", 2, Phase::steady)};
  EXPECT_EQ(words(schedule(asked, Phase::steady)), (Words{"a0 a1", "b0", "a0 a1", "b0", "a1"}));
}

TEST(Schedule, OtherPhasesRunARequestInOneGo) {
  const std::vector<Request> asked{request("a", "0", 5, Phase::screen),
                                   request("a", "1", 5, Phase::screen)};
  EXPECT_EQ(words(schedule(asked, Phase::screen)), (Words{"a0*5 a1*5"}));
}

TEST(Schedule, AloneHasAStepToItself) {
  const std::vector<Request> asked{request("a", "0", 1, Phase::steady, Placement::alone),
                                   request("a", "1", 1, Phase::steady, Placement::alone)};
  EXPECT_EQ(words(schedule(asked, Phase::steady)), (Words{"a0", "a1"}));
}

TEST(Schedule, TakesThePhaseThatIsAskedForAndNoOther) {
  const std::vector<Request> asked{request("a", "0", 1, Phase::hot_exact),
                                   request("b", "0", 1, Phase::screen),
                                   request("c", "0", 0, Phase::screen)};
  EXPECT_EQ(earliest_phase(asked), Phase::screen);
  EXPECT_EQ(words(schedule(asked, Phase::screen)), Words{"b0"});
}

// All of one rhythm run together, in phase first: the same unit is in it with another place.
TEST(Schedule, WhereAGpuStandsInARhythmIsNoDifference) {
  const auto pulse = [](const std::string& unit, std::int64_t period, std::int64_t place) {
    Request made = request("p", unit, 1, Phase::pulses);
    made.params = {{"period_ms", period}, {"phase_percent", place}};
    return made;
  };
  const std::vector<Request> asked{pulse("0", 500, 0), pulse("0", 500, 25), pulse("0", 100, 0),
                                   pulse("1", 500, 0), pulse("1", 500, 75), pulse("1", 100, 0)};
  EXPECT_EQ(words(schedule(asked, Phase::pulses)), (Words{"p0 p1", "p0 p1", "p0 p1"}));
  EXPECT_EQ(schedule(asked, Phase::pulses)[1].requests[1].params.at("phase_percent"), 75);
}

TEST(Schedule, ASoakGoesLoadByLoadAndItsPhasesTogether) {
  std::vector<Request> asked{request("a", "0", 20, Phase::soak), request("a", "1", 15, Phase::soak),
                             request("b", "0", 3, Phase::soak), request("b", "1", 3, Phase::soak)};
  asked[2].params = {{"phase_percent", 0}};
  asked[3].params = {{"phase_percent", 50}};
  EXPECT_EQ(words(schedule(asked, Phase::soak)), (Words{"a0*20 a1*15", "b0*3 b1*3"}));
  asked[3].params["n"] = 8192;
  EXPECT_EQ(words(schedule(asked, Phase::soak)).size(), 3u);
}

TEST(Schedule, OneUnitIsNeverTwiceInAStep) {
  const std::vector<Request> asked{request("a", "0", 1, Phase::screen),
                                   request("a", "0", 1, Phase::screen)};
  EXPECT_EQ(words(schedule(asked, Phase::screen)), (Words{"a0", "a0"}));
}

}  // namespace
}  // namespace ga
