// What is not a pass: findings worst first, with what to do, and the warnings of all findings.
#include <fmt/format.h>

#include "reports/render/text_sections.h"
#include "reports/render/words.h"

namespace ga {
namespace {

void write_reasons(Page& page, const View& view, const Group& group) {
  const Words& words = words_of(view.language);
  const auto reasons = reasons_of(group);
  for (const auto& [reason, sharing] : reasons) {
    const std::string who = reasons.size() == 1 ? "" : joined(sharing) + ": ";
    page.field(words.why, who + reason, 5);
  }
}

// A part that failed is named as it is found in the rack; of many others the unit says enough.
void write_title(Page& page, const View& view, std::size_t number, const Group& group) {
  const Finding& first = *group.front();
  const std::string title =
      fmt::format("{:>2}. {}  {}", number, verdict_label(first.verdict, view.language), first.gate);
  page.gap();
  if (group.size() == 1) {
    return page.text(fmt::format("{}  {}", title, part_name_of(view, first.unit_id)), 0, 4);
  }
  if (first.verdict != Verdict::fail) {
    return page.text(fmt::format("{}  {}", title, joined(group)), 0, 4);
  }
  page.text(title);
  for (const Finding* finding : group) page.text(part_name_of(view, finding->unit_id), 5, 2);
}

void write_group(Page& page, const View& view, std::size_t number, const Group& group) {
  const Words& words = words_of(view.language);
  const Finding& first = *group.front();
  write_title(page, view, number, group);
  const auto row = view.shown.codes.find(first.code);
  const CodeText* text = row == view.shown.codes.end() ? nullptr : &row->second;
  const bool korean = view.language == Language::ko && text != nullptr;
  page.field(words.code, korean ? fmt::format("{}: {}", first.code, text->message_ko) : first.code,
             5);
  page.field(words.blame, blame_label(first.blame, view.language), 5);
  write_reasons(page, view, group);
  page.field(words.next_step, next_step_of(view, first), 5);
  if (text != nullptr && text->rma) page.field("RMA", words.rma, 5);
}

}  // namespace

void write_findings(Page& page, const View& view) {
  const Words& words = words_of(view.language);
  const auto groups = groups_of(view.shown.findings);
  page.heading(words.findings);
  if (groups.empty()) page.text(words.none, 2);
  for (std::size_t i = 0; i < groups.size(); ++i) write_group(page, view, i + 1, groups[i]);
}

void write_warnings(Page& page, const View& view) {
  const auto warnings = warnings_of(view.shown.findings);
  if (warnings.empty()) return;
  page.heading(words_of(view.language).warnings);
  for (const auto& [text, units] : warnings) page.text(fmt::format("- {} ({})", text, units), 2, 2);
}

}  // namespace ga
