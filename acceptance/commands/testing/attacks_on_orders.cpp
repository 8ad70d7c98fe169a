// Attacks with a right signature: on the judgement, on the buyer's challenge, on the keys. And what
// all attacks begin with.
#include <algorithm>
#include <cstdlib>

#include "acceptance/commands/testing/attacks.h"
#include "acceptance/commands/verify_print.h"
#include "reports/codec/report_codec.h"
#include "reports/codec/testing/random_report.h"
#include "reports/model/digest.h"
#include "reports/seal/challenge.h"
#include "reports/seal/envelope.h"
#include "reports/seal/identity.h"

namespace ga::testing {
namespace {

const SigningKey& kept(const char* name) {
  static std::map<std::string, SigningKey> keys;
  const auto [place, fresh] = keys.try_emplace(name);
  if (fresh) place->second = *SigningKey::generate();
  return place->second;
}

// Fills in what an honest run would claim.
Report claimed(Report report, const std::string& nonce) {
  const Profile profile = attacked_profile();
  const Order order{profile, *level_from_word(report.level), nonce};
  report.claimed.findings = judge_all({}, order, report.evidence);
  const Decision decision = decide(order, standing_of(report), report.claimed.findings);
  report.claimed.decision = decision.word;
  report.claimed.cause = decision.cause;
  return report;
}

Challenge sound_challenge() {
  Challenge challenge;
  challenge.slot = "2026-A/csp-alpha/node-000123";
  challenge.csp = "csp-alpha";
  challenge.node = "rack7-node12";
  challenge.serials = {"1651024000000"};
  challenge.nonce = std::string(64, '7');
  challenge.not_before = "2026-11-22T07:00:00Z";
  challenge.not_after = "2026-11-24T07:00:00Z";
  challenge.profile = "toy";
  challenge.profile_sha256 = attacked_profile().sha256;
  challenge.level = "quick";
  for (const Program& program : sound_report().suite.programs) {
    challenge.programs.push_back(program.sha256);
  }
  return challenge;
}

Report answering(const std::string& file) {
  Report report = sound_report();
  report.challenge = ChallengeRef{base64_encode(file), sha256_hex(file)};
  report.binding = "challenged";
  return claimed(std::move(report), sound_challenge().nonce);
}
Refusal refusal_of_answer(const std::string& file) {
  return refusal_of_signed(payload_of(answering(file)));
}
// The buyer's challenge, changed before the buyer signed it.
Refusal refusal_of_terms(const std::function<void(Challenge&)>& change) {
  Challenge challenge = sound_challenge();
  change(challenge);
  return refusal_of_answer(*seal_challenge(challenge, buyer()));
}
Refusal refusal_of_reference(const std::function<void(ChallengeRef&)>& change) {
  Report report = sound_answer();
  change(*report.challenge);
  return refusal_of_signed(payload_of(report));
}

Refusal refusal_of_report(const std::function<void(Report&)>& change) {
  Report report = sound_report();
  change(report);
  return refusal_of_signed(payload_of(report));
}

Refusal refusal_of_key(std::string_view pem) {
  const auto key = PublicKey::from_pem(pem);
  return key ? Refusal{} : Refusal{"--trust", key.error().what()};
}

// As the step of a call of verify, which no single report has.
Refusal refusal_of_both(const std::string& one, const std::string& other) {
  std::vector<CheckedFile> files{{.path = "one"}, {.path = "other"}};
  files[0].outcome = outcome_of(one);
  files[1].outcome = outcome_of(other);
  for (const Duplicate& duplicate : duplicates_of(files)) {
    if (duplicate.refused) return {"call", duplicate.text};
  }
  return {};
}

constexpr std::string_view kEd25519 =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAhr3dM6c9AUzGypE6FWwSgVO1BDGHs+bCOAFmxUMFe7o=\n"
    "-----END PUBLIC KEY-----\n";
constexpr std::string_view kSecp256k1 =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAE2sBOduGbBk5WyVYFp675+QjphcuMFvw7\n"
    "Z7j3cc3dAkPQQlRY3CKn3ewrtdNohAvvj4Pv8lWosJzhUGjzGupMXg==\n"
    "-----END PUBLIC KEY-----\n";

}  // namespace

const SigningKey& signer() { return kept("signer"); }
const SigningKey& buyer() { return kept("buyer"); }
const SigningKey& stranger() { return kept("stranger"); }

Profile attacked_profile() {
  Profile profile;
  profile.name = "toy";
  profile.version = "1";
  profile.sha256 = std::string(64, 'a');
  profile.kind = ProfileKind::acceptance;
  profile.status = ProfileStatus::final;
  profile.accept_level = Level::quick;
  return profile;
}

Report sound_report() {
  Report report = small_report();
  const Profile profile = attacked_profile();
  report.profile = {profile.name, profile.version, profile.sha256};
  report.evidence.measurements.clear();
  report.subject = subjects_of(report.evidence.facts);
  return claimed(std::move(report), "");
}

Report sound_answer() { return answering(*seal_challenge(sound_challenge(), buyer())); }

std::string payload_of(const Report& report) { return dump(report_to_json(report)); }

VerifyOutcome outcome_of(std::string_view bytes) {
  const std::vector<PublicKey> trusted{signer().public_key()}, buyers{buyer().public_key()};
  const Profile profile = attacked_profile();
  return verify_report(
      {.bytes = bytes, .trusted = trusted, .gates = {}, .own_profile = &profile, .buyers = buyers});
}

Refusal refusal_of(std::string_view bytes) {
  const VerifyOutcome outcome = outcome_of(bytes);
  return {outcome.step, outcome.why};
}

Refusal refusal_of_signed(std::string_view payload) { return refusal_of(*seal(payload, signer())); }

std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) std::abort();
  return text.replace(at, from.size(), to);
}

Attacks attacks_on_judgement() {
  return {
      {"judgement.unknown_profile",
       [] {
         const std::string bytes = *seal(payload_of(sound_report()), signer());
         const std::vector<PublicKey> trusted{signer().public_key()};
         const VerifyOutcome outcome =
             verify_report({.bytes = bytes, .trusted = trusted, .gates = {}});
         return Refusal{outcome.step, outcome.why};
       }},
      {"judgement.more_than_asked",
       [] {
         return refusal_of_report([](Report& report) {
           report.evidence.measurements = small_report().evidence.measurements;
         });
       }},
      {"judgement.two_boots_and_no_checkpoint",
       [] {
         return refusal_of_report([](Report& report) {
           report.run.resumed = {{report.run.started, report.run.boot_id + "2"}};
         });
       }},
      {"judgement.a_restart_that_was_none",
       [] {
         return refusal_of_report([](Report& report) { report.evidence.restarts.emplace_back(); });
       }},
      {"judgement.a_line_of_a_boot_to_come",
       [] {
         return refusal_of_report([](Report& report) {
           report.evidence.log = {
               {.t_ns = 1, .source = "kmsg", .gpu = "", .code = "xid.79", .text = ""}};
           report.evidence.log[0].boot = 1;
         });
       }},
      {"judgement.better_claim",
       [] {
         return refusal_of_report([](Report& report) {
           report.worker.simulated = true;
           report.claimed.decision = "accepted";
         });
       }},
      {"judgement.other_findings",
       [] {
         return refusal_of_report(
             [](Report& report) { report.claimed.findings = small_report().claimed.findings; });
       }},
      {"judgement.gpu_in_two_nodes",
       [] {
         Report other = sound_report();
         other.evidence.facts.node.name = std::string("rack7-node13");
         other.subject = subjects_of(other.evidence.facts);
         return refusal_of_both(*seal(payload_of(sound_report()), signer()),
                                *seal(payload_of(other), signer()));
       }},
      {"trust.other_curve", [] { return refusal_of_key(kSecp256k1); }},
      {"trust.other_algorithm", [] { return refusal_of_key(kEd25519); }},
      {"trust.private_key", [] { return refusal_of_key(signer().pem()); }},
      {"trust.two_keys",
       [] { return refusal_of_key(signer().public_key().pem() + stranger().public_key().pem()); }},
  };
}

Attacks attacks_on_challenges() {
  using S = std::string;
  return {
      {"challenge.nobody_believed",
       [] {
         const S bytes = *seal(payload_of(sound_answer()), signer());
         const std::vector<PublicKey> trusted{signer().public_key()};
         const VerifyOutcome outcome =
             verify_report({.bytes = bytes, .trusted = trusted, .gates = {}});
         return Refusal{outcome.step, outcome.why};
       }},
      {"challenge.own",
       [] { return refusal_of_answer(*seal_challenge(sound_challenge(), signer())); }},
      {"challenge.edited",
       [] {
         const S good = *seal_challenge(sound_challenge(), buyer());
         const S payload = *challenge_to_payload(sound_challenge());
         return refusal_of_answer(
             with(good, base64_encode(payload), base64_encode(with(payload, "node12", "node13"))));
       }},
      {"challenge.report_as_challenge",
       [] { return refusal_of_answer(*seal(payload_of(sound_report()), buyer())); }},
      {"challenge.as_report",
       [] { return refusal_of(*seal_challenge(sound_challenge(), signer())); }},
      {"challenge.other_spelling",
       [] {
         const Json json = *parse_json(*challenge_to_payload(sound_challenge()));
         return refusal_of_answer(*seal(dump_pretty(json), buyer()));
       }},
      {"challenge.duplicate_key",
       [] {
         return refusal_of_answer(*seal(
             with(*challenge_to_payload(sound_challenge()), "\"node\":", "\"node\":\"\",\"node\":"),
             buyer()));
       }},
      {"challenge.subject_of_another_slot",
       [] {
         return refusal_of_answer(
             *seal(with(*challenge_to_payload(sound_challenge()), "node-000123", "node-000124"),
                   buyer()));
       }},
      {"challenge.too_large", [] { return refusal_of_answer(S(kMaxChallengeFile + 1, 'A')); }},
      {"challenge.digest",
       [] { return refusal_of_reference([](ChallengeRef& ref) { ref.sha256 = S(64, 'd'); }); }},
      {"challenge.loose_base64",
       [] { return refusal_of_reference([](ChallengeRef& ref) { ref.dsse = "YR=="; }); }},
      {"challenge.whitespace_in_base64",
       [] { return refusal_of_reference([](ChallengeRef& ref) { ref.dsse.insert(4, " "); }); }},
      {"challenge.hidden",
       [] {
         Report report = sound_answer();
         report.binding = "self_declared";
         return refusal_of_signed(payload_of(report));
       }},
      {"challenge.invented",
       [] { return refusal_of_report([](Report& report) { report.binding = "challenged"; }); }},
      {"challenge.expired",
       [] { return refusal_of_terms([](Challenge& c) { c.not_after = "2026-11-22T07:21:04Z"; }); }},
      {"challenge.older_than_it",
       [] {
         return refusal_of_terms([](Challenge& c) { c.not_before = "2026-11-22T07:19:46Z"; });
       }},
      {"challenge.other_profile",
       [] { return refusal_of_terms([](Challenge& c) { c.profile_sha256 = S(64, 'b'); }); }},
      {"challenge.less_than_asked",
       [] { return refusal_of_terms([](Challenge& c) { c.level = "standard"; }); }},
      {"challenge.other_program",
       [] { return refusal_of_terms([](Challenge& c) { c.programs.pop_back(); }); }},
      {"challenge.other_node",
       [] { return refusal_of_terms([](Challenge& c) { c.node = "rack7-node13"; }); }},
      {"challenge.other_gpu",
       [] { return refusal_of_terms([](Challenge& c) { c.serials = {"1651024000001"}; }); }},
      {"challenge.answered_twice",
       [] {
         Report again = sound_answer();
         again.run.attempt = 2;
         return refusal_of_both(*seal(payload_of(sound_answer()), signer()),
                                *seal(payload_of(again), signer()));
       }},
  };
}

}  // namespace ga::testing
