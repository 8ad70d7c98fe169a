// CTRF against what its schema demands (spec 0.0.0, read in 2026-11): the keys of each object, the
// required ones, and the words of a status. No other key is allowed anywhere.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "reports/codec/json.h"
#include "reports/render/example_report.h"
#include "reports/render/layout.h"

namespace ga {
namespace {

enum class Kind { text, integer, object, array };

struct Key {
  Kind kind;
  bool required = false;
};
using Keys = std::map<std::string, Key>;

const Keys kRoot{{"reportFormat", {Kind::text, true}},
                 {"specVersion", {Kind::text, true}},
                 {"results", {Kind::object, true}},
                 {"reportId", {Kind::text}},
                 {"timestamp", {Kind::text}},
                 {"generatedBy", {Kind::text}},
                 {"extra", {Kind::object}}};
const Keys kResults{{"tool", {Kind::object, true}},
                    {"summary", {Kind::object, true}},
                    {"tests", {Kind::array, true}},
                    {"environment", {Kind::object}},
                    {"extra", {Kind::object}}};
const Keys kTool{
    {"name", {Kind::text, true}}, {"version", {Kind::text}}, {"extra", {Kind::object}}};
const Keys kSummary{{"tests", {Kind::integer, true}},   {"passed", {Kind::integer, true}},
                    {"failed", {Kind::integer, true}},  {"skipped", {Kind::integer, true}},
                    {"pending", {Kind::integer, true}}, {"other", {Kind::integer, true}},
                    {"start", {Kind::integer, true}},   {"stop", {Kind::integer, true}},
                    {"duration", {Kind::integer}},      {"extra", {Kind::object}}};
const Keys kTest{{"name", {Kind::text, true}},
                 {"status", {Kind::text, true}},
                 {"duration", {Kind::integer, true}},
                 {"suite", {Kind::array}},
                 {"message", {Kind::text}},
                 {"rawStatus", {Kind::text}},
                 {"trace", {Kind::text}},
                 {"tags", {Kind::array}},
                 {"extra", {Kind::object}}};
const Keys kEnvironment{{"commit", {Kind::text}},
                        {"osRelease", {Kind::text}},
                        {"testEnvironment", {Kind::text}},
                        {"extra", {Kind::object}}};
const std::set<std::string> kStatus{"passed", "failed", "skipped", "pending", "other"};

bool is_kind(const Json& value, Kind kind) {
  switch (kind) {
    case Kind::text:
      return value.is_string();
    case Kind::integer:
      return value.is_int();
    case Kind::object:
      return value.is_object();
    case Kind::array:
      return value.is_array();
  }
  return false;
}

void expect_keys(const Json& object, const Keys& keys) {
  ASSERT_TRUE(object.is_object());
  for (const auto& [name, value] : object.as_object()) {
    const auto key = keys.find(name);
    ASSERT_NE(key, keys.end()) << "the schema has no key " << name;
    EXPECT_TRUE(is_kind(value, key->second.kind)) << name;
  }
  for (const auto& [name, key] : keys) {
    EXPECT_TRUE(!key.required || object.find(name) != nullptr) << name << " is required";
  }
}

Json ctrf_of(const Report& report, const Shown& shown) {
  const Result<Json> parsed = parse_json(render_ctrf(report, shown));
  EXPECT_TRUE(parsed) << parsed.error().what();
  return parsed ? *parsed : Json();
}

void expect_schema(const Json& root) {
  expect_keys(root, kRoot);
  EXPECT_EQ(root.find("reportFormat")->as_string(), "CTRF");
  const Json& results = *root.find("results");
  expect_keys(results, kResults);
  expect_keys(*results.find("tool"), kTool);
  expect_keys(*results.find("environment"), kEnvironment);
  const Json& summary = *results.find("summary");
  expect_keys(summary, kSummary);
  std::map<std::string, std::int64_t> counts;
  for (const Json& test : results.find("tests")->as_array()) {
    expect_keys(test, kTest);
    EXPECT_FALSE(test.find("name")->as_string().empty());
    EXPECT_TRUE(kStatus.contains(test.find("status")->as_string()));
    EXPECT_FALSE(test.find("suite")->as_array().empty());
    ++counts[test.find("status")->as_string()];
    ++counts["tests"];
  }
  for (const auto& [name, count] : counts) EXPECT_EQ(summary.find(name)->as_int(), count) << name;
}

TEST(Ctrf, IsWhatTheSchemaDemands) {
  expect_schema(ctrf_of(example_report(), example_shown()));
  Report bare;
  Shown none;
  none.decision = "inconclusive";
  expect_schema(ctrf_of(bare, none));
}

TEST(Ctrf, StaysJsonWhateverAMachineSays) {
  Report report = example_report();
  Shown shown = example_shown();
  const std::string bad = std::string("\"},{\0\x1f\xff", 8) + "\u202E" + std::string(9000, 'x');
  report.evidence.facts.node.name = bad;
  report.suite.version = report.suite.commit = report.run.started = report.run.ended = bad;
  shown.findings.push_back({bad, bad, Verdict::fail, bad, Blame::gpu, bad, bad, {bad}});
  shown.judged_by = shown.cause = bad;
  expect_schema(ctrf_of(report, shown));
}

// "status rawStatus" of each test, in order.
std::vector<std::string> statuses(const Json& root) {
  std::vector<std::string> out;
  for (const Json& test : root.find("results")->find("tests")->as_array()) {
    out.push_back(test.find("status")->as_string() + " " + test.find("rawStatus")->as_string());
  }
  return out;
}

TEST(Ctrf, WhatIsNotDecidedFailsUnderItsOwnWord) {
  const std::vector<std::string> expected{
      "passed pass",    "failed fail",       "passed pass",         "passed pass",
      "failed fail",    "failed borderline", "failed not_measured", "skipped not_applicable",
      "failed rejected"};
  EXPECT_EQ(statuses(ctrf_of(example_report(), example_shown())), expected);
}

TEST(Ctrf, ADecisionPassesOnlyIfItSaysSo) {
  Shown shown = example_shown();
  shown.findings.clear();
  for (const auto& [word, status] :
       std::map<std::string, std::string>{{"accepted", "passed"},
                                          {"screened", "passed"},
                                          {"passed", "passed"},
                                          {"rehearsed", "failed"},
                                          {"rejected", "failed"},
                                          {"inconclusive", "failed"}}) {
    shown.decision = word;
    EXPECT_EQ(statuses(ctrf_of(example_report(), shown)),
              std::vector<std::string>{status + " " + word});
  }
}

TEST(Ctrf, TellsTheTimeOfTheRun) {
  const Json root = ctrf_of(example_report(), example_shown());
  const Json& summary = *root.find("results")->find("summary");
  EXPECT_EQ(summary.find("start")->as_int(), 1'767'323'045'000);  // 2026-01-02T03:04:05Z
  EXPECT_EQ(summary.find("stop")->as_int() - summary.find("start")->as_int(), 90'000);
}

}  // namespace
}  // namespace ga
