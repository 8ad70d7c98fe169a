// explain: the page of a gate, or what a finding's code means, in English and Korean.
#include <fmt/format.h>

#include "acceptance/commands/commands.h"
#include "acceptance/commands/console.h"
#include "acceptance/commands/nearest.h"
#include "acceptance/core/codes.h"
#include "acceptance/gates/gates.h"
#include "reports/render/layout.h"
#include "reports/render/words.h"

namespace ga {
namespace {

constexpr std::size_t kSuggestions = 3;

std::string_view action_in_korean(Action action) {
  switch (action) {
    case Action::none:
      return "없음";
    case Action::return_part:
      return "부품 반환";
    case Action::reset_and_resoak:
      return "재설정 후 장시간 재시험";
    case Action::fix_config:
      return "구성(설정) 수정";
    case Action::fix_site:
      return "설치 환경(전원, 냉각) 개선";
    case Action::measure_again:
      return "재측정";
    case Action::report_bug:
      return "시험 도구 결함 신고";
  }
  return "?";
}

std::string code_text(const Code& code) {
  Page page;
  page.text(code.id);
  page.text(code.message, 2);
  page.field("verdict", verdict_label(code.verdict, Language::en));
  page.field("blame", blame_label(code.blame, Language::en));
  page.field("next step", code.next_step);
  page.field("action", to_word(code.action));
  page.field("RMA", code.rma ? "the vendor usually takes it as a reason for return"
                             : "the vendor does not usually take it as a reason for return");
  page.gap();
  page.text(code.message_ko, 2);
  page.field("판정", verdict_label(code.verdict, Language::ko));
  page.field("원인 구분", blame_label(code.blame, Language::ko));
  page.field("조치", code.next_step_ko);
  page.field("조치 유형", action_in_korean(code.action));
  page.field("RMA", code.rma ? "통상 제조사가 교환(RMA) 사유로 인정함"
                             : "통상 제조사의 교환(RMA) 사유가 아님");
  return page.str();
}

std::string suggestion_of(const std::string& name) {
  std::vector<std::string> names = gate_ids();
  for (const Code& code : all_codes()) names.emplace_back(code.id);
  return fmt::format("nearest: {}", fmt::join(nearest(name, names, kSuggestions), ", "));
}

}  // namespace

int explain_command(const std::string& gate_or_code) {
  if (const std::string page = gate_page(gate_or_code); !page.empty()) return answer(page);
  if (const Code* code = find_code(gate_or_code)) return answer(code_text(*code));
  return fail(Error(ErrorCode::usage,
                    fmt::format("explain: no gate and no code is named \"{}\"", gate_or_code))
                  .hinted(suggestion_of(gate_or_code)));
}

}  // namespace ga
