// Measurement: one series of timed blocks of one case on one unit, with its data check.
//
// Integers in the unit named by the field or by `unit`; see the report format for the bytes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ga {

// What a case is told beside its name: sizes, seeds of its data, placement. Integers only.
using Params = std::map<std::string, std::int64_t>;

struct FirstMismatch {
  std::int64_t tile = -1;  // CTA tile in launch order, -1 where a case has none
  std::int64_t sm = -1;    // %smid that computed it, -1 where unknown
  std::int64_t element = 0;
  std::string expected, got, xor_bits;  // hexadecimal, as stored in memory
  friend bool operator==(const FirstMismatch&, const FirstMismatch&) = default;
};

// One output tile that a verifier recomputes: its place and its path to the root.
struct Opening {
  std::int64_t tile = 0;
  std::vector<std::string> path = {};  // hexadecimal, leaf first
  friend bool operator==(const Opening&, const Opening&) = default;
};

// How the data of the timed launches was checked. An absent check is neither right nor wrong.
struct Check {
  std::string kind;      // "exact" "digest" "checksum" "pattern" "reference" "tree"
  std::string expected;  // hexadecimal; empty where the kind has no single expected word
  std::string got;
  std::int64_t wrong = 0;  // elements, tiles or words that differ, over all checked launches
  std::optional<std::int64_t> launches = {};  // that were checked; absent where nobody counted
  std::optional<FirstMismatch> first = {};
  // Of a whole series: the first block that was wrong, by its position as it was run.
  std::optional<std::int64_t> first_block = {};
  std::string root = {};               // SHA-256 tree over the output tiles; "" where none was made
  std::vector<Opening> openings = {};  // of `root`, chosen by the challenge
  friend bool operator==(const Check&, const Check&) = default;
};

// Whether nothing was counted wrong and what was found is missing: neither right nor wrong.
inline bool is_unanswered(const Check& check) {
  return check.wrong == 0 && !check.expected.empty() && check.got.empty();
}

// Whether it says that data was wrong. Where nothing is expected, what was found is there for GPUs
// to be compared by.
inline bool is_wrong(const Check& check) {
  if (is_unanswered(check)) return false;
  return check.wrong != 0 || (!check.expected.empty() && check.expected != check.got);
}

struct Discard {
  std::int64_t index = 0;  // position of the block in the series as it was run
  std::string reason;      // "no_clock_reading" or "interrupted": the list is closed
  friend bool operator==(const Discard&, const Discard&) = default;
};

// One number for each part of a case that spans GPUs, a row for each kept block: of n GPUs the n *
// n ordered pairs, row by row. The page of the gate says what the numbers are.
using Rows = std::vector<std::vector<std::int64_t>>;

// samples, clock_mhz, power_mw, temp_mc, throttle and, where there are any, link_gen, link_width,
// memory_temp_mc, cells and active_links have one entry per kept block, in run order. Of a case
// that spans GPUs the lowest clock, the highest power and temperature, and the reasons of all.
struct Measurement {
  std::string gate, case_id, unit_id;
  Params params;
  std::string unit;  // of samples: "bytes_per_s", "flops", "mhz", "launches", "ns"
  // What a library chose to run, in its own numbers; empty where there is no choice. Blocks that
  // ran another one add it after " | ".
  std::string algorithm = {};
  std::vector<std::int64_t> samples;
  std::int64_t block_ns = 0;  // the length asked for
  std::vector<std::int64_t> clock_mhz, power_mw, temp_mc;
  std::vector<std::int64_t> throttle;  // reasons seen during the block, or-ed
  // Of a copy over PCIe: the lowest generation and the fewest lanes of the links from the GPU to
  // the root port while the block ran, 0 where they could not be read. Else empty.
  std::vector<std::int64_t> link_gen = {}, link_width = {};
  // Of a memory case: the hottest reading of the memory while the block ran, 0 where it could not
  // be read. Else empty.
  std::vector<std::int64_t> memory_temp_mc = {};
  Rows cells = {};
  // Of traffic over NVLink: for each GPU the fewest links that were active while the block ran, -1
  // where that could not be read. Else empty.
  Rows active_links = {};
  std::optional<Check> check = {};
  std::vector<Discard> discarded;
  friend bool operator==(const Measurement&, const Measurement&) = default;
};

struct Warmup {
  std::string unit_id;
  std::int64_t ended_ns = 0;                  // monotonic
  std::vector<std::int64_t> temp_mc;          // one reading per second of warm-up
  std::optional<std::int64_t> launches = {};  // that were checked
  friend bool operator==(const Warmup&, const Warmup&) = default;
};

// How a worker's request ended. Anything but done is evidence against somebody.
struct WorkerExit {
  std::string worker;   // "load gpu/3"
  std::string request;  // "hbm.bandwidth memory.copy", or "" between requests
  std::string how;      // "done" "error" "signal" "deadline" "protocol"
  std::string detail;
  friend bool operator==(const WorkerExit&, const WorkerExit&) = default;
};

struct LogEvent {
  std::int64_t t_ns = 0;
  std::string source, gpu, code, text;  // source "kmsg", "nvml", "watch"; code "xid.79"
  std::int64_t boot = 0;                // how many restarts of the run came before it
  friend bool operator==(const LogEvent&, const LogEvent&) = default;
};

}  // namespace ga
