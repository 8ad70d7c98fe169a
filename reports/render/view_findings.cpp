// What findings say together: units, groups, reasons, warnings.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "reports/render/view.h"

namespace ga {
namespace {

bool alike(const Finding& a, const Finding& b) {
  return std::tie(a.gate, a.verdict, a.code, a.blame, a.next_step) ==
         std::tie(b.gate, b.verdict, b.code, b.blame, b.next_step);
}

// The reason without the unit's own name, so that eight GPUs with one reason share a line.
std::string reason_of(const Finding& finding) {
  std::string reason = finding.reason;
  const std::string lead = finding.unit_id + " ";
  if (reason.starts_with(lead)) reason.erase(0, lead.size());
  if (reason.starts_with(finding.unit_id + ": ")) reason.erase(0, finding.unit_id.size() + 2);
  return reason;
}

}  // namespace

bool unit_before(const std::string& a, const std::string& b) {
  const auto key = [](const std::string& unit) {
    return std::pair(unit.starts_with("gpu/") ? unit.size() : std::size_t{0}, unit);
  };
  return key(a) < key(b);
}

std::vector<std::string> units_of(const View& view) {
  std::set<std::string> names;
  for (const Finding& finding : view.shown.findings) names.insert(finding.unit_id);
  for (const GpuFacts& gpu : view.report.evidence.facts.gpus) names.insert(gpu.unit_id);
  std::vector<std::string> units(names.begin(), names.end());
  std::sort(units.begin(), units.end(), unit_before);
  return units;
}

std::string part_name_of(const View& view, const std::string& unit_id) {
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

std::vector<std::string> gates_of(const Shown& shown) {
  std::vector<std::string> gates;
  for (const Finding& finding : shown.findings) {
    if (std::find(gates.begin(), gates.end(), finding.gate) == gates.end()) {
      gates.push_back(finding.gate);
    }
  }
  return gates;
}

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

int rank_of(Verdict verdict) {
  constexpr std::array kWorstFirst{Verdict::fail, Verdict::borderline, Verdict::not_measured,
                                   Verdict::pass, Verdict::not_applicable};
  return static_cast<int>(std::find(kWorstFirst.begin(), kWorstFirst.end(), verdict) -
                          kWorstFirst.begin());
}

std::optional<Verdict> verdict_of(const Shown& shown, std::string_view gate,
                                  const std::string& unit) {
  std::optional<Verdict> worst;
  for (const Finding& finding : shown.findings) {
    if (finding.gate != gate || finding.unit_id != unit) continue;
    if (!worst || rank_of(finding.verdict) < rank_of(*worst)) worst = finding.verdict;
  }
  return worst;
}

std::vector<Group> groups_of(const std::vector<Finding>& findings) {
  std::vector<const Finding*> ranked;
  for (const Finding& finding : findings) {
    if (rank_of(finding) < 4) ranked.push_back(&finding);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Finding* a, const Finding* b) { return rank_of(*a) < rank_of(*b); });
  std::vector<Group> groups;
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

std::string joined(const Group& group) {
  std::string units;
  for (const Finding* finding : group) units += (units.empty() ? "" : ", ") + finding->unit_id;
  return units;
}

std::vector<std::pair<std::string, Group>> reasons_of(const Group& group) {
  std::vector<std::pair<std::string, Group>> reasons;
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
  return reasons;
}

std::string next_step_of(const View& view, const Finding& finding) {
  const auto row = view.shown.codes.find(finding.code);
  const bool korean = view.language == Language::ko && row != view.shown.codes.end();
  return korean ? row->second.next_step_ko : finding.next_step;
}

std::vector<std::pair<std::string, std::string>> warnings_of(const std::vector<Finding>& findings) {
  std::vector<std::pair<std::string, std::string>> warnings;
  for (const Finding& finding : findings) {
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
  return warnings;
}

bool sources_agree(const Shown& shown) {
  bool seen = false;
  for (const Finding& finding : shown.findings) {
    if (finding.gate != "identity.inventory") continue;
    if (finding.verdict != Verdict::pass) return false;
    seen = true;
  }
  return seen;
}

}  // namespace ga
