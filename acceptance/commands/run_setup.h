// RunSetup: everything about a run that is known before anything is started or written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "acceptance/commands/commands.h"
#include "acceptance/core/gate.h"
#include "acceptance/core/manifest.h"
#include "acceptance/journal/entry.h"
#include "reports/seal/challenge.h"
#include "reports/seal/keys.h"

namespace ga {

struct RunSetup {
  RunOptions options;
  Profile profile;
  Level level = Level::standard;
  std::vector<Gate> gates;          // whose requests are followed: all, or those of --gates
  bool partial = false;             // --gates left some out
  bool simulated = false;           // anything but the gpuprobe that was built with this program
  double scale = 1;                 // wall seconds for each second of the worker's clock
  bool own_clocks = false;          // workers keep simulated time, each its own
  std::vector<std::string> worker;  // program and the arguments that every worker gets
  std::vector<std::string> node_worker;      // arguments that only the worker of the node gets
  std::optional<Manifest> manifest;          // of the delivery
  std::optional<OpenedChallenge> challenge;  // that the run answers
  // Who attempts what. A resumed session must bring the same but for the times.
  OpenEntry identity;

  Order order() const { return {profile, level, challenge ? challenge->challenge.nonce : ""}; }
  // The evidence with what the manifest says of this node.
  Evidence with_manifest(Evidence evidence) const;
};

// Refuses, as usage errors, whatever can be refused before a worker is started.
Result<RunSetup> prepare_run(const RunOptions& options);

// Whether times since boot still fit a report and the wire, which carry integers up to 2^53 - 1: in
// nanoseconds 104 days, less the longest run. The error says to restart the machine.
Status check_uptime(std::int64_t since_boot_ns);

// The key of --key, or a new one.
Result<SigningKey> signing_key(const RunOptions& options);

// Where the attempt to be resumed differs from this one, in words; empty when nowhere.
std::string difference_of(const OpenEntry& before, const OpenEntry& now);

std::string boot_id();
std::string utc_at(std::int64_t unix_s);  // "2026-11-22T07:19:45Z"
std::string utc_now();
std::string own_folder();  // of the running program

}  // namespace ga
