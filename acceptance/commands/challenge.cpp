// gpuaudit challenge: the buyer orders one acceptance, and looks at what was ordered.
#include "reports/seal/challenge.h"

#include <fmt/format.h>
#include <openssl/rand.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "acceptance/commands/commands.h"
#include "acceptance/commands/console.h"
#include "acceptance/commands/run_setup.h"
#include "acceptance/gates/gates.h"
#include "acceptance/profiles/builtin.h"
#include "reports/codec/checked.h"
#include "reports/model/digest.h"
#include "reports/model/units.h"

namespace ga {
namespace {

constexpr std::int64_t kTwoDays = 48;
constexpr std::int64_t kMostHours = 24 * 366;

Result<std::string> fresh_nonce() {
  Digest bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return Error(ErrorCode::internal, "the system gives no random numbers");
  }
  return hex_of(bytes);
}

Result<std::string> program_digest(const std::string& program) {
  if (is_digest(program)) return program;
  auto digest = sha256_file(program);
  if (!digest) {
    return usage("--program: " + digest.error().what())
        .hinted("name a program's file, or its SHA-256");
  }
  return digest;
}

Result<std::vector<std::string>> program_digests(std::vector<std::string> programs) {
  if (programs.empty()) programs = {own_folder() + "/gpuaccept", own_folder() + "/gpuprobe"};
  std::vector<std::string> digests;
  for (const std::string& program : programs) {
    GA_TRY(std::string digest, program_digest(program));
    if (std::find(digests.begin(), digests.end(), digest) == digests.end()) {
      digests.push_back(std::move(digest));
    }
  }
  return digests;
}

Result<time_t> begin_of(const std::string& not_before) {
  if (not_before.empty()) return ::time(nullptr);
  tm parts{};
  if (!is_utc(not_before) ||
      ::strptime(not_before.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts) == nullptr) {
    return usage(fmt::format("--not-before \"{}\" is no time", not_before))
        .hinted("write it in UTC, like 2026-11-22T07:19:45Z");
  }
  return ::timegm(&parts);
}

// How long the order is good for. A soak is longer than two days may be.
Result<std::int64_t> hours_of(const ChallengeOptions& options, const Profile& profile) {
  const std::int64_t soak = options.level == to_word(Level::soak) ? profile.sizes.soak_hours : 0;
  const std::int64_t hours = options.hours.value_or(kTwoDays + soak);
  if (hours < 1 || hours > kMostHours) {
    return usage(fmt::format("--hours {} is not between 1 and {}", hours, kMostHours));
  }
  if (hours > soak) return hours;
  return usage(fmt::format("--hours {}: level soak of profile {} takes more than {} hours", hours,
                           profile.name, soak))
      .hinted(
          "leave --hours out, or leave room for what comes before the soak and for a second try");
}

Result<Challenge> make_challenge(const ChallengeOptions& options) {
  GA_TRY(const Profile profile, load_profile(options.profile, gate_ids()));
  GA_TRY(const std::int64_t hours, hours_of(options, profile));
  GA_TRY(const time_t begin, begin_of(options.not_before));
  Challenge challenge;
  challenge.slot = options.slot;
  challenge.csp = options.csp;
  challenge.node = options.node;
  challenge.serials = options.serials;
  GA_TRY(challenge.nonce, fresh_nonce());
  challenge.not_before = utc_at(begin);
  challenge.not_after = utc_at(begin + static_cast<time_t>(hours * kSecondsPerHour));
  challenge.profile = profile.name;
  challenge.profile_sha256 = profile.sha256;
  challenge.level = options.level;
  GA_TRY(challenge.programs, program_digests(options.programs));
  return challenge;
}

Status issue(const ChallengeOptions& options) {
  std::error_code ignored;
  if (std::filesystem::exists(options.output, ignored)) {
    return usage(fmt::format("-o {}: it exists, and a challenge is issued once", options.output))
        .hinted("name a new file");
  }
  GA_TRY(const Challenge challenge, make_challenge(options));
  GA_TRY(const SigningKey key, SigningKey::load(options.key));
  GA_TRY(const std::string bytes, seal_challenge(challenge, key));
  return write_whole_file(options.output, bytes);
}

std::string text_of(const OpenedChallenge& opened) {
  const Challenge& c = opened.challenge;
  std::string out = fmt::format(
      "slot         {}\ncsp          {}\nnode         {}\nnot before   {}\nnot after    {}\n"
      "profile      {} {}\nlevel        {} or deeper\nnonce        {}\n",
      c.slot, c.csp, c.node, c.not_before, c.not_after, c.profile, c.profile_sha256, c.level,
      c.nonce);
  for (const std::string& program : c.programs) out += fmt::format("program      {}\n", program);
  for (const std::string& serial : c.serials) out += fmt::format("GPU serial   {}\n", serial);
  out += fmt::format("file         SHA-256 {}\n", opened.ref.sha256);
  return out + (opened.key_id.empty()
                    ? std::string("signature    NOT checked: name the buyer's key with --buyer\n")
                    : fmt::format("signature    of key {}\n", opened.key_id));
}

Result<OpenedChallenge> look_into(const std::string& file, const std::string& buyer) {
  GA_TRY(const std::string bytes, read_file(file, kMaxChallengeFile));
  if (buyer.empty()) return read_challenge(bytes);
  GA_TRY(const std::vector<PublicKey> buyers, load_trusted(buyer));
  return open_challenge(bytes, buyers);
}

}  // namespace

int challenge_issue_command(const ChallengeOptions& options) {
  if (const Status issued = issue(options); !issued) return fail(issued.error());
  note(
      fmt::format("next, on the node: gpuaccept run --challenge {} --profile {} --level {} "
                  "--node-name {} --key KEY",
                  options.output, options.profile, options.level, options.node));
  return answer(options.output + "\n");
}

int challenge_show_command(const std::string& file, const std::string& buyer) {
  auto opened = look_into(file, buyer);
  if (opened) return answer(text_of(*opened));
  const bool unverified = opened.error().code() == ErrorCode::parse && !buyer.empty();
  const int exit = fail(std::move(opened).error().with(file).hinted(
      "--buyer takes the public key of the buyer who issued it"));
  return unverified ? kExitUnverified : exit;
}

}  // namespace ga
