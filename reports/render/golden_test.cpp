// Renderings of the example report against the files in golden/. `ga_render_golden_test --update`
// rewrites them; look at the difference before committing it.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "reports/model/digest.h"
#include "reports/render/example_report.h"
#include "reports/render/layout.h"

namespace ga {
namespace {

bool update = false;

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(GA_SOURCE_DIR) + "/reports/golden/" + name;
  if (update) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  const Result<std::string> expected = read_file(path);
  ASSERT_TRUE(expected) << expected.error().what();
  EXPECT_EQ(text, *expected) << "run this test with --update if the change is meant";
}

// With all that only a page shows.
Shown example_page() {
  Shown shown = example_shown();
  shown.draft_profile = true;
  shown.gates["hbm.bandwidth"] = {"Is the memory as fast as ordered?",
                                  "메모리가 주문한 속도로 동작합니까?"};
  shown.series.resize(example_report().evidence.measurements.size());
  constexpr std::int64_t kGb = 1'000'000'000;
  for (std::size_t i : {0, 1}) {
    shown.series[i] = {.limit = 4100 * kGb,
                       .gross = 3485 * kGb,
                       .status = "calibrated",
                       .source = "59 nodes",
                       .date = "2026-01-01"};
  }
  shown.series[1].low = 3010 * kGb;
  shown.series[1].high = 3012 * kGb;
  return shown;
}

Shown good_shown() {
  Shown shown = example_shown();
  shown.decision = "screened";
  shown.cause = "";
  std::erase_if(shown.findings, [](const Finding& finding) {
    return finding.verdict != Verdict::pass && finding.verdict != Verdict::not_applicable;
  });
  return shown;
}

Report hostile_report() {
  Report report = example_report();
  report.evidence.facts.node.name = std::string("\x1b[2J\x1b]0;owned\x07");
  report.evidence.facts.gpus[0].serial = std::string("1\u202E2\nDECISION: ACCEPTED");
  report.level = std::string(300, 'x');
  return report;
}

TEST(RenderGolden, EnglishText) {
  expect_golden("example.en.txt", render_text(example_report(), example_shown(), Language::en));
}

TEST(RenderGolden, KoreanText) {
  expect_golden("example.ko.txt", render_text(example_report(), example_shown(), Language::ko));
}

TEST(RenderGolden, Junit) {
  expect_golden("example.junit.xml", render_junit(example_report(), example_shown()));
}

TEST(RenderGolden, EnglishPage) {
  expect_golden("example.en.html", render_html(example_report(), example_page(), Language::en));
}

TEST(RenderGolden, KoreanPage) {
  expect_golden("example.ko.html", render_html(example_report(), example_page(), Language::ko));
}

TEST(RenderGolden, Ctrf) {
  expect_golden("example.ctrf.json", render_ctrf(example_report(), example_shown()));
}

TEST(RenderText, NoLineIsWiderThanThePage) {
  for (const Language language : {Language::en, Language::ko}) {
    for (const Report& report : {example_report(), hostile_report()}) {
      const std::string text = render_text(report, example_shown(), language);
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        const std::string line = text.substr(at, end - at);
        EXPECT_LE(columns(line), kPageColumns) << line;
        EXPECT_EQ(clean(line), line);
        at = end + 1;
      }
    }
  }
}

TEST(RenderText, AStringOfTheMachineCannotForgeALine) {
  const std::string text = render_text(hostile_report(), example_shown(), Language::en);
  EXPECT_EQ(text.find("\nDECISION: ACCEPTED"), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(RenderText, NamesAnAlgorithmOnceHoweverManyGpusRanIt) {
  Report report = example_report();
  for (Measurement& series : report.evidence.measurements) series.algorithm = "id 66 tile 20";
  const std::string text = render_text(report, example_shown(), Language::en);
  const std::string line = "memory.copy: id 66 tile 20";
  ASSERT_NE(text.find(line), std::string::npos);
  EXPECT_EQ(text.find(line), text.rfind(line));
}

TEST(RenderText, TheDecisionComesFirst) {
  for (const Language language : {Language::en, Language::ko}) {
    const std::string text = render_text(example_report(), example_shown(), language);
    const std::size_t decision = text.find(language == Language::en ? "REJECTED" : "불합격");
    EXPECT_LT(decision, text.find("hbm.bandwidth"));
    EXPECT_LT(decision, 400u);
  }
}

TEST(RenderText, AnUncheckedSignatureProvesNothing) {
  Shown shown = good_shown();
  shown.key_id = "";
  const std::string text = render_text(example_report(), shown, Language::en);
  EXPECT_NE(text.find("NOT CHECKED"), std::string::npos);
  EXPECT_EQ(text.find("proves who signed"), std::string::npos);
}

TEST(RenderText, AnEphemeralKeyNamesNobody) {
  Report report = example_report();
  report.signer = "ephemeral";
  const std::string text = render_text(report, good_shown(), Language::en);
  EXPECT_NE(text.find("names nobody"), std::string::npos);
  EXPECT_EQ(text.find("proves who signed"), std::string::npos);
}

TEST(RenderText, ClaimsIdentityLevelOnlyWhereTheInventoryPassed) {
  Shown shown = good_shown();
  EXPECT_NE(render_text(example_report(), shown, Language::en).find("level L1"), std::string::npos);
  shown.findings[0].verdict = Verdict::not_measured;
  EXPECT_EQ(render_text(example_report(), shown, Language::en).find("level L1"), std::string::npos);
  shown.findings.clear();
  EXPECT_EQ(render_text(example_report(), shown, Language::en).find("level L1"), std::string::npos);
}

TEST(RenderText, SaysWhenTheClaimWasAnother) {
  Report report = example_report();
  report.claimed.decision = "accepted";
  const std::string text = render_text(report, example_shown(), Language::en);
  EXPECT_NE(text.find("The run claimed \"accepted\""), std::string::npos);
}

TEST(RenderText, SaysThatARehearsalIsOne) {
  Report report = example_report();
  report.worker.real = false;
  report.worker.simulated = true;
  report.worker.injected = "bitflip";
  Shown shown = good_shown();
  shown.decision = "rehearsed";
  const std::string text = render_text(report, shown, Language::en);
  EXPECT_NE(text.find("SIMULATED"), std::string::npos);
  EXPECT_NE(text.find("INJECTED FAULT: bitflip"), std::string::npos);
}

}  // namespace
}  // namespace ga

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  ga::update = argc > 1 && std::string(argv[1]) == "--update";
  return RUN_ALL_TESTS();
}
