// JUnit XML for CI: one test for each finding, grouped by gate, and one named "decision".
#include <fmt/format.h>

#include <string>

#include "reports/render/html.h"
#include "reports/render/render.h"

namespace ga {
namespace {

struct Counts {
  int failures = 0, errors = 0, skipped = 0;
};

struct TestCase {
  std::string gate, name, element, type, message, detail;  // element is empty for a pass
};

TestCase case_of(const Finding& finding) {
  TestCase test{finding.gate, finding.unit_id, "", finding.code, finding.reason, ""};
  switch (finding.verdict) {
    case Verdict::pass:
      break;
    case Verdict::fail:
      test.element = "failure";
      break;
    case Verdict::borderline:
    case Verdict::not_measured:
      test.element = "error";
      break;
    case Verdict::not_applicable:
      test.element = "skipped";
      break;
  }
  test.detail = fmt::format("verdict: {}, blame: {}. Next step: {}", to_word(finding.verdict),
                            to_word(finding.blame), finding.next_step);
  for (const std::string& warning : finding.warn)
    test.detail += fmt::format(" Warning: {}", warning);
  return test;
}

TestCase case_of_decision(const Shown& shown) {
  const std::string& word = shown.decision;
  const bool good = word == "accepted" || word == "screened" || word == "passed";
  const std::string cause = shown.cause.empty() ? "" : fmt::format(", cause: {}", shown.cause);
  return {"gpuaccept", "decision",   good ? "" : word == "rejected" ? "failure" : "error",
          word,        word + cause, fmt::format("Judged by: {}", shown.judged_by)};
}

void write_case(std::string& out, Counts& counts, const TestCase& test) {
  out += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", markup_escaped(test.gate),
                     markup_escaped(test.name));
  if (test.element.empty()) {
    out += "/>\n";
    return;
  }
  (test.element == "failure" ? counts.failures
   : test.element == "error" ? counts.errors
                             : counts.skipped) += 1;
  if (test.element == "skipped") {  // has no type in the common schema
    out += fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
                       markup_escaped(test.message));
    return;
  }
  out += fmt::format(">\n      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n    </testcase>\n",
                     test.element, markup_escaped(test.type), markup_escaped(test.message),
                     markup_escaped(test.detail));
}

}  // namespace

std::string render_junit(const Report& report, const Shown& shown) {
  Counts counts;
  std::string cases;
  for (const Finding& finding : shown.findings) write_case(cases, counts, case_of(finding));
  write_case(cases, counts, case_of_decision(shown));
  const std::string totals =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
                  shown.findings.size() + 1, counts.failures, counts.errors, counts.skipped);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites {}>\n  <testsuite name=\"gpuaccept\" {} timestamp=\"{}\">\n",
                     totals, totals, markup_escaped(report.run.started));
  out += "    <properties>\n";
  const auto property = [&](std::string_view name, std::string_view value) {
    out += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, markup_escaped(value));
  };
  property("decision", shown.decision);
  property("cause", shown.cause);
  property("judged_by", shown.judged_by);
  property("profile", fmt::format("{} {}", report.profile.name, report.profile.version));
  property("level", report.level);
  property("report_id", shown.report_id);
  property("node", report.evidence.facts.node.name ? *report.evidence.facts.node.name : "");
  out += "    </properties>\n";
  return out + cases + "  </testsuite>\n</testsuites>\n";
}

}  // namespace ga
