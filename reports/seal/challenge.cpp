#include "reports/seal/challenge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/codec/checked.h"
#include "reports/codec/report_codec.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

constexpr std::int64_t kChallengeSchema = 1;
constexpr std::array<std::string_view, 3> kLevels{"quick", "standard", "soak"};

std::string slot_record(const Challenge& c) {
  return fmt::format("slot-identity/v1\nslot {}\ncsp {}\n", c.slot, c.csp);
}

Json names_to_json(const std::vector<std::string>& names) {
  return list_to_json(names, [](const std::string& name) { return Json(name); });
}

Json challenge_to_json(const Challenge& c) {
  Json subject;
  subject.add("name", "slot");
  subject.add("digest", Json().add("sha256", sha256_hex(slot_record(c))));
  Json predicate;
  predicate.add("schema", kChallengeSchema).add("slot", c.slot).add("csp", c.csp);
  predicate.add("node", c.node).add("serials", names_to_json(c.serials)).add("nonce", c.nonce);
  predicate.add("not_before", c.not_before).add("not_after", c.not_after);
  predicate.add("profile", Json().add("name", c.profile).add("sha256", c.profile_sha256));
  predicate.add("level", c.level).add("programs", names_to_json(c.programs));
  Json out;
  out.add("_type", kStatementType).add("subject", JsonArray{std::move(subject)});
  return out.add("predicateType", kChallengeType).add("predicate", std::move(predicate));
}

std::string filled_name(Fields& fields, std::string_view key) {
  std::string name = read_name(fields, key);
  if (name.empty()) fields.refuse(key, "must not be empty");
  return name;
}

std::string read_utc(Fields& fields, std::string_view key) {
  std::string text = read_name(fields, key);
  if (!is_utc(text)) fields.refuse(key, "must be a time like 2026-11-22T07:19:45Z");
  return text;
}

Status read_profile(const Json& json, Challenge& c) {
  Fields fields(json, "challenge.profile");
  c.profile = filled_name(fields, "name");
  c.profile_sha256 = read_digest(fields, "sha256");
  return fields.close();
}

Result<Challenge> predicate_from_json(const Json& json) {
  Fields fields(json, "challenge");
  Challenge c;
  if (fields.integer("schema") != kChallengeSchema) fields.refuse("schema", "must be 1");
  c.slot = filled_name(fields, "slot");
  c.csp = filled_name(fields, "csp");
  c.node = filled_name(fields, "node");
  c.serials = read_names(fields, "serials");
  c.nonce = read_digest(fields, "nonce");
  c.not_before = read_utc(fields, "not_before");
  c.not_after = read_utc(fields, "not_after");
  if (fields.ok() && !(c.not_before < c.not_after)) {
    fields.refuse("not_after", "must be later than not_before");
  }
  GA_CHECK(read_profile(fields.any("profile"), c));
  c.level = read_word(fields, "level", {kLevels[0], kLevels[1], kLevels[2]});
  c.programs = read_names(fields, "programs");
  if (c.programs.empty()) fields.refuse("programs", "must name at least one program");
  for (const std::string& program : c.programs) {
    if (!is_digest(program)) fields.refuse("programs", "must be SHA-256 of programs");
  }
  GA_CHECK(fields.close());
  return c;
}

Result<OpenedChallenge> opened(std::string_view bytes, std::string_view payload,
                               std::string key_id) {
  auto challenge = challenge_from_payload(payload);
  if (!challenge) return std::move(challenge).error().with("challenge");
  return OpenedChallenge{*std::move(challenge),
                         std::move(key_id),
                         {.dsse = base64_encode(bytes), .sha256 = sha256_hex(bytes)}};
}

Status check_size(std::string_view bytes) {
  if (bytes.size() <= kMaxChallengeFile) return Ok{};
  return Error(ErrorCode::parse, fmt::format("size: {} bytes, and a challenge has at most {}",
                                             bytes.size(), kMaxChallengeFile));
}

std::size_t rank_of(std::string_view level) {
  return static_cast<std::size_t>(std::find(kLevels.begin(), kLevels.end(), level) -
                                  kLevels.begin());
}

std::string misfit_of_programs(const Challenge& challenge, const ChallengedAttempt& attempt) {
  for (const Program& program : attempt.programs) {
    const auto& allowed = challenge.programs;
    if (std::find(allowed.begin(), allowed.end(), program.sha256) != allowed.end()) continue;
    return fmt::format("challenge.program: {} {} is none of the programs that it allows",
                       program.name, program.sha256);
  }
  return attempt.programs.empty() ? "challenge.program: no program is named" : "";
}

std::string misfit_of_serials(const Challenge& challenge, const ChallengedAttempt& attempt) {
  if (challenge.serials.empty() || attempt.serials.empty()) return "";
  std::vector<std::string> wanted = challenge.serials, found = attempt.serials;
  std::sort(wanted.begin(), wanted.end());
  std::sort(found.begin(), found.end());
  if (wanted == found) return "";
  const auto missing = std::find_if(wanted.begin(), wanted.end(), [&](const std::string& serial) {
    return !std::binary_search(found.begin(), found.end(), serial);
  });
  return missing == wanted.end()
             ? std::string("challenge.serial: the node has GPUs that it does not name")
             : fmt::format("challenge.serial: the GPU {} is not in the node", *missing);
}

}  // namespace

bool is_utc(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !digit : text[i] != kForm[i]) return false;
  }
  const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + text[at + 1] - '0'; };
  const int year = two(0) * 100 + two(2), month = two(5), day = two(8);
  if (month < 1 || month > 12) return false;
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int days = kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
  return day >= 1 && day <= days && two(11) < 24 && two(14) < 60 && two(17) < 60;
}

Result<Challenge> challenge_from_payload(std::string_view payload) {
  GA_TRY(const Json json, parse_json(payload));
  Fields fields(json, "statement");
  const std::string type = fields.text("_type");
  const std::string predicate_type = fields.text("predicateType");
  (void)fields.array("subject");  // the form below holds it to the slot
  const Json& predicate = fields.any("predicate");
  GA_CHECK(fields.close());
  if (type != kStatementType || predicate_type != kChallengeType) {
    return Error(ErrorCode::parse, fmt::format("is of type \"{}\", no challenge \"{}\"",
                                               as_name(predicate_type), kChallengeType));
  }
  GA_TRY(Challenge challenge, predicate_from_json(predicate));
  if (dump(challenge_to_json(challenge)) != payload) {
    return Error(ErrorCode::parse, "is not in the one byte form of a challenge");
  }
  return challenge;
}

Result<std::string> challenge_to_payload(const Challenge& challenge) {
  std::string payload = dump(challenge_to_json(challenge));
  if (auto again = challenge_from_payload(payload); !again) {
    return std::move(again).error().with("this challenge cannot be written");
  }
  return payload;
}

Result<std::string> seal_challenge(const Challenge& challenge, const SigningKey& buyer) {
  GA_TRY(const std::string payload, challenge_to_payload(challenge));
  GA_TRY(std::string bytes, seal(payload, buyer));
  GA_CHECK(check_size(bytes));
  return bytes;
}

Result<OpenedChallenge> open_challenge(std::string_view bytes, std::span<const PublicKey> buyers) {
  GA_CHECK(check_size(bytes));
  GA_TRY(Opened envelope, open_envelope(bytes, buyers));
  return opened(bytes, envelope.payload, std::move(envelope.key_id));
}

Result<OpenedChallenge> read_challenge(std::string_view bytes) {
  GA_CHECK(check_size(bytes));
  GA_TRY(const std::string payload, unverified_payload(bytes));
  return opened(bytes, payload, "");
}

Result<OpenedChallenge> challenge_of(const ChallengeRef& ref, std::span<const PublicKey> buyers) {
  GA_TRY(const std::string bytes, base64_decode(ref.dsse));
  if (sha256_hex(bytes) != ref.sha256) {
    return Error(ErrorCode::parse, "challenge: its digest is not the one that the report gives");
  }
  return open_challenge(bytes, buyers);
}

ChallengedAttempt attempt_of(const Report& report) {
  const KnownText& node = report.evidence.facts.node.name;
  ChallengedAttempt attempt{.node = node ? *node : std::string(),
                            .profile_sha256 = report.profile.sha256,
                            .level = report.level,
                            .programs = report.suite.programs,
                            .started = report.run.started,
                            .ended = report.run.ended,
                            .serials = {}};
  for (const GpuFacts& gpu : report.evidence.facts.gpus) {
    attempt.serials.push_back(gpu.serial ? *gpu.serial : std::string());
  }
  return attempt;
}

std::string misfit_of(const Challenge& challenge, const ChallengedAttempt& attempt) {
  if (!is_utc(attempt.started) || attempt.started < challenge.not_before) {
    return fmt::format("challenge.window: the attempt began at {}, before {}", attempt.started,
                       challenge.not_before);
  }
  const std::string& last = attempt.ended.empty() ? attempt.started : attempt.ended;
  if (!is_utc(last) || last > challenge.not_after) {
    return fmt::format("challenge.window: it ends at {}, and the attempt goes on to {}",
                       challenge.not_after, last);
  }
  if (attempt.profile_sha256 != challenge.profile_sha256) {
    return fmt::format("challenge.profile: it asks for {} {}, the attempt has {}",
                       challenge.profile, challenge.profile_sha256, attempt.profile_sha256);
  }
  if (rank_of(attempt.level) < rank_of(challenge.level)) {
    return fmt::format("challenge.level: it asks for {} at least, the attempt is {}",
                       challenge.level, attempt.level);
  }
  if (std::string why = misfit_of_programs(challenge, attempt); !why.empty()) return why;
  if (attempt.node != challenge.node) {
    return fmt::format("challenge.node: it is for node {}, this is {}", challenge.node,
                       as_name(attempt.node));
  }
  return misfit_of_serials(challenge, attempt);
}

}  // namespace ga
