#include "acceptance/commands/judgement.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "reports/codec/evidence_codec.h"
#include "reports/render/layout.h"

namespace ga {
namespace {

std::string text_of(const Json& object, std::string_view key) {
  const Json* member = object.find(key);
  return member != nullptr && member->is_string() ? member->as_string() : "";
}

Error refused(std::string why) {
  return Error(ErrorCode::parse, std::move(why))
      .hinted(
          "gpuaccept verify REPORT --json, of one report that verifies, writes what is compared");
}

std::string decision_text(const Judgement& judgement) {
  return judgement.cause.empty() ? judgement.decision
                                 : fmt::format("{} ({})", judgement.decision, judgement.cause);
}

using ByName = std::map<std::pair<std::string, std::string>, std::vector<const Finding*>>;

ByName by_name(const Judgement& judgement) {
  ByName out;
  for (const Finding& finding : judgement.findings) {
    out[{finding.gate, finding.unit_id}].push_back(&finding);
  }
  return out;
}

std::string verdicts_of(const std::vector<const Finding*>& findings) {
  std::string out;
  for (const Finding* finding : findings) {
    out += fmt::format("{} {};", to_word(finding->verdict), finding->code);
  }
  return out;
}

void write_findings(Page& page, std::string_view mark,
                    const std::vector<const Finding*>& findings) {
  for (const Finding* finding : findings) {
    const std::string code = finding->code.empty() ? "" : " " + finding->code;
    page.text(fmt::format("{} {}{}: {}", mark, to_word(finding->verdict), code, finding->reason), 4,
              2);
  }
}

void write_line(Page& page, std::string_view name, const std::string& a, const std::string& b) {
  if (a == b) return;
  page.text(fmt::format("{}:", name));
  page.text("- " + a, 4, 2);
  page.text("+ " + b, 4, 2);
}

}  // namespace

Result<std::optional<Judgement>> judgement_from_json(const Json& json) {
  const Json* files = json.find("files");
  if (files == nullptr || !files->is_array() || json.find("exit") == nullptr) {
    return std::optional<Judgement>();
  }
  if (files->as_array().size() != 1) return refused("is the verification of several files");
  const Json& file = files->as_array().front();
  const Json* findings = file.find("findings");
  const Json* profile = file.find("profile");
  if (findings == nullptr || !findings->is_array() || profile == nullptr) {
    return refused("is of a report that did not verify, and judges nothing");
  }
  Judgement judgement{
      .report_id = text_of(file, "report_id"),
      .decision = text_of(file, "decision"),
      .cause = text_of(file, "cause"),
      .profile = fmt::format("{} {} {}", text_of(*profile, "name"), text_of(*profile, "version"),
                             text_of(*profile, "sha256")),
      .findings = {}};
  for (const Json& finding : findings->as_array()) {
    GA_TRY(Finding read, finding_from_json(finding, "findings"));
    judgement.findings.push_back(std::move(read));
  }
  return std::optional(std::move(judgement));
}

std::string difference_text(const Judgement& a, const Judgement& b) {
  Page page;
  write_line(page, "report", a.report_id, b.report_id);
  write_line(page, "decision", decision_text(a), decision_text(b));
  write_line(page, "judged by", a.profile, b.profile);
  ByName before = by_name(a), after = by_name(b);
  std::set<std::pair<std::string, std::string>> names;
  for (const auto& [name, findings] : before) names.insert(name);
  for (const auto& [name, findings] : after) names.insert(name);
  bool titled = false;
  for (const auto& name : names) {
    if (verdicts_of(before[name]) == verdicts_of(after[name])) continue;
    if (!titled) page.text("findings:");
    titled = true;
    page.text(fmt::format("{} {}", name.first, name.second), 2);
    write_findings(page, "-", before[name]);
    write_findings(page, "+", after[name]);
  }
  return page.str().empty() ? "no difference\n" : page.str();
}

}  // namespace ga
