#include "acceptance/commands/difference.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

Report report_with(std::vector<std::int64_t> samples) {
  Report report;
  report.level = "quick";
  report.claimed.decision = "screened";
  Finding finding;
  finding.gate = "hbm.bandwidth";
  finding.unit_id = "gpu/0";
  finding.verdict = Verdict::pass;
  report.claimed.findings = {finding};
  GpuFacts gpu;
  gpu.unit_id = "gpu/0";
  gpu.vbios = std::string("1");
  report.evidence.facts.gpus = {gpu};
  Measurement series;
  series.gate = "hbm.bandwidth";
  series.case_id = "memory.copy";
  series.unit_id = "gpu/0";
  series.unit = "bytes_per_s";
  series.samples = std::move(samples);
  report.evidence.measurements = {series};
  return report;
}

TEST(Difference, OfAReportWithItselfIsNone) {
  const Report report = report_with({1'000'000'000});
  EXPECT_EQ(difference_text(report, report), "no difference\n");
}

TEST(Difference, OfMediansIsInPercent) {
  EXPECT_EQ(difference_text(report_with({2'000'000'000}), report_with({1'900'000'000})),
            "medians:\n  hbm.bandwidth memory.copy gpu/0: 2.0 GB/s -> 1.9 GB/s, -5.0 %\n");
}

TEST(Difference, NamesFactsFieldByField) {
  const Report a = report_with({1});
  Report b = a;
  b.evidence.facts.gpus[0].vbios = KnownText::missing("not supported");
  EXPECT_EQ(difference_text(a, b), "facts:\n  gpu/0 vbios\n    - 1\n    + absent: not supported\n");
}

TEST(Difference, NamesFindingsThatChanged) {
  const Report a = report_with({1});
  Report b = a;
  b.claimed.decision = "rejected";
  b.claimed.cause = "hardware";
  b.claimed.findings[0].verdict = Verdict::fail;
  b.claimed.findings[0].code = "hbm.bandwidth.below_floor";
  b.claimed.findings[0].reason = "slow";
  EXPECT_EQ(difference_text(a, b),
            "run:\n  decision (claimed)\n    - screened\n    + rejected (hardware)\n"
            "findings:\n  hbm.bandwidth gpu/0\n    - pass\n"
            "    + fail hbm.bandwidth.below_floor: slow\n");
}

TEST(Difference, NamesASeriesThatOnlyOneHas) {
  const Report a = report_with({1'000'000'000});
  const Report b = report_with({});
  EXPECT_EQ(
      difference_text(a, b),
      "series that only one report has:\n  hbm.bandwidth memory.copy gpu/0\n    - 1.0 GB/s\n");
}

}  // namespace
}  // namespace ga
