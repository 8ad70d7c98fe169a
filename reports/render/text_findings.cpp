// What is not a pass: findings worst first, with what to do, and the warnings of all findings.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "reports/render/text_sections.h"
#include "reports/render/words.h"

namespace ga {
namespace {

// Hardware before what the operator can mend, and a defect of this suite last.
int rank_of(const Finding& finding) {
  const bool mendable = finding.blame == Blame::config || finding.blame == Blame::site;
  switch (finding.verdict) {
    case Verdict::fail:
      return mendable ? 1 : 0;
    case Verdict::borderline:
      return 2;
    case Verdict::not_measured:
      return 3;
    case Verdict::not_applicable:
    case Verdict::pass:
      break;
  }
  return 4;
}

bool alike(const Finding& a, const Finding& b) {
  return std::tie(a.gate, a.verdict, a.code, a.blame, a.next_step) ==
         std::tie(b.gate, b.verdict, b.code, b.blame, b.next_step);
}

// Findings that differ only by unit and reason, in the order of the first of them.
std::vector<std::vector<const Finding*>> groups_of(const std::vector<Finding>& findings) {
  std::vector<const Finding*> ranked;
  for (const Finding& finding : findings) {
    if (rank_of(finding) < 4) ranked.push_back(&finding);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Finding* a, const Finding* b) { return rank_of(*a) < rank_of(*b); });
  std::vector<std::vector<const Finding*>> groups;
  for (const Finding* finding : ranked) {
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& candidate) {
      return alike(*candidate.front(), *finding);
    });
    if (group != groups.end()) {
      group->push_back(finding);
    } else {
      groups.push_back({finding});
    }
  }
  return groups;
}

std::string joined(const std::vector<const Finding*>& group) {
  std::string units;
  for (const Finding* finding : group) units += (units.empty() ? "" : ", ") + finding->unit_id;
  return units;
}

// The reason without the unit's own name, so that eight GPUs with one reason share a line.
std::string reason_of(const Finding& finding) {
  std::string reason = finding.reason;
  const std::string lead = finding.unit_id + " ";
  if (reason.starts_with(lead)) reason.erase(0, lead.size());
  if (reason.starts_with(finding.unit_id + ": ")) reason.erase(0, finding.unit_id.size() + 2);
  return reason;
}

// The reasons of a group; units that share a reason share its line.
void write_reasons(Page& page, const TextView& view, const std::vector<const Finding*>& group) {
  const Words& words = words_of(view.language);
  std::vector<std::pair<std::string, std::vector<const Finding*>>> reasons;
  for (const Finding* finding : group) {
    const std::string reason = reason_of(*finding);
    const auto same = std::find_if(reasons.begin(), reasons.end(),
                                   [&](const auto& entry) { return entry.first == reason; });
    if (same != reasons.end()) {
      same->second.push_back(finding);
    } else {
      reasons.push_back({reason, {finding}});
    }
  }
  for (const auto& [reason, sharing] : reasons) {
    const std::string who = reasons.size() == 1 ? "" : joined(sharing) + ": ";
    page.field(words.why, who + reason, 5);
  }
}

// A part that failed is named as it is found in the rack; of many others the unit says enough.
void write_title(Page& page, const TextView& view, std::size_t number,
                 const std::vector<const Finding*>& group) {
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

void write_group(Page& page, const TextView& view, std::size_t number,
                 const std::vector<const Finding*>& group) {
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
  page.field(words.next_step, korean ? text->next_step_ko : first.next_step, 5);
  if (text != nullptr && text->rma) page.field("RMA", words.rma, 5);
}

}  // namespace

std::string part_name_of(const TextView& view, const std::string& unit_id) {
  const GpuFacts* gpu = view.report.evidence.facts.find(unit_id);
  if (gpu == nullptr) return unit_id;
  const Words& words = words_of(view.language);
  std::string detail;
  const auto add = [&](std::string_view label, const KnownText& fact) {
    if (!fact) return;
    detail +=
        fmt::format("{}{}{}{}", detail.empty() ? "" : ", ", label, label.empty() ? "" : " ", *fact);
  };
  add(words.slot, gpu->pci_bus_id);
  add("", gpu->uuid);
  add(words.serial, gpu->serial);
  return detail.empty() ? unit_id : fmt::format("{} ({})", unit_id, detail);
}

void write_findings(Page& page, const TextView& view) {
  const Words& words = words_of(view.language);
  const auto groups = groups_of(view.shown.findings);
  page.heading(words.findings);
  if (groups.empty()) page.text(words.none, 2);
  for (std::size_t i = 0; i < groups.size(); ++i) write_group(page, view, i + 1, groups[i]);
}

void write_warnings(Page& page, const TextView& view) {
  std::vector<std::pair<std::string, std::string>> warnings;  // gate and text, units
  for (const Finding& finding : view.shown.findings) {
    for (const std::string& warning : finding.warn) {
      const std::string text = fmt::format("{}: {}", finding.gate, warning);
      const auto same = std::find_if(warnings.begin(), warnings.end(),
                                     [&](const auto& entry) { return entry.first == text; });
      if (same != warnings.end()) {
        same->second += ", " + finding.unit_id;
      } else {
        warnings.emplace_back(text, finding.unit_id);
      }
    }
  }
  if (warnings.empty()) return;
  page.heading(words_of(view.language).warnings);
  for (const auto& [text, units] : warnings) page.text(fmt::format("- {} ({})", text, units), 2, 2);
}

}  // namespace ga
