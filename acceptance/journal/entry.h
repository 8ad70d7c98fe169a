// Entry: what one record of the journal says. Every entry has one JSON form; an unknown key, a
// missing one or a wrong type is refused by name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "acceptance/wire/message.h"
#include "reports/codec/json.h"
#include "reports/model/report.h"

namespace ga {

// The first record: who attempts what. A resumed session must be equal in all but the times.
struct OpenEntry {
  std::string started;  // UTC
  std::string boot_id;
  std::string version, commit;
  std::vector<Program> programs;  // gpuaccept and its worker, by digest
  ProfileRef profile;
  std::string level;
  std::string scenario;            // name and digest, or empty
  std::vector<std::string> gates;  // asked for by --gates; empty: all
  std::string libs;                // --libs
  std::string node_name;           // --node-name
  std::string manifest;            // digest of --manifest, or empty
  std::string challenge;           // digest of --challenge, or empty
  WorkerInfo worker;
  friend bool operator==(const OpenEntry&, const OpenEntry&) = default;
};

// A session goes on with the attempt; what was open when the last one died was interrupted.
struct ResumeEntry {
  std::string at, boot_id;
  std::int64_t cut_bytes = 0;  // of a torn last line
  friend bool operator==(const ResumeEntry&, const ResumeEntry&) = default;
};

// A worker was started.
struct SpawnEntry {
  std::string worker;  // "load gpu/3"
  std::int64_t pid = 0;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  // names only
  std::vector<std::int64_t> cpus;        // empty: not bound
  friend bool operator==(const SpawnEntry&, const SpawnEntry&) = default;
};

// before, after: counters around the load. checkpoint: counters in its middle, while nothing runs;
// before, on another boot than the last session's: those that the run goes on from.
enum class Purpose { facts, before, checkpoint, after, warmup, series, watch };

// A request is about to be sent. `ask` numbers requests through the whole attempt.
struct AskEntry {
  std::int64_t ask = 0;
  std::string worker;
  Purpose purpose = Purpose::facts;
  std::string gate;     // of a series
  std::string unit_id;  // "gpu/3"; "node" for all GPUs
  WireRequest request;
  friend bool operator==(const AskEntry&, const AskEntry&) = default;
};

// An event of that request came in. Telemetry is not journaled: it has a file of its own.
struct EventEntry {
  std::int64_t ask = 0;
  WireEvent event;
  friend bool operator==(const EventEntry&, const EventEntry&) = default;
};

// A request ended, or a worker did between requests (ask 0). `how` "done" is what was hoped for.
struct ExitEntry {
  std::int64_t ask = 0;
  WorkerExit exit;
  friend bool operator==(const ExitEntry&, const ExitEntry&) = default;
};

// A watcher was silent for longer than allowed.
struct GapEntry {
  TelemetryGap gap;
  friend bool operator==(const GapEntry&, const GapEntry&) = default;
};

// The session ends at a signal: these requests were open.
struct InterruptEntry {
  std::string signal;
  friend bool operator==(const InterruptEntry&, const InterruptEntry&) = default;
};

// Nothing more is measured; the report is written next.
struct SealEntry {
  std::string ended;  // UTC
  friend bool operator==(const SealEntry&, const SealEntry&) = default;
};

// The last record. report: SHA-256 of the payload.
struct CloseEntry {
  std::string decision, cause, report;
  std::int64_t exit_code = 0;
  friend bool operator==(const CloseEntry&, const CloseEntry&) = default;
};

using Entry = std::variant<OpenEntry, ResumeEntry, SpawnEntry, AskEntry, EventEntry, ExitEntry,
                           GapEntry, InterruptEntry, SealEntry, CloseEntry>;

std::string_view type_of(const Entry& entry);
Json to_json(const Entry& entry);
Result<Entry> entry_from_json(std::string_view type, const Json& body);

std::string_view to_word(Purpose purpose);

// "hbm.bandwidth memory.copy gpu/3", "facts node": a request as people name it.
std::string request_name(const AskEntry& ask);

}  // namespace ga
