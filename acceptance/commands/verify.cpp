#include "acceptance/commands/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "acceptance/commands/console.h"
#include "acceptance/profiles/builtin.h"
#include "reports/codec/json.h"
#include "reports/codec/report_codec.h"
#include "reports/model/digest.h"
#include "reports/seal/challenge.h"
#include "reports/seal/envelope.h"
#include "reports/seal/identity.h"

namespace ga {
namespace {

constexpr int kExitUnknownProfile = 3;
constexpr std::size_t kMostWhy = 400;  // a reader may quote a file of megabytes

struct StepFailure {
  std::string step, why, hint;
  int exit = kExitUnverified;
};
using Step = std::optional<StepFailure>;

std::vector<std::string> ids_of(std::span<const Gate> gates) {
  std::vector<std::string> ids;
  for (const Gate& gate : gates) ids.emplace_back(gate.id);
  return ids;
}

// Envelope, payload and report, by their own readers.
Step read_report(const VerifyInput& input, VerifyOutcome& outcome) {
  const Result<Opened> opened = open_envelope(input.bytes, input.trusted);
  if (!opened) {
    const std::string& what = opened.error().what();
    const std::size_t colon = std::min(what.find(':'), what.size());
    return StepFailure{what.substr(0, colon), what.substr(std::min(colon + 2, what.size())),
                       opened.error().hint()};
  }
  outcome.key_id = opened->key_id;
  outcome.report_id = sha256_hex(opened->payload);
  const Result<Json> json = parse_json(opened->payload);
  if (!json) return StepFailure{"payload", json.error().what(), json.error().hint()};
  Result<Report> report = report_from_payload(opened->payload);
  if (!report) return StepFailure{"report", report.error().what(), report.error().hint()};
  const Status subjects = check_subjects(*report);
  if (!subjects) return StepFailure{"subject", subjects.error().what(), subjects.error().hint()};
  outcome.report = *std::move(report);
  return std::nullopt;
}

// What cannot be checked is not believed.
Step check_challenge(const VerifyInput& input, VerifyOutcome& outcome) {
  const Report& report = *outcome.report;
  if (!report.challenge) return std::nullopt;  // the reader saw to it that binding says so too
  if (input.buyers.empty()) {
    return StepFailure{"challenge", "challenge.buyer: the report carries a challenge of the buyer",
                       "name the buyer's public key with --buyer"};
  }
  const auto opened = challenge_of(*report.challenge, input.buyers);
  if (!opened) {
    return StepFailure{"challenge", "challenge.file: " + opened.error().what(),
                       "it is none of this buyer's challenges"};
  }
  const std::string why = misfit_of(opened->challenge, attempt_of(report));
  if (!why.empty()) {
    return StepFailure{"challenge", why, "the report answers another challenge than it carries"};
  }
  outcome.challenge = opened->challenge;
  return std::nullopt;
}

std::string nonce_of(const VerifyOutcome& outcome) {
  return outcome.challenge ? outcome.challenge->nonce : "";
}

Step choose_profile(const VerifyInput& input, VerifyOutcome& outcome) {
  if (input.own_profile != nullptr) {
    outcome.profile = *input.own_profile;
    outcome.own_profile = true;
    return std::nullopt;
  }
  const ProfileRef& named = outcome.report->profile;
  const Embedded* builtin = builtin_profile_by_digest(named.sha256);
  if (builtin == nullptr) {
    return StepFailure{
        "profile",
        fmt::format("profile.unknown: no built-in profile has the digest {} of \"{}\"",
                    named.sha256, named.name),
        "name your own copy of the profile with --profile", kExitUnknownProfile};
  }
  Result<Profile> profile =
      parse_profile(builtin->text, std::string(builtin->name) + ".toml", ids_of(input.gates));
  if (!profile) return StepFailure{"profile", profile.error().what(), "", kExitInternal};
  outcome.profile = *std::move(profile);
  return std::nullopt;
}

// What nobody asked for does not verify. The schedule is that of the run's own profile where it is
// known here; a verifier's other profile may ask for less, and then says so.
Step check_schedule(const VerifyInput& input, Level level, VerifyOutcome& outcome) {
  const Report& report = *outcome.report;
  const std::string& sha256 = report.profile.sha256;
  std::optional<Profile> run_profile;
  if (outcome.profile->sha256 != sha256) {
    if (const Embedded* builtin = builtin_profile_by_digest(sha256)) {
      auto parsed =
          parse_profile(builtin->text, std::string(builtin->name) + ".toml", ids_of(input.gates));
      if (parsed) run_profile = *std::move(parsed);
    }
  }
  const Profile& scheduled = run_profile ? *run_profile : *outcome.profile;
  const Status asked =
      check_asked(input.gates, {scheduled, level, nonce_of(outcome)}, report.evidence);
  if (!asked) {
    return StepFailure{"asked", asked.error().what(),
                       "a report holds what its profile asks for and nothing else"};
  }
  if (run_profile &&
      !check_asked(input.gates, {*outcome.profile, level, nonce_of(outcome)}, report.evidence)) {
    outcome.warnings.push_back(fmt::format(
        "the run measured more or other blocks than profile {} asks for", outcome.profile->name));
  }
  return std::nullopt;
}

Step judge_again(const VerifyInput& input, Level level, VerifyOutcome& outcome) {
  const Report& report = *outcome.report;
  const Order order{*outcome.profile, level, nonce_of(outcome)};
  outcome.findings = judge_all(input.gates, order, report.evidence);
  outcome.decision = decide(order, standing_of(report), outcome.findings);
  outcome.compared = outcome.profile->sha256 == report.profile.sha256;
  if (!outcome.compared) return std::nullopt;
  const std::string difference =
      difference_of({report.claimed.decision, report.claimed.cause}, report.claimed.findings,
                    outcome.decision, outcome.findings);
  if (difference.empty()) return std::nullopt;
  return StepFailure{"claimed", difference,
                     "the evidence does not carry what the report claims; believe neither"};
}

void add_warnings(VerifyOutcome& outcome) {
  const Report& report = *outcome.report;
  if (report.signer != "key") {
    outcome.warnings.emplace_back("signed by an ephemeral key: it names nobody");
  }
  if (report.worker.real && report.worker.simulated) {
    outcome.warnings.emplace_back("the worker is called real and simulated; taken as simulated");
  }
}

}  // namespace

VerifyOutcome verify_report(const VerifyInput& input) {
  VerifyOutcome outcome;
  Step failed = read_report(input, outcome);
  if (!failed) failed = check_challenge(input, outcome);
  if (!failed) failed = choose_profile(input, outcome);
  if (!failed) {
    const Level level = *level_from_word(outcome.report->level);
    failed = check_schedule(input, level, outcome);
    if (!failed) failed = judge_again(input, level, outcome);
    add_warnings(outcome);
  }
  if (failed) {
    outcome.step = failed->step;
    outcome.why = failed->why.substr(0, kMostWhy);
    outcome.hint = failed->hint;
    outcome.failed_exit = failed->exit;
  }
  return outcome;
}

int exit_of(const VerifyOutcome& outcome, std::string_view require) {
  if (!outcome.step.empty()) return outcome.failed_exit;
  if (reaches(outcome.decision.word, require)) return 0;
  const int exit = exit_code(outcome.decision);
  return exit == 0 ? exit_code({"inconclusive", ""}) : exit;
}

Standing standing_of(const Report& report) {
  Standing standing;
  standing.real_worker = report.worker.real && !report.worker.simulated;
  standing.injected = !report.worker.injected.empty();
  standing.challenged = report.challenge.has_value();
  standing.interrupted = report.claimed.cause == "interrupted";  // lends only a word to the cause
  return standing;
}

std::string difference_of(const Decision& claimed, std::span<const Finding> claimed_findings,
                          const Decision& recomputed, std::span<const Finding> findings) {
  if (!(claimed == recomputed)) {
    const auto words = [](const Decision& decision) {
      return decision.cause.empty() ? decision.word
                                    : fmt::format("{} ({})", decision.word, decision.cause);
    };
    return fmt::format("the report claims {}, its evidence gives {}", words(claimed),
                       words(recomputed));
  }
  if (claimed_findings.size() != findings.size()) {
    return fmt::format("the report claims {} findings, its evidence gives {}",
                       claimed_findings.size(), findings.size());
  }
  const auto key = [](const Finding& finding) {
    return std::tie(finding.gate, finding.unit_id, finding.verdict, finding.code, finding.blame);
  };
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (key(claimed_findings[i]) == key(findings[i])) continue;
    return fmt::format("finding {}: the report claims {} {} {} {}, its evidence gives {} {} {} {}",
                       i + 1, claimed_findings[i].gate, claimed_findings[i].unit_id,
                       to_word(claimed_findings[i].verdict), claimed_findings[i].code,
                       findings[i].gate, findings[i].unit_id, to_word(findings[i].verdict),
                       findings[i].code);
  }
  return "";
}

}  // namespace ga
