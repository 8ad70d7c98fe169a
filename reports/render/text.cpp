// The text rendering: decision, run and proof. Findings and tables have files of their own.
#include <fmt/format.h>

#include <algorithm>

#include "reports/render/render.h"
#include "reports/render/text_sections.h"
#include "reports/render/words.h"

namespace ga {
namespace {

std::string worker_text(const WorkerInfo& worker, const Words& words) {
  std::string out(worker.real && !worker.simulated ? words.real_worker
                  : worker.simulated               ? words.simulated
                                                   : words.not_real);
  if (!worker.injected.empty()) out += fmt::format(", {}: {}", words.injected, worker.injected);
  return fmt::format("{}, sha256 {}", out, worker.sha256);
}

// What a library chose for each case, said once where all GPUs ran the same.
std::vector<std::string> algorithms(const std::vector<Measurement>& measurements) {
  std::vector<std::string> lines;
  for (const Measurement& series : measurements) {
    if (series.algorithm.empty()) continue;
    const std::string line = fmt::format("{}: {}", series.case_id, series.algorithm);
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
  }
  return lines;
}

// Workers that ended otherwise than done, each way once.
std::vector<std::string> failed_exits(const std::vector<WorkerExit>& exits) {
  std::vector<std::pair<std::string, int>> lines;
  for (const WorkerExit& exit : exits) {
    if (exit.how == "done") continue;
    std::string line = exit.worker;
    for (const std::string* part : {&exit.request, &exit.how, &exit.detail}) {
      if (!part->empty()) line += fmt::format(": {}", *part);
    }
    const auto same = std::find_if(lines.begin(), lines.end(),
                                   [&](const auto& entry) { return entry.first == line; });
    if (same == lines.end()) {
      lines.emplace_back(line, 1);
    } else {
      ++same->second;
    }
  }
  std::vector<std::string> out;
  for (const auto& [line, times] : lines) {
    out.push_back(times == 1 ? line : fmt::format("{} (x{})", line, times));
  }
  return out;
}

std::string signature_text(const TextView& view, const Words& words) {
  if (view.shown.key_id.empty()) return std::string(words.not_checked);
  std::string out = fmt::format(fmt::runtime(words.signed_by), view.shown.key_id);
  if (view.report.signer != "key") out += fmt::format("; {}", words.ephemeral);
  return out;
}

// Level L1 is claimed only where the gate that compares the sources passed.
bool sources_agree(const Shown& shown) {
  bool seen = false;
  for (const Finding& finding : shown.findings) {
    if (finding.gate != "identity.inventory") continue;
    if (finding.verdict != Verdict::pass) return false;
    seen = true;
  }
  return seen;
}

}  // namespace

void write_decision(Page& page, const TextView& view) {
  const Words& words = words_of(view.language);
  const Shown& shown = view.shown;
  page.rule('=');
  std::string line =
      fmt::format("{}: {}", words.decision, decision_label(shown.decision, view.language));
  if (!shown.cause.empty()) {
    line += fmt::format("   ({}: {})", words.cause, cause_label(shown.cause, view.language));
  }
  page.text(line, 2, 2);
  page.text(decision_meaning(shown.decision, shown.cause, view.language), 2);
  page.rule('=');
  if (view.report.claimed.decision != shown.decision) {
    page.text(fmt::format(fmt::runtime(words.claimed_differs), view.report.claimed.decision));
  }
  page.field(words.judged_by, shown.judged_by, 0);
  const ProfileRef& profile = view.report.profile;
  page.field(words.profile, fmt::format("{} {}", profile.name, profile.version), 0);
  page.field(words.level, view.report.level, 0);
  page.field(words.signature, signature_text(view, words), 0);
  if (!shown.report_id.empty()) page.field(words.report_id, shown.report_id, 0);
}

void write_run(Page& page, const TextView& view) {
  const Words& words = words_of(view.language);
  const RunInfo& run = view.report.run;
  page.heading(words.run);
  page.field(words.started, run.started);
  page.field(words.ended, run.ended);
  page.field(words.attempt, fmt::format("{}", run.attempt));
  page.field(words.boot, run.boot_id);
  for (const Resumed& resumed : run.resumed) {
    page.field(words.resumed, fmt::format("{}, {} {}", resumed.at, words.boot, resumed.boot_id));
  }
  for (const std::string& request : run.interrupted) page.field(words.interrupted, request);
  page.field(words.worker, worker_text(view.report.worker, words));
  for (const std::string& line : failed_exits(view.report.evidence.exits)) {
    page.field(words.worker_exits, line);
  }
  const Suite& suite = view.report.suite;
  page.field(words.suite, fmt::format("gpuaccept {} {}", suite.version, suite.commit));
  for (const Library& library : suite.libraries) {
    page.field(words.libraries,
               fmt::format("{} {} {}", library.name, library.version, library.path));
  }
  for (const std::string& line : algorithms(view.report.evidence.measurements)) {
    page.field(words.algorithms, line);
  }
  page.field(words.binding, view.report.binding);
}

void write_proof(Page& page, const TextView& view) {
  const Words& words = words_of(view.language);
  const bool checked = !view.shown.key_id.empty();
  const bool challenged = view.report.binding == "challenged" && view.report.challenge;
  const auto point = [&](std::string_view text) { page.text(fmt::format("- {}", text), 2, 2); };
  page.heading(words.proves);
  point(!checked                      ? words.proof_unchecked
        : view.report.signer == "key" ? words.proof_signature
                                      : words.proof_ephemeral);
  if (checked && challenged) point(words.proof_challenged);
  point(words.proof_recompute);
  page.heading(words.limits_of_proof);
  point(words.proof_root);
  point(sources_agree(view.shown) ? words.proof_l1 : words.proof_l0);
  if (!challenged) point(words.proof_self_declared);
}

std::string render_text(const Report& report, const Shown& shown, Language language) {
  const TextView view{report, shown, language};
  Page page;
  page.text(words_of(language).title);
  write_decision(page, view);
  write_findings(page, view);
  write_warnings(page, view);
  write_verdicts(page, view);
  write_numbers(page, view);
  write_corruption(page, view);
  write_facts(page, view);
  write_run(page, view);
  write_proof(page, view);
  return page.str();
}

}  // namespace ga
