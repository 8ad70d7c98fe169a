#include "acceptance/commands/judgement.h"

#include <gtest/gtest.h>

#include "reports/codec/evidence_codec.h"

namespace ga {
namespace {

Finding finding_of(std::string gate, Verdict verdict, std::string code, std::string reason) {
  Finding finding;
  finding.gate = std::move(gate);
  finding.unit_id = "gpu/0";
  finding.verdict = verdict;
  finding.code = std::move(code);
  finding.reason = std::move(reason);
  return finding;
}

Judgement lenient() {
  return {.report_id = "r",
          .decision = "screened",
          .cause = "",
          .profile = "p 1 aa",
          .findings = {finding_of("hbm.bandwidth", Verdict::pass, "", "4.0 TB/s, floor 3.9 TB/s"),
                       finding_of("config.ecc", Verdict::pass, "", "on")}};
}

Json document(const Judgement& judgement) {
  JsonArray findings;
  for (const Finding& finding : judgement.findings) findings.push_back(to_json(finding));
  Json file;
  file.add("report_id", judgement.report_id).add("decision", judgement.decision);
  file.add("cause", judgement.cause);
  file.add("profile", Json().add("name", "p").add("version", "1").add("sha256", "aa"));
  file.add("findings", std::move(findings));
  return Json().add("schema", 1).add("exit", 0).add("files", JsonArray{std::move(file)});
}

TEST(JudgementDifference, NamesTheFindingThatMakesTheDecision) {
  Judgement strict = lenient();
  strict.decision = "rejected";
  strict.cause = "hardware";
  strict.profile = "p 2 bb";
  strict.findings[0] = finding_of("hbm.bandwidth", Verdict::fail, "hbm.bandwidth.below_gross",
                                  "4.0 TB/s, floor 4.8 TB/s");
  EXPECT_EQ(difference_text(lenient(), strict),
            "decision:\n    - screened\n    + rejected (hardware)\n"
            "judged by:\n    - p 1 aa\n    + p 2 bb\n"
            "findings:\n  hbm.bandwidth gpu/0\n"
            "    - pass: 4.0 TB/s, floor 3.9 TB/s\n"
            "    + fail hbm.bandwidth.below_gross: 4.0 TB/s, floor 4.8 TB/s\n");
}

TEST(JudgementDifference, OtherWordsAloneAreNoDifference) {
  Judgement reworded = lenient();
  reworded.findings[1].reason = "it is on";
  EXPECT_EQ(difference_text(lenient(), reworded), "no difference\n");
}

TEST(JudgementDifference, AFindingThatOnlyOneHasIsShown) {
  Judgement less = lenient();
  less.findings.pop_back();
  EXPECT_EQ(difference_text(lenient(), less), "findings:\n  config.ecc gpu/0\n    - pass: on\n");
}

TEST(JudgementJson, IsReadAsVerifyWroteIt) {
  const auto read = judgement_from_json(document(lenient()));
  ASSERT_TRUE(read && read->has_value());
  EXPECT_EQ(difference_text(**read, lenient()), "no difference\n");
}

TEST(JudgementJson, AnythingElseIsNone) {
  EXPECT_FALSE(judgement_from_json(Json())->has_value());
  EXPECT_FALSE(judgement_from_json(Json().add("payload", "x"))->has_value());
}

TEST(JudgementJson, RefusesSeveralFilesAndWhatDidNotVerify) {
  Json two = document(lenient());
  two.as_object().back().second = JsonArray{Json(), Json()};
  EXPECT_FALSE(judgement_from_json(two));
  Json unverified = document(lenient());
  unverified.as_object().back().second = JsonArray{Json().add("verified", false)};
  EXPECT_FALSE(judgement_from_json(unverified));
}

}  // namespace
}  // namespace ga
