// verify_report: whether a report holds, and what a verifier makes of its evidence. Pure.
//
// The order of the steps is part of the format (docs/report-format.md): the first that fails ends
// it, and is named. Nothing the report says of itself is believed that it could gain from.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/core/judge.h"
#include "acceptance/core/profile.h"
#include "reports/model/challenge.h"
#include "reports/model/report.h"
#include "reports/seal/keys.h"

namespace ga {

struct VerifyInput {
  std::string_view bytes;              // the envelope file
  std::span<const PublicKey> trusted;  // whose reports are believed
  std::span<const Gate> gates;
  const Profile* own_profile = nullptr;  // --profile; null: the built-in one that the report names
  std::span<const PublicKey> buyers = {};  // --buyer: whose challenges are believed
};

struct VerifyOutcome {
  // The step that failed: "size" "form" "json" "type" "key" "signature" "payload" "report"
  // "subject" "challenge" "profile" "asked" "claimed". Empty: everything held.
  std::string step;
  std::string why, hint;
  // Exit code of a failed step: 6, or 3 where the profile is unknown. Meaningless without a step.
  int failed_exit = 6;

  // As far as the steps went.
  std::string report_id, key_id;
  std::optional<Report> report = {};
  std::optional<Challenge> challenge = {};  // signed by the buyer, and answered by this report
  std::optional<Profile> profile = {};      // that was judged with
  bool own_profile = false;
  bool compared = false;  // with what the run claimed: only under the same profile
  Decision decision = {};
  std::vector<Finding> findings = {};
  std::vector<std::string> warnings = {};
};

VerifyOutcome verify_report(const VerifyInput& input);

// The exit code under --require: of the failed step, or of the decision.
int exit_of(const VerifyOutcome& outcome, std::string_view require);

// What a decision may rest on beside the findings, from what the report says against itself. Its
// challenge counts as one that was checked.
Standing standing_of(const Report& report);

// The first difference that matters between two judgements, in words; empty when there is none.
std::string difference_of(const Decision& claimed, std::span<const Finding> claimed_findings,
                          const Decision& recomputed, std::span<const Finding> findings);

}  // namespace ga
