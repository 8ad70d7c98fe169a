#include "reports/render/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace ga {
namespace {

struct WordRow {
  std::string_view word, en, ko;
};

constexpr std::array kDecisions{
    WordRow{"accepted", "ACCEPTED", "합격"},
    WordRow{"screened", "SCREENED", "선별 이상 없음, 인수 아님"},
    WordRow{"passed", "PASSED", "통과"},
    WordRow{"rehearsed", "REHEARSED", "예행, 실측 아님"},
    WordRow{"rejected", "REJECTED", "불합격"},
    WordRow{"inconclusive", "INCONCLUSIVE", "판정 보류"},
};

constexpr std::array kMeanings{
    WordRow{"accepted", "The node is as ordered: every required gate passed on real hardware.",
            "발주 내용과 일치합니다. 필수 항목이 모두 실제 장비에서 적합으로 확인되었습니다."},
    WordRow{"screened",
            "Nothing wrong was found, but nothing is accepted: level, profile status or binding is "
            "below what acceptance demands.",
            "이상은 발견되지 않았으나 인수 판정은 아닙니다. 시험 수준, 프로파일 상태 또는 챌린지 "
            "결합이 인수 요건에 미치지 못합니다."},
    WordRow{"passed", "Every required gate of this CI profile passed.",
            "이 CI 프로파일의 필수 항목을 모두 통과했습니다."},
    WordRow{
        "rehearsed",
        "A rehearsal: the worker was simulated or a fault was injected. It says nothing about "
        "any hardware.",
        "예행 시험입니다. 모의 측정 프로세스를 사용했거나 결함을 주입했으므로 실제 장비의 상태를 "
        "나타내지 않습니다."},
    WordRow{"rejected",
            "The hardware is at fault. See the failures below for the part and what to do.",
            "하드웨어에 결함이 있습니다. 아래 부적합 항목에서 해당 부품과 조치를 확인하십시오."},
    WordRow{"rejected_for_now",
            "The hardware is not rejected. Mend what is named below and run again.",
            "하드웨어 불합격은 아닙니다. 아래에 적힌 사항을 바로잡은 뒤 다시 시험하십시오."},
    WordRow{
        "inconclusive",
        "Nothing failed, but something was not measured or not decided. The node is not accepted.",
        "부적합은 없으나 측정하지 못했거나 판정하지 못한 항목이 있습니다. 인수할 수 없습니다."},
};

constexpr std::array kCauses{
    WordRow{"hardware", "hardware", "하드웨어"},
    WordRow{"config", "configuration", "구성(설정)"},
    WordRow{"site", "site (power, cooling)", "설치 환경(전원, 냉각)"},
    WordRow{"interrupted", "interrupted before the end", "시험 중단"},
    WordRow{"not_measured", "something was not measured", "미측정 항목 있음"},
    WordRow{"borderline", "something is borderline", "경계값 항목 있음"},
    WordRow{"subset", "only some gates were run (--gates)", "일부 항목만 시험함 (--gates)"},
    WordRow{"profile.unknown", "the profile is not known here", "알 수 없는 프로파일"},
};

template <std::size_t N>
const WordRow* row_of(const std::array<WordRow, N>& rows, std::string_view word) {
  const auto* row = std::find_if(rows.begin(), rows.end(),
                                 [&](const WordRow& candidate) { return candidate.word == word; });
  return row == rows.end() ? nullptr : row;
}

}  // namespace

const Words& words_of(Language language) { return language == Language::en ? kEnglish : kKorean; }

std::string decision_label(std::string_view decision, Language language) {
  const WordRow* row = row_of(kDecisions, decision);
  if (row == nullptr) return fmt::format("\"{}\"", decision);
  if (language == Language::en) return std::string(row->en);
  return fmt::format("{} ({})", row->ko, decision);
}

std::string_view decision_meaning(std::string_view decision, std::string_view cause,
                                  Language language) {
  const bool mendable = decision == "rejected" && cause != "hardware";
  const WordRow* row = row_of(kMeanings, mendable ? "rejected_for_now" : decision);
  if (row == nullptr) return "";
  return language == Language::en ? row->en : row->ko;
}

std::string cause_label(std::string_view cause, Language language) {
  const WordRow* row = row_of(kCauses, cause);
  if (row == nullptr) return std::string(cause);
  return std::string(language == Language::en ? row->en : row->ko);
}

std::string_view verdict_label(Verdict verdict, Language language) {
  const bool en = language == Language::en;
  switch (verdict) {
    case Verdict::pass:
      return en ? "PASS" : "적합";
    case Verdict::fail:
      return en ? "FAIL" : "부적합";
    case Verdict::borderline:
      return en ? "BORDERLINE" : "경계";
    case Verdict::not_measured:
      return en ? "NOT MEASURED" : "미측정";
    case Verdict::not_applicable:
      return en ? "NOT APPLICABLE" : "해당 없음";
  }
  return "?";
}

std::string_view blame_label(Blame blame, Language language) {
  const bool en = language == Language::en;
  switch (blame) {
    case Blame::none:
      return en ? "none" : "없음";
    case Blame::gpu:
      return "GPU";
    case Blame::node:
      return en ? "node" : "노드";
    case Blame::host:
      return en ? "host" : "호스트";
    case Blame::config:
      return en ? "configuration" : "구성(설정)";
    case Blame::site:
      return en ? "site" : "설치 환경";
    case Blame::suite:
      return en ? "this test suite" : "시험 프로그램";
  }
  return "?";
}

std::string_view verdict_cell(Verdict verdict, Language language) {
  const bool en = language == Language::en;
  switch (verdict) {
    case Verdict::pass:
      return en ? "pass" : "적합";
    case Verdict::fail:
      return en ? "FAIL" : "부적합";
    case Verdict::borderline:
      return en ? "BORDER" : "경계";
    case Verdict::not_measured:
      return en ? "NOT M." : "미측정";
    case Verdict::not_applicable:
      return "-";
  }
  return "?";
}

}  // namespace ga
