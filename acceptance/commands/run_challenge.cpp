#include "acceptance/commands/run_challenge.h"

#include <fmt/format.h>
#include <time.h>

#include "acceptance/commands/console.h"
#include "reports/model/digest.h"
#include "reports/model/units.h"
#include "reports/seal/challenge.h"

namespace ga {
namespace {

Result<OpenedChallenge> open_buyers(const RunOptions& options) {
  GA_TRY(const std::string bytes, read_file(options.challenge, kMaxChallengeFile));
  std::vector<PublicKey> buyers;
  if (!options.buyer.empty()) {
    GA_TRY(buyers, load_trusted(options.buyer));
  }
  auto opened = options.buyer.empty() ? read_challenge(bytes) : open_challenge(bytes, buyers);
  if (!opened) return std::move(opened).error().with(options.challenge);
  return opened;
}

Error misfit(const std::string& file, const std::string& why) {
  return Error(ErrorCode::usage, fmt::format("--challenge {}: {}", file, why))
      .hinted("gpuaudit challenge show says what it asks for; nothing was measured");
}

// The earliest end of what begins now: who cannot be done in time had better not begin. Of a
// rehearsal, of an attempt that goes on and of some gates alone nothing is known.
std::string earliest_end(const RunSetup& setup) {
  const RunOptions& options = setup.options;
  const bool rehearses = !options.scenario.empty() || !options.replay.empty();
  if (setup.level != Level::soak || rehearses || options.resume || setup.partial) return {};
  return utc_at(::time(nullptr) + setup.profile.sizes.soak_hours * kSecondsPerHour);
}

}  // namespace

Status choose_challenge(RunSetup& setup) {
  const RunOptions& options = setup.options;
  if (options.challenge.empty()) return Ok{};
  auto opened = open_buyers(options);
  if (!opened) {
    return usage("--challenge: " + opened.error().what())
        .hinted("name the file that the buyer issued, unchanged");
  }
  setup.challenge = *std::move(opened);
  setup.identity.challenge = setup.challenge->ref.sha256;
  const Challenge& challenge = setup.challenge->challenge;
  const ChallengedAttempt attempt{
      .node = options.node_name.empty() ? challenge.node : options.node_name,
      .profile_sha256 = setup.profile.sha256,
      .level = std::string(to_word(setup.level)),
      .programs = options.plan ? std::vector<Program>{{"plan", challenge.programs.front()}}
                               : setup.identity.programs,
      .started = utc_now(),
      .ended = earliest_end(setup),
      .serials = {}};
  const std::string why = misfit_of(challenge, attempt);
  return why.empty() ? Status(Ok{}) : misfit(options.challenge, why);
}

Status check_challenged_node(const RunSetup& setup, const Facts& facts) {
  if (!setup.challenge) return Ok{};
  Report found;
  found.evidence.facts = facts;
  ChallengedAttempt attempt = attempt_of(found);
  attempt.profile_sha256 = setup.profile.sha256;
  attempt.level = to_word(setup.level);
  attempt.programs = setup.identity.programs;
  attempt.started = utc_now();
  attempt.ended.clear();
  const std::string why = misfit_of(setup.challenge->challenge, attempt);
  return why.empty() ? Status(Ok{}) : misfit(setup.options.challenge, why);
}

}  // namespace ga
