#include "reports/codec/report_codec.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

#include "reports/codec/testing/random_report.h"

namespace ga {
namespace {

using testing::full_report;
using testing::random_report;
using testing::small_report;

constexpr std::uint64_t kReports = 300;

// Calls f(value, path) for every value below `json`, parents first.
void for_each_value(Json& json, const std::string& path,
                    const std::function<void(Json&, const std::string&)>& f) {
  f(json, path);
  if (json.is_array()) {
    for (std::size_t i = 0; i < json.as_array().size(); ++i) {
      for_each_value(json.as_array()[i], fmt::format("{}[{}]", path, i), f);
    }
  } else if (json.is_object()) {
    for (auto& [key, value] : json.as_object()) for_each_value(value, path + "." + key, f);
  }
}

TEST(ReportCodec, ReadsBackWhatItWrites) {
  for (std::uint64_t seed = 0; seed < kReports; ++seed) {
    const Report report = random_report(seed);
    const auto again = report_from_json(report_to_json(report));
    ASSERT_TRUE(again) << seed << ": " << again.error().str();
    ASSERT_EQ(report, *again) << seed;
  }
}

TEST(ReportCodec, BytesReadBackAsTheSameBytes) {
  for (std::uint64_t seed = 0; seed < kReports; ++seed) {
    const auto bytes = report_to_payload(random_report(seed));
    ASSERT_TRUE(bytes) << seed << ": " << bytes.error().str();
    const auto report = report_from_payload(*bytes);
    ASSERT_TRUE(report) << seed;
    ASSERT_EQ(dump(report_to_json(*report)), *bytes) << seed;
  }
}

// One value of a random report replaced by another: refused, or accepted and written back as it is.
TEST(ReportCodec, WhatItAcceptsItWritesBack) {
  const std::vector<Json> replacements{
      Json(0),    Json(-1),          Json(""),           Json("gpu/0"),
      Json(true), Json(JsonArray{}), Json(JsonObject{}), Json().add("absent", "why")};
  std::size_t refused = 0;
  std::size_t accepted = 0;
  // Each value takes a quarter of them in one report, so that four reports take them all.
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    Json json = report_to_json(random_report(seed));
    std::size_t turn = seed;
    for_each_value(json, "statement", [&](Json& value, const std::string& path) {
      for (std::size_t i = turn++ % 4; i < replacements.size(); i += 4) {
        const Json kept = std::exchange(value, replacements[i]);
        const auto report = report_from_json(json);
        report ? ++accepted : ++refused;
        if (report) {
          ASSERT_EQ(report_to_json(*report), json) << path;
        }
        value = kept;
      }
    });
  }
  RecordProperty("refused", static_cast<int>(refused));
  RecordProperty("accepted", static_cast<int>(accepted));
  EXPECT_GT(refused, 3000U);
  EXPECT_GT(accepted, 300U);
}

// Every object of a small report: one more key, each key missing, two keys exchanged.
TEST(ReportCodec, RefusesAnUnknownAMissingAndAMovedKeyEverywhere) {
  Json json = report_to_json(small_report());
  int objects = 0;
  for_each_value(json, "statement", [&](Json& value, const std::string& path) {
    if (!value.is_object()) return;
    ++objects;
    const Json kept = value;
    value.add("surplus", 1);
    const bool params = path.ends_with(".params");  // its keys are data
    EXPECT_TRUE(!report_from_json(json) || params) << path;
    for (std::size_t i = 0; i < kept.as_object().size(); ++i) {
      value = kept;
      const std::string key = kept.as_object()[i].first;
      value.as_object().erase(value.as_object().begin() + static_cast<std::ptrdiff_t>(i));
      const auto report = report_from_json(json);
      const bool optional = params || key == "check" || key == "first" || key == "challenge";
      EXPECT_TRUE(!report || optional) << path << "." << key;
    }
    if (kept.as_object().size() > 1) {
      value = kept;
      std::swap(value.as_object()[0], value.as_object()[1]);
      const auto report = report_from_json(json);
      ASSERT_FALSE(report) << path;
      EXPECT_TRUE(report.error().what().starts_with("form: ")) << report.error().what();
    }
    value = kept;
  });
  EXPECT_GT(objects, 50);
}

struct Spoiled {
  std::string path;  // "predicate.level", "predicate.measurements.0.unit"
  Json value;
  std::string complaint;  // how the error begins
};

Json* at(Json& json, const std::string& path) {
  Json* value = &json;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string step = path.substr(begin, end - begin);
    if (value->is_array()) {
      value = &value->as_array().at(static_cast<std::size_t>(std::stoi(step)));
    } else {
      auto& members = value->as_object();
      const auto found = std::find_if(members.begin(), members.end(),
                                      [&](const JsonMember& m) { return m.first == step; });
      if (found == members.end()) return nullptr;
      value = &found->second;
    }
    begin = end + 1;
  }
  return value;
}

class SpoiledReport : public ::testing::TestWithParam<Spoiled> {};

TEST_P(SpoiledReport, IsRefusedByName) {
  Report sample = small_report();
  sample.challenge = ChallengeRef{.dsse = "e30=", .sha256 = std::string(64, '1')};
  sample.binding = "challenged";
  sample.suite.libraries = {{"nvml", "/usr/lib/libnvidia-ml.so.1", "580", std::string(64, '2')}};
  sample.evidence.libraries = sample.suite.libraries;
  sample.run.resumed = {{"2026-11-22T07:20:00Z", sample.run.boot_id}};
  sample.sidecars = {{"telemetry.jsonl.zst", std::string(64, '3'), 12}};
  sample.telemetry.gaps = {{"gpu/0", 5, 9}};
  sample.evidence.warmup = {{"gpu/0", 7, {61'000}}};
  sample.evidence.log = {{3, "kmsg", "gpu/0", "xid.79", "fell off the bus"}};
  sample.evidence.measurements[0].discarded = {{1, "interrupted"}};
  sample.evidence.measurements[0].check->first = FirstMismatch{
      .tile = 1, .sm = 2, .element = 3, .expected = "00", .got = "01", .xor_bits = "01"};
  Json json = report_to_json(sample);
  ASSERT_TRUE(report_from_json(json));
  Json* value = at(json, GetParam().path);
  ASSERT_NE(value, nullptr);
  *value = GetParam().value;
  const auto report = report_from_json(json);
  ASSERT_FALSE(report);
  EXPECT_TRUE(report.error().what().starts_with(GetParam().complaint)) << report.error().what();
}

INSTANTIATE_TEST_SUITE_P(
    Head, SpoiledReport,
    ::testing::Values(
        Spoiled{"_type", "https://in-toto.io/Statement/v0.1", "statement: _type must be"},
        Spoiled{"predicateType", "urn:gpuaccept:report:2", "predicate type: must be"},
        Spoiled{"predicateType", "URN:gpuaccept:report:1", "predicate type: must be"},
        Spoiled{"predicate.schema", 2, "schema: predicate.schema is 2"},
        Spoiled{"predicate.rules", 2, "schema: predicate.rules is 2"},
        Spoiled{"predicate.level", "extreme", "predicate.level: must be one of"},
        Spoiled{"predicate.signer", "nobody", "predicate.signer: must be one of"},
        Spoiled{"predicate.binding", "self_declared", "predicate.binding: must be \"challenged\""},
        Spoiled{"predicate.challenge.sha256", "00", "predicate.challenge.sha256: must be a SHA"},
        Spoiled{"predicate.challenge.dsse", "\n", "predicate.challenge.dsse: must be base64"},
        Spoiled{"predicate.profile.sha256", "", "predicate.profile.sha256: must be a SHA"},
        Spoiled{"predicate.profile.sha256", std::string(64, 'A'),
                "predicate.profile.sha256: must be a SHA"},
        Spoiled{"subject", JsonArray{}, "statement.subject: must be the node and each GPU"},
        Spoiled{"subject.1.name", "gpu/1", "statement.subject[1].name: must be \"gpu/0\""},
        Spoiled{"subject.0.digest.sha256", 1, "statement.subject[0].digest.sha256: must be a st"},
        Spoiled{"predicate.facts.gpus.0.unit_id", "gpu/1",
                "predicate.facts.gpus[0].unit_id: must be \"gpu/0\""}));

INSTANTIATE_TEST_SUITE_P(
    Run, SpoiledReport,
    ::testing::Values(
        Spoiled{"predicate.run.started", "yesterday", "predicate.run.started: must be UTC"},
        Spoiled{"predicate.run.ended", "2026-11-22 07:19:45Z", "predicate.run.ended: must be UTC"},
        Spoiled{"predicate.run.attempt", 0, "predicate.run.attempt: must be at least 1"},
        Spoiled{"predicate.run.monotonic_end_ns", -1, "predicate.run.monotonic_end_ns: must not"},
        Spoiled{"predicate.run.resumed.0.at", "", "predicate.run.resumed[0].at: must be UTC"},
        Spoiled{"predicate.worker.real", 1, "predicate.worker.real: must be true or false"},
        Spoiled{"predicate.suite.version", "1\n", "predicate.suite.version: must be printable"},
        Spoiled{"predicate.suite.version", std::string(257, 'x'),
                "predicate.suite.version: longer than 256 bytes"},
        Spoiled{"predicate.suite.libraries.0.path", "/\xc3\xa9",
                "predicate.suite.libraries[0].path: must be printable ASCII"},
        Spoiled{"predicate.sidecars.0.name", "../report", "predicate.sidecars[0].name: must be a"},
        Spoiled{"predicate.sidecars.0.bytes", -1, "predicate.sidecars[0].bytes: must not be"},
        Spoiled{"predicate.telemetry.gaps.0.from_ns", "5", "predicate.telemetry.gaps[0].from_ns"},
        Spoiled{"predicate.exits.0.how", "well", "predicate.exits[0].how: must be one of"},
        Spoiled{"predicate.claimed.decision", "fine", "predicate.claimed.decision: must be one"},
        Spoiled{"predicate.claimed.cause", "luck", "predicate.claimed.cause: must be one of"},
        Spoiled{"predicate.claimed.findings.0.verdict", "PASS",
                "predicate.claimed.findings[0].verdict: must be a verdict word"},
        Spoiled{"predicate.claimed.findings.0.blame", "me",
                "predicate.claimed.findings[0].blame: must be a blame word"},
        Spoiled{"predicate.claimed.findings.0.warn", JsonArray{Json(1)},
                "predicate.claimed.findings[0].warn: must be an array of strings"}));

INSTANTIATE_TEST_SUITE_P(
    Evidence, SpoiledReport,
    ::testing::Values(
        Spoiled{"predicate.facts.node.gpus_nvml", "1",
                "predicate.facts.node.gpus_nvml: must be an integer or {\"absent\": reason}"},
        Spoiled{"predicate.facts.gpus.0.ecc_current", 1,
                "predicate.facts.gpus[0].ecc_current: must be true or false or"},
        Spoiled{"predicate.facts.gpus.0.serial", "\xc3\xa9",
                "predicate.facts.gpus[0].serial: must be a printable ASCII string or"},
        Spoiled{"predicate.facts.gpus.0.serial", Json().add("absent", 1),
                "predicate.facts.gpus[0].serial: must be a printable ASCII string or"},
        Spoiled{"predicate.facts.gpus.0.serial", Json().add("absent", "x").add("more", 1),
                "predicate.facts.gpus[0].serial: must be a printable ASCII string or"},
        Spoiled{"predicate.events.log.0.t_ns", -1, "predicate.events.log[0].t_ns: must not be"},
        Spoiled{"predicate.events.before.gpus", 1, "predicate.events.before.gpus: must be an arr"},
        Spoiled{"predicate.warmup.0.temp_mc", JsonArray{Json("61")},
                "predicate.warmup[0].temp_mc: must be an array of integers"},
        Spoiled{"predicate.measurements.0.unit", "GB/s", "predicate.measurements[0].unit: must"},
        Spoiled{"predicate.measurements.0.samples", JsonArray{Json(1)},
                "predicate.measurements[0].clock_mhz: has 2 entries and samples has 1"},
        Spoiled{"predicate.measurements.0.samples", JsonArray{Json(1), Json(-1)},
                "predicate.measurements[0].samples: must not hold a negative number"},
        Spoiled{"predicate.measurements.0.clock_mhz", JsonArray{},
                "predicate.measurements[0].clock_mhz: has 0 entries and samples has 2"},
        Spoiled{"predicate.measurements.0.power_mw", JsonArray{},
                "predicate.measurements[0].power_mw: has 0 entries"},
        Spoiled{"predicate.measurements.0.temp_mc", JsonArray{},
                "predicate.measurements[0].temp_mc: has 0 entries"},
        Spoiled{"predicate.measurements.0.throttle", JsonArray{},
                "predicate.measurements[0].throttle: has 0 entries"},
        Spoiled{"predicate.measurements.0.throttle", JsonArray(70'000, Json(0)),
                "predicate.measurements[0].throttle: more than 65536 entries"},
        Spoiled{"predicate.measurements.0.params", Json().add("m", "8192"),
                "predicate.measurements[0].params.m: must be an integer"},
        Spoiled{"predicate.measurements.0.params", Json().add("n", 1).add("m", 2),
                "form: statement.predicate.measurements[0].params"},
        Spoiled{"predicate.measurements.0.params", Json().add("", 1),
                "predicate.measurements[0].params.: a param's name"},
        Spoiled{"predicate.measurements.0.check.kind", "trust me",
                "predicate.measurements[0].check.kind: must be one of"},
        Spoiled{"predicate.measurements.0.check.wrong", -1,
                "predicate.measurements[0].check.wrong: must not be negative"},
        Spoiled{"predicate.measurements.0.check.root", "00",
                "predicate.measurements[0].check.root: must be \"\" or a SHA-256"},
        Spoiled{"predicate.measurements.0.check.first.element", -1,
                "predicate.measurements[0].check.first.element: must not be negative"},
        Spoiled{"predicate.measurements.0.discarded.0.reason", "slow",
                "predicate.measurements[0].discarded[0].reason: must be one of"}));

// What a report of two boots says, if it is sound; then one thing is changed.
Report restarted_report() {
  Report report = small_report();
  report.level = "soak";
  report.worker.real = true;
  report.run.resumed = {{"2026-11-22T07:20:00Z", "second"}};
  Evidence& evidence = report.evidence;
  Restart& restart = evidence.restarts.emplace_back();
  evidence.node_before.boot_id = restart.node_until.boot_id = KnownText(report.run.boot_id);
  restart.node_from.boot_id = evidence.node_after.boot_id = KnownText("second");
  return report;
}

TEST(ReportCodec, OnlyASoakGoesOnAtAnotherBoot) {
  Report report = restarted_report();
  EXPECT_TRUE(report_from_json(report_to_json(report)));
  report.level = "standard";
  const auto refused = report_from_json(report_to_json(report));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what(),
            "predicate.events.restarts: at level standard, which has no checkpoints");
}

TEST(ReportCodec, CountersOfARealNodeAreOfTheBootsOfItsRunInTheirOrder) {
  const auto is_read = [](const Report& report) {
    return static_cast<bool>(report_from_json(report_to_json(report)));
  };
  Report report = restarted_report();
  report.evidence.restarts[0].node_until.boot_id = KnownText("third");
  EXPECT_FALSE(is_read(report));
  report.worker.real = false;
  EXPECT_TRUE(is_read(report)) << "a simulated node has boot ids of its own";

  report = restarted_report();
  std::swap(report.evidence.node_before, report.evidence.restarts[0].node_from);
  EXPECT_FALSE(is_read(report));

  report = restarted_report();
  report.evidence.restarts[0].node_from.boot_id = KnownText::missing("no rights");
  EXPECT_TRUE(is_read(report));
  report.evidence.node_after.boot_id = KnownText("third");
  EXPECT_FALSE(is_read(report));
}

TEST(ReportCodec, TheFirstWrongBlockIsOneOfAWrongSeries) {
  const auto read = [](std::int64_t block, std::int64_t wrong) {
    Report report = small_report();
    Measurement& series = report.evidence.measurements[0];
    series.check->wrong = wrong;
    series.check->first_block = block;
    return report_from_json(report_to_json(report));
  };
  const auto blocks =
      static_cast<std::int64_t>(small_report().evidence.measurements[0].samples.size());
  EXPECT_TRUE(read(blocks - 1, 1));
  const auto right = read(blocks - 1, 0);
  ASSERT_FALSE(right);
  EXPECT_EQ(right.error().what(),
            "predicate.measurements[0].check.first_block: is of a check that is wrong");
  const auto refused = read(blocks, 1);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().what().starts_with("predicate.measurements[0].check: first_block"))
      << refused.error().what();
}

TEST(ReportCodec, OnlyMemoryCasesReadTheMemorysTemperature) {
  Report report = small_report();
  Measurement& series = report.evidence.measurements[0];
  series.memory_temp_mc.assign(series.samples.size(), 71'000);
  series.case_id = "memory.copy";
  EXPECT_TRUE(report_from_json(report_to_json(report)));
  series.case_id = "gemm.bf16.own";
  EXPECT_FALSE(report_from_json(report_to_json(report)));
}

TEST(ReportCodec, RefusesAnotherSpellingOfTheSameReport) {
  const std::string bytes = *report_to_payload(small_report());
  for (const std::string& other : {bytes + "\n", " " + bytes, dump_pretty(*parse_json(bytes))}) {
    const auto report = report_from_payload(other);
    ASSERT_FALSE(report);
    EXPECT_TRUE(report.error().what().starts_with("form: ")) << report.error().what();
  }
  std::string escaped = bytes;
  escaped.replace(escaped.find("rack7"), 1, "\\u0072");
  EXPECT_FALSE(report_from_payload(escaped));
}

TEST(ReportCodec, DoesNotWriteWhatItWouldNotRead) {
  Report report = small_report();
  report.evidence.measurements[0].samples[0] = kMaxJsonInteger + 1;
  EXPECT_FALSE(report_to_payload(report));
  report = small_report();
  report.evidence.measurements[0].clock_mhz.pop_back();
  EXPECT_FALSE(report_to_payload(report));
  report = small_report();
  report.subject.pop_back();
  EXPECT_FALSE(report_to_payload(report));
}

// A worker's last words, a process's name: whatever bytes they are, the report stays readable.
TEST(ReportCodec, WritesTheTextsOfABrokenMachineReadably) {
  Report report = small_report();
  report.evidence.exits[0].detail = "\xff\xfe torn \xed\x95\x9c\xed\x95" + std::string(9000, 'x');
  report.evidence.facts.node.name = std::string("node\xc3\xa9\n");
  const auto bytes = report_to_payload(report);
  ASSERT_TRUE(bytes) << bytes.error().str();
  const Report again = *report_from_payload(*bytes);
  EXPECT_EQ(*again.evidence.facts.node.name, "node???");
  EXPECT_TRUE(again.evidence.exits[0].detail.starts_with("?? torn \xed\x95\x9c??xxx"));
  EXPECT_LE(again.evidence.exits[0].detail.size(), 4096U);
}

TEST(ReportCodec, AFullReportFitsItsSizeCap) {
  const auto bytes = report_to_payload(full_report());
  ASSERT_TRUE(bytes) << bytes.error().str();
  EXPECT_GT(bytes->size(), 100'000U);
  EXPECT_LT(bytes->size(), std::size_t{1} << 20);
}

}  // namespace
}  // namespace ga
