#include "acceptance/core/codes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace ga {
namespace {

bool is_dotted(std::string_view id) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  };
  return id.find('.') != std::string_view::npos && id.front() != '.' && id.back() != '.' &&
         id.find("..") == std::string_view::npos && std::all_of(id.begin(), id.end(), good);
}

bool is_korean(std::string_view text) {
  // Hangul syllables start with the bytes 0xEA to 0xED in UTF-8.
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0xEA && byte <= 0xED;
  });
}

TEST(Codes, AreUniqueAndDotted) {
  std::set<std::string_view> seen;
  for (const Code& code : all_codes()) {
    EXPECT_TRUE(is_dotted(code.id)) << code.id;
    EXPECT_TRUE(seen.insert(code.id).second) << code.id;
  }
  EXPECT_GT(seen.size(), 80u);
}

TEST(Codes, EachHasEveryTextInBothLanguages) {
  for (const Code& code : all_codes()) {
    for (const auto text : {code.message, code.message_ko, code.next_step, code.next_step_ko}) {
      EXPECT_FALSE(text.empty()) << code.id;
      EXPECT_EQ(text.find('\n'), std::string_view::npos) << code.id;
    }
    EXPECT_TRUE(is_korean(code.message_ko)) << code.id;
    EXPECT_TRUE(is_korean(code.next_step_ko)) << code.id;
    EXPECT_FALSE(is_korean(code.message)) << code.id;
    EXPECT_FALSE(is_korean(code.next_step)) << code.id;
  }
}

TEST(Codes, NoneIsAPassAndEachAsksForAnAction) {
  for (const Code& code : all_codes()) {
    EXPECT_NE(code.verdict, Verdict::pass) << code.id;
    EXPECT_NE(code.verdict, Verdict::not_applicable) << code.id;
    EXPECT_NE(code.action, Action::none) << code.id;
    EXPECT_FALSE(to_word(code.action).empty()) << code.id;
  }
}

TEST(Codes, AFailAccusesSomebodyAndNeverTheSuite) {
  for (const Code& code : all_codes()) {
    if (code.verdict != Verdict::fail) continue;
    EXPECT_NE(code.blame, Blame::none) << code.id;
    EXPECT_NE(code.blame, Blame::suite) << code.id;
  }
}

TEST(Codes, ConfigurationAndSiteAreMendedAndNotReturned) {
  for (const Code& code : all_codes()) {
    if (code.verdict != Verdict::fail) continue;
    const bool config = code.blame == Blame::config;
    const bool site = code.blame == Blame::site;
    EXPECT_EQ(config, code.action == Action::fix_config) << code.id;
    EXPECT_EQ(site, code.action == Action::fix_site) << code.id;
    EXPECT_FALSE((config || site) && code.rma) << code.id;
  }
}

TEST(Found, TakesVerdictBlameAndNextStepFromTheTable) {
  const Finding finding = found("hbm.bandwidth", "gpu/3", "hbm.bandwidth.below_floor", "why");
  EXPECT_EQ(finding.verdict, Verdict::fail);
  EXPECT_EQ(finding.blame, Blame::gpu);
  EXPECT_EQ(finding.reason, "why");
  EXPECT_EQ(finding.next_step, find_code("hbm.bandwidth.below_floor")->next_step);
}

TEST(Found, OfAnUnknownCodeIsNeverAPass) {
  const Finding finding = found("hbm.bandwidth", "gpu/3", "no.such.code", "why");
  EXPECT_EQ(finding.verdict, Verdict::not_measured);
  EXPECT_EQ(finding.blame, Blame::suite);
}

TEST(Passed, HasNoCodeAndNoBlame) {
  const Finding finding = passed("hbm.bandwidth", "gpu/3", "fine");
  EXPECT_EQ(finding.verdict, Verdict::pass);
  EXPECT_TRUE(finding.code.empty());
  EXPECT_EQ(finding.blame, Blame::none);
}

}  // namespace
}  // namespace ga
