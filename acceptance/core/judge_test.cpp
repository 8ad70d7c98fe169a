#include "acceptance/core/judge.h"

#include <gtest/gtest.h>

#include <functional>

#include "acceptance/core/codes.h"

namespace ga {
namespace {

constexpr std::int64_t kBlockNs = 400'000'000;

Request request_of(std::int64_t blocks) {
  Request request;
  request.gate = "toy";
  request.case_id = "memory.copy";
  request.unit_id = "gpu/0";
  request.params = {{"bytes", 8}};
  request.blocks = blocks;
  request.block_ns = kBlockNs;
  return request;
}

std::int64_t done(const Evidence& evidence) {
  const Measurement* series = find_series(evidence, request_of(0));
  return series == nullptr
             ? 0
             : static_cast<std::int64_t>(series->samples.size() + series->discarded.size());
}

// Two blocks first; three more when the first of them was below 100 and all data were right.
std::vector<Request> toy_next(const Order&, const Evidence& evidence) {
  const std::int64_t have = done(evidence);
  if (have < 2) return {request_of(2 - have)};
  const Measurement* series = find_series(evidence, request_of(0));
  const bool low = !series->samples.empty() && series->samples[0] < 100;
  if (low && series->check->wrong == 0 && have < 5) return {request_of(5 - have)};
  return {};
}

std::vector<Finding> toy_judge(const Order&, const Evidence&) {
  return {passed("toy", "gpu/0", "fine")};
}

const Gate kToy{"toy", "?", "?", toy_next, toy_judge};

class Judge : public ::testing::Test {
 protected:
  Judge() { profile.required = {"toy"}; }

  static Evidence with(std::vector<std::int64_t> samples) {
    Measurement series;
    series.gate = "toy";
    series.case_id = "memory.copy";
    series.unit_id = "gpu/0";
    series.params = {{"bytes", 8}};
    series.unit = "bytes_per_s";
    series.block_ns = kBlockNs;
    series.samples = samples;
    series.clock_mhz = series.power_mw = series.temp_mc = series.throttle = samples;
    series.check = Check{.kind = "pattern", .expected = "", .got = ""};
    Evidence evidence;
    evidence.measurements.push_back(series);
    return evidence;
  }

  bool asked(const Evidence& evidence) { return static_cast<bool>(check(evidence)); }
  Status check(const Evidence& evidence) {
    return check_asked(std::span(&kToy, 1), {profile, Level::quick}, evidence);
  }
  std::vector<Finding> judge(const Evidence& evidence) {
    return judge_all(std::span(&kToy, 1), {profile, Level::quick}, evidence);
  }

  Profile profile;
};

TEST_F(Judge, HoldsBackAPassWhileBlocksAreMissing) {
  EXPECT_EQ(judge(with({200, 200}))[0].verdict, Verdict::pass);
  const auto held = judge(with({200}));
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held[0].verdict, Verdict::not_measured);
  EXPECT_EQ(held[0].code, "evidence.incomplete");
  EXPECT_EQ(judge(Evidence{})[0].verdict, Verdict::not_measured);
}

// Findings about GPUs and pairs come from the node's series.
TEST_F(Judge, WhatIsAskedOfTheNodeHoldsBackEveryPass) {
  const Gate spans{"toy", "?", "?",
                   [](const Order&, const Evidence&) {
                     Request request = request_of(2);
                     request.unit_id = kNodeUnit;
                     return std::vector<Request>{request};
                   },
                   toy_judge};
  const auto held = judge_all(std::span(&spans, 1), {profile, Level::quick}, Evidence{});
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held[0].unit_id, "gpu/0");
  EXPECT_EQ(held[0].code, "evidence.incomplete");
}

TEST_F(Judge, AGateLeftToStandardIsNotAskedAtQuickAndMustNotHaveBeenMeasured) {
  profile.skip_at_quick = {"toy"};
  const Order quick{profile, Level::quick}, standard{profile, Level::standard};
  EXPECT_TRUE(ask_all(std::span(&kToy, 1), quick, Evidence{}).empty());
  EXPECT_FALSE(ask_all(std::span(&kToy, 1), standard, Evidence{}).empty());
  EXPECT_EQ(judge(Evidence{})[0].verdict, Verdict::not_applicable);
  EXPECT_EQ(judge_all(std::span(&kToy, 1), standard, Evidence{})[0].verdict, Verdict::not_measured);
  EXPECT_FALSE(asked(with({200, 200})));
}

TEST_F(Judge, AGateThatIsNotRequiredIsNotApplicable) {
  profile.required.clear();
  EXPECT_EQ(judge(Evidence{})[0].verdict, Verdict::not_applicable);
}

TEST_F(Judge, LevelSoakMissesASoakThatTheProfileDoesNotRequire) {
  const Gate soak{kSoakGate, "?", "?", toy_next, toy_judge};
  const auto at = [&](Level level) {
    return judge_all(std::span(&soak, 1), {profile, level}, Evidence{})[0];
  };
  EXPECT_EQ(at(Level::standard).verdict, Verdict::not_applicable);
  EXPECT_EQ(at(Level::soak).verdict, Verdict::not_measured);
  EXPECT_EQ(at(Level::soak).code, "soak.digest.not_required");
}

TEST_F(Judge, AGateWithoutAFindingIsNotMeasured) {
  const Gate silent{"toy", "?", "?", toy_next,
                    [](const Order&, const Evidence&) { return std::vector<Finding>(); }};
  const auto findings = judge_all(std::span(&silent, 1), {profile, Level::quick}, with({200, 200}));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].verdict, Verdict::not_measured);
}

TEST_F(Judge, AcceptsWhatWasAskedForAndItsBeginning) {
  EXPECT_TRUE(asked(Evidence{}));
  EXPECT_TRUE(asked(with({200})));
  EXPECT_TRUE(asked(with({200, 200})));
  EXPECT_TRUE(asked(with({50, 200, 200})));
  EXPECT_TRUE(asked(with({50, 200, 200, 200, 200})));
}

TEST_F(Judge, RefusesBlocksThatNobodyAskedFor) {
  EXPECT_FALSE(asked(with({200, 200, 200})));
  EXPECT_FALSE(asked(with({50, 200, 200, 200, 200, 200})));
}

TEST_F(Judge, RefusesASeriesThatNobodyAskedFor) {
  auto other_params = with({200, 200});
  other_params.measurements[0].params["bytes"] = 9;
  auto other_unit = with({200, 200});
  other_unit.measurements[0].unit_id = "gpu/1";
  auto other_gate = with({200, 200});
  other_gate.measurements[0].gate = "unknown";
  auto twice = with({200, 200});
  twice.measurements.push_back(twice.measurements[0]);
  auto short_blocks = with({200, 200});
  short_blocks.measurements[0].block_ns = 1;
  for (const auto& evidence : {other_params, other_unit, other_gate, twice, short_blocks}) {
    EXPECT_FALSE(asked(evidence));
  }
}

TEST_F(Judge, AMismatchInALaterBlockDoesNotUndoTheAsking) {
  auto evidence = with({50, 200, 200, 200, 200});
  evidence.measurements[0].check->wrong = 1;
  EXPECT_TRUE(asked(evidence));
}

// A restart of a soak sends the others back to the checkpoint, and not the one that is wrong.
TEST_F(Judge, AWrongSeriesMayBeLongerThanAskedAndNotUnasked) {
  auto evidence = with({200, 200, 200});
  EXPECT_FALSE(asked(evidence));
  evidence.measurements[0].check->wrong = 1;
  EXPECT_TRUE(asked(evidence));
  evidence.measurements[0].params["bytes"] = 9;
  EXPECT_FALSE(asked(evidence));
}

TEST_F(Judge, CountsDiscardedBlocksAsAsked) {
  auto evidence = with({200});
  evidence.measurements[0].discarded = {{.index = 0, .reason = "no_clock_reading"}};
  EXPECT_TRUE(asked(evidence));
  evidence.measurements[0].discarded.push_back({.index = 2, .reason = "no_clock_reading"});
  EXPECT_FALSE(asked(evidence));
}

TEST(StopsBeforeLoad, OnlyForWrongConfigurationOrSite) {
  const auto stops = [](Verdict verdict, Blame blame) {
    Finding finding;
    finding.verdict = verdict;
    finding.blame = blame;
    return stops_before_load(std::span(&finding, 1));
  };
  EXPECT_TRUE(stops(Verdict::fail, Blame::config));
  EXPECT_TRUE(stops(Verdict::fail, Blame::site));
  EXPECT_FALSE(stops(Verdict::fail, Blame::gpu));
  EXPECT_FALSE(stops(Verdict::not_measured, Blame::config));
}

}  // namespace
}  // namespace ga
