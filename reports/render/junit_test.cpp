#include <gtest/gtest.h>

#include <string>

#include "reports/render/example_report.h"

namespace ga {
namespace {

int count(const std::string& text, const std::string& part) {
  int n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST(Junit, CountsEachKindOfVerdict) {
  const std::string xml = render_junit(example_report(), example_shown());
  EXPECT_EQ(count(xml, "<testcase "), 9);  // eight findings and the decision
  EXPECT_EQ(count(xml, "<failure "), 3);   // two findings and the decision
  EXPECT_EQ(count(xml, "<error "), 2);     // borderline, not measured
  EXPECT_EQ(count(xml, "<skipped "), 1);   // not applicable
  EXPECT_EQ(count(xml, "tests=\"9\" failures=\"3\" errors=\"2\" skipped=\"1\""), 2);
}

std::string decision_element(const std::string& word) {
  Shown shown = example_shown();
  shown.findings.clear();
  shown.decision = word;
  const std::string xml = render_junit(example_report(), shown);
  return xml.substr(xml.find("name=\"decision\">") == std::string::npos
                        ? xml.find("name=\"decision\"/>")
                        : xml.find("name=\"decision\">"));
}

TEST(Junit, OnlyAReachedDecisionIsAPass) {
  for (const char* word : {"accepted", "screened", "passed"}) {
    EXPECT_EQ(count(decision_element(word), "<failure") + count(decision_element(word), "<error"),
              0);
  }
  EXPECT_EQ(count(decision_element("rejected"), "<failure "), 1);
  for (const char* word : {"rehearsed", "inconclusive", "", "perfect"}) {
    EXPECT_EQ(count(decision_element(word), "<error "), 1) << word;
  }
}

TEST(Junit, EscapesWhateverAMachineSays) {
  Report report = example_report();
  report.evidence.facts.node.name = std::string("a\"b<c>&'\x01\x1b\xff");
  Shown shown = example_shown();
  shown.findings[1].reason = "<script>\n]]></failure>";
  shown.findings[1].unit_id = "gpu/\"0\"";
  const std::string xml = render_junit(report, shown);
  EXPECT_NE(xml.find("value=\"a&quot;b&lt;c&gt;&amp;&#39;???\""), std::string::npos);
  EXPECT_NE(xml.find("message=\"&lt;script&gt; ]]&gt;&lt;/failure&gt;\""), std::string::npos);
  EXPECT_NE(xml.find("name=\"gpu/&quot;0&quot;\""), std::string::npos);
  EXPECT_EQ(xml.find("<script>"), std::string::npos);
}

}  // namespace
}  // namespace ga
