// CTRF, a JSON that dashboards of test results read: one test for each finding, grouped by gate,
// and one named "decision". Written to the schema of spec 0.0.0 (github.com/ctrf-io/ctrf).
#include <fmt/format.h>

#include <string>

#include "reports/codec/json.h"
#include "reports/render/layout.h"
#include "reports/render/numbers.h"
#include "reports/render/render.h"

namespace ga {
namespace {

constexpr const char* kSpec = "0.0.0";

std::string_view status_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "passed";
    case Verdict::not_applicable:
      return "skipped";
    case Verdict::fail:
    case Verdict::borderline:
    case Verdict::not_measured:
      return "failed";
  }
  return "failed";
}

// Nobody times one gate, and the schema demands a duration.
Json test_of(std::string_view suite, std::string_view name, std::string_view status,
             std::string_view raw) {
  Json test;
  test.add("name", clean(name)).add("status", status).add("duration", 0);
  test.add("suite", JsonArray{"gpuaccept", clean(suite)});
  return test.add("rawStatus", raw);
}

Json test_of(const Finding& finding) {
  Json test = test_of(finding.gate, fmt::format("{} {}", finding.gate, finding.unit_id),
                      status_of(finding.verdict), to_word(finding.verdict));
  if (!finding.reason.empty()) test.add("message", clean(finding.reason));
  Json extra;
  extra.add("unit", clean(finding.unit_id)).add("code", clean(finding.code));
  extra.add("blame", to_word(finding.blame)).add("nextStep", clean(finding.next_step));
  JsonArray warnings;
  for (const std::string& warning : finding.warn) warnings.emplace_back(clean(warning));
  extra.add("warnings", std::move(warnings));
  return test.add("extra", std::move(extra));
}

Json decision_of(const Shown& shown) {
  const std::string& word = shown.decision;
  const bool good = word == "accepted" || word == "screened" || word == "passed";
  Json test = test_of("decision", "decision", good ? "passed" : "failed", clean(word));
  test.add("message",
           clean(shown.cause.empty() ? word : fmt::format("{}, cause: {}", word, shown.cause)));
  return test.add("extra",
                  Json().add("cause", clean(shown.cause)).add("judgedBy", clean(shown.judged_by)));
}

Json summary_of(const Report& report, const JsonArray& tests) {
  const auto count = [&](std::string_view status) {
    std::int64_t n = 0;
    for (const Json& test : tests) n += test.find("status")->as_string() == status ? 1 : 0;
    return n;
  };
  Json summary;
  summary.add("tests", static_cast<std::int64_t>(tests.size()));
  for (const char* status : {"passed", "failed", "skipped", "pending", "other"}) {
    summary.add(status, count(status));
  }
  summary.add("start", utc_ms(report.run.started).value_or(0));
  return summary.add("stop", utc_ms(report.run.ended).value_or(0));
}

}  // namespace

std::string render_ctrf(const Report& report, const Shown& shown) {
  JsonArray tests;
  for (const Finding& finding : shown.findings) tests.push_back(test_of(finding));
  tests.push_back(decision_of(shown));
  const KnownText& node = report.evidence.facts.node.name;
  Json results;
  results.add("tool", Json().add("name", "gpuaccept").add("version", clean(report.suite.version)));
  results.add("summary", summary_of(report, tests));
  results.add("tests", std::move(tests));
  Json extra;
  extra.add("node", node ? clean(*node) : std::string());
  extra.add("profile", clean(fmt::format("{} {}", report.profile.name, report.profile.version)));
  extra.add("level", clean(report.level)).add("binding", clean(report.binding));
  extra.add("simulated", report.worker.simulated).add("reportId", clean(shown.report_id));
  results.add("environment",
              Json().add("commit", clean(report.suite.commit)).add("extra", std::move(extra)));
  Json ctrf;
  ctrf.add("reportFormat", "CTRF").add("specVersion", kSpec);
  if (utc_ms(report.run.ended)) ctrf.add("timestamp", report.run.ended);
  ctrf.add("generatedBy", clean(fmt::format("gpuaccept {}", report.suite.version)));
  return dump_pretty(ctrf.add("results", std::move(results)));
}

}  // namespace ga
