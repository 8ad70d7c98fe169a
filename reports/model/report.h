// Report: everything that is signed. The fields and their order are docs/report-format.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/model/facts.h"
#include "reports/model/finding.h"
#include "reports/model/manifest.h"
#include "reports/model/measurement.h"

namespace ga {

inline constexpr std::int64_t kReportSchema = 1;
inline constexpr std::int64_t kRulesVersion =
    1;  // of gates and judgement; a changed rule is a new number

struct Library {
  std::string name, path, version, sha256;
  friend bool operator==(const Library&, const Library&) = default;
};

// A watcher that said nothing for longer than is allowed; unit "node" is every unit.
struct TelemetryGap {
  std::string unit_id;
  std::int64_t from_ns = 0, to_ns = 0;
  friend bool operator==(const TelemetryGap&, const TelemetryGap&) = default;
};

// The machine was started anew in the run: the counters at the last checkpoint before, and those
// that the run went on from. What happened between the two was not seen.
struct Restart {
  std::vector<GpuCounters> until, from;
  NodeCounters node_until, node_from;
  friend bool operator==(const Restart&, const Restart&) = default;
};

// All that next() and judge() read, and nothing else.
struct Evidence {
  Facts facts;
  std::vector<GpuCounters> before, after;
  NodeCounters node_before, node_after;
  std::vector<Restart> restarts;
  std::vector<LogEvent> log;
  std::vector<Measurement> measurements;
  std::vector<Warmup> warmup;
  std::vector<WorkerExit> exits;
  std::vector<Library> libraries;           // those of the suite
  std::vector<TelemetryGap> gaps;           // those of the telemetry
  std::optional<ManifestExcerpt> manifest;  // where one was given

  Evidence();
  Evidence(const Evidence&);
  Evidence(Evidence&&) noexcept;
  Evidence& operator=(const Evidence&);
  Evidence& operator=(Evidence&&) noexcept;
  ~Evidence();
  friend bool operator==(const Evidence&, const Evidence&);
};

struct Program {
  std::string name, sha256;
  friend bool operator==(const Program&, const Program&) = default;
};
struct Suite {
  std::string version, commit, digest;
  std::vector<Program> programs;
  std::vector<Library> libraries;
  friend bool operator==(const Suite&, const Suite&) = default;
};
struct ProfileRef {
  std::string name, version, sha256;
  friend bool operator==(const ProfileRef&, const ProfileRef&) = default;
};
struct ChallengeRef {
  std::string dsse, sha256;
  friend bool operator==(const ChallengeRef&, const ChallengeRef&) = default;
};
struct Resumed {
  std::string at, boot_id;  // UTC
  friend bool operator==(const Resumed&, const Resumed&) = default;
};
struct RunInfo {
  std::string started, ended, boot_id;  // UTC "2026-11-22T07:19:45Z"
  std::int64_t monotonic_start_ns = 0, monotonic_end_ns = 0, attempt = 1;
  std::vector<Resumed> resumed;
  std::vector<std::string> interrupted;  // requests that were open when a session died
  std::string journal_head;              // SHA-256 of the journal's last record before sealing
  friend bool operator==(const RunInfo&, const RunInfo&) = default;
};
struct WorkerInfo {
  std::string sha256;
  bool real = false;       // the gpuprobe whose digest was recorded when this program was built
  bool simulated = false;  // gpusim, --worker, a replay
  std::string injected;    // --inject-unsafe KIND, else empty
  friend bool operator==(const WorkerInfo&, const WorkerInfo&) = default;
};
struct Sidecar {
  std::string name, sha256;
  std::int64_t bytes = 0;
  friend bool operator==(const Sidecar&, const Sidecar&) = default;
};
struct TelemetryRef {
  std::string sha256;
  std::int64_t bytes = 0;
  std::vector<TelemetryGap> gaps;
  friend bool operator==(const TelemetryRef&, const TelemetryRef&) = default;
};
struct Claimed {
  std::string decision;  // "accepted" "screened" "passed" "rehearsed" "rejected" "inconclusive"
  std::string cause;     // "" "hardware" "config" "site" "interrupted"
  std::vector<Finding> findings;
  friend bool operator==(const Claimed&, const Claimed&) = default;
};
struct Subject {
  std::string name, sha256;
  friend bool operator==(const Subject&, const Subject&) = default;
};

struct Report {
  std::vector<Subject> subject;  // node, gpu/0 ...: digests of the identity records
  std::int64_t schema = kReportSchema, rules = kRulesVersion;
  Suite suite;
  ProfileRef profile;
  std::string level;  // "quick" "standard" "soak"
  std::optional<ChallengeRef> challenge = {};
  std::string binding = "self_declared";  // or "challenged"
  std::string signer = "ephemeral";       // or "key"
  RunInfo run;
  WorkerInfo worker;
  Evidence evidence;
  std::vector<Sidecar> sidecars;
  TelemetryRef telemetry;
  Claimed claimed;
  friend bool operator==(const Report&, const Report&) = default;
};

}  // namespace ga
