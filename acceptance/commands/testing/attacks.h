// Attacks on our files, each a builder and what verify says of it. docs/attacks.md is the table of
// them: the test walks both and demands that they agree.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "acceptance/commands/verify.h"
#include "reports/seal/keys.h"

namespace ga::testing {

// The first step that failed, and why; both empty where the attack succeeds.
struct Refusal {
  std::string step, why;
};
using Attacks = std::map<std::string, std::function<Refusal()>>;

Attacks attacks_on_envelopes();
Attacks attacks_on_payloads();
Attacks attacks_on_judgement();
Attacks attacks_on_challenges();
Attacks attacks_on_work();
Refusal refusal_of_sound_work();

// What the attacks begin with: a trusted signer, a believed buyer, somebody else, and a report of
// one GPU, without measurements, that verifies.
const SigningKey& signer();
const SigningKey& buyer();
const SigningKey& stranger();
Profile attacked_profile();
Report sound_report();
Report sound_answer();                         // the same, in answer to the buyer's challenge
std::string payload_of(const Report& report);  // not read again: it may be spoiled

VerifyOutcome outcome_of(std::string_view bytes);
Refusal refusal_of(std::string_view bytes);
// Of a payload that the trusted signer signed as it is.
Refusal refusal_of_signed(std::string_view payload);
// `text` with the first `from` replaced. Aborts where it has none: an attack must be one.
std::string with(std::string text, std::string_view from, std::string_view to);

}  // namespace ga::testing
