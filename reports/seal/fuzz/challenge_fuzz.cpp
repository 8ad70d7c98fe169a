// The challenge's reader on payload bytes: what is accepted is written back byte for byte, is read
// again as the same challenge, and fits the attempt that does what it asks for.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "reports/seal/challenge.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)ga::is_utc(bytes);
  const auto challenge = ga::challenge_from_payload(bytes);
  if (!challenge) return 0;
  const auto again = ga::challenge_to_payload(*challenge);
  if (!again || *again != bytes) std::abort();
  ga::ChallengedAttempt attempt;
  attempt.node = challenge->node;
  attempt.profile_sha256 = challenge->profile_sha256;
  attempt.level = challenge->level;
  attempt.programs = {{"gpuaccept", challenge->programs.front()}};
  attempt.started = challenge->not_before;
  attempt.ended = challenge->not_after;
  attempt.serials = challenge->serials;
  if (!ga::misfit_of(*challenge, attempt).empty()) std::abort();
  attempt.node += "x";
  if (ga::misfit_of(*challenge, attempt).empty()) std::abort();
  return 0;
}
