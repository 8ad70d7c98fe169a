// The table of codes: whole, consistent, and what docs/codes.md and docs/ko/codes.md say.
#include "acceptance/core/codes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "reports/model/digest.h"

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

// The element type that an id names, or nothing.
std::string type_of(std::string_view id) {
  for (const std::string type : {"bf16", "fp16", "tf32", "fp8", "fp32", "fp64", "int8"}) {
    if (id.find("." + type + ".") != std::string_view::npos) return type;
  }
  return "";
}

std::string without_type(std::string_view text, const std::string& type, std::string_view instead) {
  std::string out(text);
  if (type.empty()) return out;
  for (auto at = out.find(type); at != std::string::npos; at = out.find(type, at)) {
    out.replace(at, type.size(), instead);
    at += instead.size();
  }
  return out;
}

// One row for "gemm.bf16.own", "gemm.fp16.own" and all others that differ in the type alone.
std::string codes_page(bool korean) {
  std::map<std::string, std::map<std::string, std::string>> groups;
  for (const Code& code : all_codes()) {
    const std::string type = type_of(code.id);
    const auto text = [&](std::string_view t) { return without_type(t, type, "`<type>`"); };
    const std::string id = without_type(code.id, type, "<type>");
    groups[id.substr(0, id.find('.'))][id] = fmt::format(
        "| `{}` | {} | {} | {} | {} | {} |\n", id, text(korean ? code.message_ko : code.message),
        to_word(code.verdict), to_word(code.blame),
        text(korean ? code.next_step_ko : code.next_step), code.rma ? "yes" : "");
  }
  std::string page =
      korean
          ? "# 판정 코드\n\n`acceptance/core/codes*.cpp`의 표에서 만든 문서이며, "
            "시험(`core_test`)이 둘을 비교합니다. 한 코드만 볼 때는 `gpuaccept explain CODE`를 "
            "쓰십시오. `<type>`은 bf16 같은 자료형입니다. RMA는 제조사가 통상 교환 사유로 "
            "인정하는지를 뜻합니다. ([English](../codes.md))\n"
          : "# Codes of findings\n\nMade from the table of `acceptance/core/codes*.cpp`; a test "
            "(`core_test`) compares the two. `gpuaccept explain CODE` says the same of one code. "
            "`<type>` is one of the element types, as bf16. RMA: whether the vendor usually takes "
            "it as a reason for return. ([한국어](ko/codes.md))\n";
  for (const auto& [group, rows] : groups) {
    page += fmt::format("\n## {}\n\n| {}RMA |\n|---|---|---|---|---|---|\n", group,
                        korean ? "코드 | 뜻 | 판정 | 원인 구분 | 다음 조치 | "
                               : "code | what | verdict | blame | next step | ");
    for (const auto& [id, row] : rows) page += row;
  }
  return page;
}

TEST(Codes, ThePagesAreMadeFromTheTable) {
  for (const bool korean : {false, true}) {
    const std::string name = korean ? "docs/ko/codes.md" : "docs/codes.md";
    const std::string made = testing::TempDir() + (korean ? "codes.ko.md" : "codes.md");
    const std::string page = codes_page(korean);
    std::ofstream(made) << page;
    const auto kept = read_file(std::string(GA_SOURCE_DIR) + "/" + name);
    ASSERT_TRUE(kept) << kept.error().what();
    EXPECT_EQ(page, *kept) << "if this is meant: cp " << made << " " << name;
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
