// The text rendering: decision, run and proof. Findings and tables have files of their own.
#include <fmt/format.h>

#include "reports/render/render.h"
#include "reports/render/text_sections.h"
#include "reports/render/words.h"

namespace ga {

void write_decision(Page& page, const View& view) {
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
  page.field(words.signature, signature_text(view), 0);
  if (!shown.report_id.empty()) page.field(words.report_id, shown.report_id, 0);
}

void write_run(Page& page, const View& view) {
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
  for (const std::string& line : failed_exits_of(view.report.evidence.exits)) {
    page.field(words.worker_exits, line);
  }
  const Suite& suite = view.report.suite;
  page.field(words.suite, fmt::format("gpuaccept {} {}", suite.version, suite.commit));
  for (const Library& library : suite.libraries) {
    page.field(words.libraries,
               fmt::format("{} {} {}", library.name, library.version, library.path));
  }
  for (const std::string& line : algorithms_of(view.report.evidence.measurements)) {
    page.field(words.algorithms, line);
  }
  page.field(words.binding, view.report.binding);
}

void write_proof(Page& page, const View& view) {
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
  const View view{report, shown, language};
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
