// Challenges as files: sealed by the buyer, opened with his key, and held against an attempt.
// docs/challenge-format.md.
//
// A challenge is an in-toto statement in the envelope that reports have too, of another predicate
// type, so that neither passes for the other.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/challenge.h"
#include "reports/model/report.h"
#include "reports/seal/envelope.h"

namespace ga {

inline constexpr std::string_view kChallengeType = "urn:gpuaccept:challenge:1";
// So that its base64 fits the report's field.
inline constexpr std::size_t kMaxChallengeFile = 49152;

// The payload in its one byte form. What is written is read again as it was; what is read is
// written back byte for byte.
Result<std::string> challenge_to_payload(const Challenge& challenge);
Result<Challenge> challenge_from_payload(std::string_view payload);

// The file's bytes. Refuses a challenge that the reader would refuse.
Result<std::string> seal_challenge(const Challenge& challenge, const SigningKey& buyer);

struct OpenedChallenge {
  Challenge challenge;
  std::string key_id;  // of the buyer; empty where nobody checked
  ChallengeRef ref;    // the file as a report carries it
};
// The error begins with the step that failed, as open_envelope()'s does, or with "challenge:".
Result<OpenedChallenge> open_challenge(std::string_view bytes, std::span<const PublicKey> buyers);
// The same, its signature NOT checked: for who has no key of the buyer's, and only answers.
Result<OpenedChallenge> read_challenge(std::string_view bytes);
// The challenge inside a report. Refuses one whose digest is not the report's.
Result<OpenedChallenge> challenge_of(const ChallengeRef& ref, std::span<const PublicKey> buyers);

// "2026-11-22T07:19:45Z" and a time that exists; such texts compare as the times do.
bool is_utc(std::string_view text);

// What an attempt can be held to.
struct ChallengedAttempt {
  std::string node, profile_sha256, level;
  std::vector<Program> programs;
  std::string started, ended;        // UTC; ended "" while it runs
  std::vector<std::string> serials;  // of the GPUs found; empty: not read yet
};
ChallengedAttempt attempt_of(const Report& report);

// The first term that does not hold: "challenge.window: ..." ".profile" ".level" ".program" ".node"
// ".serial". Empty: all hold.
std::string misfit_of(const Challenge& challenge, const ChallengedAttempt& attempt);

}  // namespace ga
