#include "acceptance/commands/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "acceptance/commands/console.h"
#include "acceptance/commands/run_telemetry.h"
#include "acceptance/commands/run_watch.h"
#include "acceptance/commands/shown.h"
#include "acceptance/gates/gates.h"
#include "reports/codec/json.h"
#include "reports/codec/report_codec.h"
#include "reports/model/digest.h"
#include "reports/render/render.h"
#include "reports/seal/identity.h"
#include "reports/seal/sealed_report.h"

namespace ga {
namespace {

std::size_t position(const std::string& gate) {
  const auto gates = all_gates();
  return static_cast<std::size_t>(
      std::find_if(gates.begin(), gates.end(), [&](const Gate& g) { return g.id == gate; }) -
      gates.begin());
}

// "gpu/2" before "gpu/10".
std::pair<std::size_t, std::string> unit_key(const std::string& unit_id) {
  return {unit_id.size(), unit_id};
}

// One order, however the series were measured: a resumed attempt reads like any other.
void sort_evidence(Evidence& evidence) {
  const auto series_key = [](const Measurement& series) {
    return std::tuple(position(series.gate), series.case_id, series.params,
                      unit_key(series.unit_id));
  };
  const auto by_series = [&](const Measurement& a, const Measurement& b) {
    return series_key(a) < series_key(b);
  };
  std::sort(evidence.measurements.begin(), evidence.measurements.end(), by_series);
  const auto by_unit = [](const auto& a, const auto& b) {
    return unit_key(a.unit_id) < unit_key(b.unit_id);
  };
  std::stable_sort(evidence.before.begin(), evidence.before.end(), by_unit);
  std::stable_sort(evidence.after.begin(), evidence.after.end(), by_unit);
  for (Restart& restart : evidence.restarts) {
    std::stable_sort(restart.until.begin(), restart.until.end(), by_unit);
    std::stable_sort(restart.from.begin(), restart.from.end(), by_unit);
  }
  std::stable_sort(evidence.warmup.begin(), evidence.warmup.end(), by_unit);
}

Suite suite_of(const OpenEntry& identity, const std::vector<Library>& libraries) {
  std::string lines;
  for (const Program& program : identity.programs) {
    lines += fmt::format("{} {}\n", program.name, program.sha256);
  }
  return {.version = identity.version,
          .commit = identity.commit,
          .digest = sha256_hex(lines),
          .programs = identity.programs,
          .libraries = libraries};
}

}  // namespace

Report make_report(const RunSetup& setup, const Attempt& attempt, Closing closing) {
  const Fold& fold = attempt.fold();
  const OpenEntry& identity = *fold.opened();
  Report report;
  report.suite = suite_of(identity, fold.libraries());
  report.profile = identity.profile;
  report.level = identity.level;
  if (setup.challenge) {
    report.challenge = setup.challenge->ref;
    report.binding = "challenged";
  }
  report.signer = setup.options.key.empty() ? "ephemeral" : "key";
  report.run = fold.run();
  report.run.journal_head = attempt.head();
  report.worker = identity.worker;
  report.evidence = setup.with_manifest(fold.evidence());
  sort_evidence(report.evidence);
  report.subject = subjects_of(report.evidence.facts);
  report.telemetry.gaps = report.evidence.gaps;
  const Standing standing{.real_worker = identity.worker.real && !identity.worker.simulated,
                          .injected = !identity.worker.injected.empty(),
                          .challenged = setup.challenge.has_value(),
                          .interrupted = closing == Closing::interrupted};
  report.claimed.findings = judge_all(all_gates(), setup.order(), report.evidence);
  const Decision decision = decide(setup.order(), standing, report.claimed.findings);
  report.claimed.decision = decision.word;
  report.claimed.cause = decision.cause;
  return report;
}

Result<WrittenReport> write_report(const RunSetup& setup, Report report, const SigningKey& key) {
  const std::string& out = setup.options.out;
  const std::vector<TelemetryGap> gaps = report.telemetry.gaps;
  GA_TRY(report.telemetry, compress_telemetry(telemetry_part(out), out + "/telemetry.jsonl.zst"));
  report.telemetry.gaps = gaps;
  WrittenReport written;
  written.id = sha256_hex(dump(report_to_json(report)));
  Shown shown = shown_of(setup.profile, {report.claimed.decision, report.claimed.cause},
                         report.claimed.findings, "run");
  shown.report_id = written.id;
  written.text = render_text(report, shown, Language::en);
  GA_TRY(const std::string envelope, seal_report(report, key));
  if (setup.options.key.empty()) {
    GA_CHECK(write_whole_file(out + "/key.pub.pem", key.public_key().pem()));
  }
  GA_CHECK(write_whole_file(out + "/report.junit.xml", render_junit(report, shown)));
  GA_CHECK(write_whole_file(out + "/report.dsse.json", envelope));
  return written;
}

}  // namespace ga
