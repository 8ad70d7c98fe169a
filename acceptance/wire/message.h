// The worker protocol: one JSON object a line, at most 1 MiB. Requests go in on the worker's stdin,
// events come out on a private descriptor. Integers in named units only. Version 1; an unknown key
// is a protocol error. docs/wire-protocol.md has an annotated exchange.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reports/codec/json.h"
#include "reports/model/facts.h"
#include "reports/model/measurement.h"
#include "reports/model/report.h"

namespace ga {

inline constexpr std::int64_t kWireVersion = 1;
inline constexpr std::size_t kMaxWireLine = std::size_t{1} << 20;

// facts: read the node and the GPUs. events: read the counters of gpus. watch: send telemetry until
// the pipe closes. log: send what the kernel's log says, until the pipe closes. case: measure.
enum class Verb { facts, events, watch, log, case_ };

struct WireRequest {
  std::int64_t id = 0;
  Verb verb = Verb::facts;
  std::string case_id;  // verb case only: "memory.copy"
  Params params;
  std::vector<std::string> gpus;  // UUIDs; empty: all that are there
  std::int64_t start_at_ns = 0;   // monotonic; 0: now
  std::int64_t deadline_ns = 0;   // monotonic
  std::int64_t blocks = 0;
  std::int64_t first_block = 0;  // position of the first of them in its series
  std::int64_t block_ns = 0;
  std::int64_t seed = 0;
  friend bool operator==(const WireRequest&, const WireRequest&) = default;
};

struct HelloEvent {  // once, before the first request is read
  std::string program, version;
  bool simulated = false;
  std::int64_t pid = 0;
  std::vector<Library> libraries;  // loaded so far
  friend bool operator==(const HelloEvent&, const HelloEvent&) = default;
};
struct FactsEvent {
  Facts facts;
  friend bool operator==(const FactsEvent&, const FactsEvent&) = default;
};
// Wire type "events": the answer to events, and what log sends. A log event without lines says that
// whoever follows the log lives.
struct CountersEvent {
  std::vector<GpuCounters> gpus;
  std::optional<NodeCounters> node = {};  // from a worker of the whole node
  std::vector<LogEvent> log;
  friend bool operator==(const CountersEvent&, const CountersEvent&) = default;
};
struct TelemetryEvent {
  std::string gpu;  // UUID
  KnownInt clock_mhz, power_mw, temp_mc, throttle;
  KnownInt memory_temp_mc = {};  // left out where nobody asked
  friend bool operator==(const TelemetryEvent&, const TelemetryEvent&) = default;
};
struct SampleEvent {  // one block
  std::int64_t block = 0;
  std::string unit;
  std::int64_t value = 0;
  std::int64_t elapsed_ns = 0;
  std::int64_t clock_mhz = 0, power_mw = 0, temp_mc = 0, throttle = 0;
  std::string discard;         // reason from the closed list, or empty
  std::string algorithm = {};  // what a library chose to run, or empty
  std::optional<std::int64_t> link_gen = {}, link_width = {};  // of a copy; 0: could not be read
  std::optional<std::int64_t> memory_temp_mc = {};  // of a memory case; 0: could not be read
  std::vector<std::int64_t> cells = {}, active_links = {};  // of a case that spans GPUs
  friend bool operator==(const SampleEvent&, const SampleEvent&) = default;
};
struct CheckEvent {  // of the data of that block; a block without one is not evidence
  std::int64_t block = 0;
  Check check;
  friend bool operator==(const CheckEvent&, const CheckEvent&) = default;
};
struct DoneEvent {
  std::vector<Library> libraries;  // loaded for this request
  friend bool operator==(const DoneEvent&, const DoneEvent&) = default;
};
struct ErrorEvent {
  std::string code,
      text;  // code "device.fault", "library.missing", "case.unknown", "memory.too_small"
  friend bool operator==(const ErrorEvent&, const ErrorEvent&) = default;
};

struct WireEvent {
  std::int64_t id = 0;   // of the request; 0 for hello
  std::int64_t seq = 0;  // from 0, without a gap, in each worker
  std::int64_t t_ns = 0;
  std::variant<HelloEvent, FactsEvent, CountersEvent, TelemetryEvent, SampleEvent, CheckEvent,
               DoneEvent, ErrorEvent>
      body;
  friend bool operator==(const WireEvent&, const WireEvent&) = default;
};

// One line, without the newline.
std::string encode(const WireRequest& request);
std::string encode(const WireEvent& event);
Result<WireRequest> decode_request(std::string_view line);
Result<WireEvent> decode_event(std::string_view line);

}  // namespace ga
