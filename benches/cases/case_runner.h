// CaseRunner: timed and checked blocks of one case on one GPU, for whoever asks: the worker's main,
// the developers' front end, a test.
//
// It keeps what a case has set up (buffers, reference data, loaded libraries) between calls,
// because a run interleaves its cases one block at a time. One runner to a process; one thread at a
// time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "benches/harness/reading.h"
#include "reports/model/measurement.h"
#include "reports/model/report.h"

namespace ga {

struct CaseRequest {
  std::string case_id;  // "memory.copy"
  Params params;
  std::string gpu;  // UUID as CUDA writes it, "GPU-..."; empty: the only visible one
  std::vector<std::string> gpus = {};  // of a case that spans GPUs, rank by rank
  std::int64_t blocks = 1;
  std::int64_t first_block = 0;  // number of the first of them
  std::int64_t block_ns = 0;
  std::int64_t seed = 0;
};

struct BlockResult {
  std::int64_t block = 0;
  std::string unit;
  std::int64_t value = 0;
  std::int64_t elapsed_ns = 0;
  std::int64_t clock_mhz = 0, power_mw = 0, temp_mc = 0, throttle = 0;
  std::optional<std::int64_t> link_gen = {}, link_width = {};  // of a copy; 0: could not be read
  std::optional<std::int64_t> memory_temp_mc = {};  // of a memory case; 0: could not be read
  std::vector<std::int64_t> cells = {}, active_links = {};  // of a case that spans GPUs
  std::string discard;    // "no_clock_reading", "interrupted", or empty
  std::string algorithm;  // what was chosen to run, or empty
  Check check;
};

// How a request ended. An empty code: every block was run and emitted.
struct CaseEnd {
  // "case.unknown" "params.bad" "library.missing" "memory.too_small" "driver.missing"
  // "device.fault"
  std::string code;
  std::string text;  // one line, for people
  // The CUDA context of this process is poisoned: report it and exit, a new worker starts clean.
  bool worker_lost = false;
};

struct RunnerOptions {
  std::string libs;    // --libs DIR, or empty
  std::string inject;  // --inject-unsafe KIND, or empty
};

class CaseRunner {
 public:
  explicit CaseRunner(RunnerOptions options);  // touches no GPU and loads nothing
  ~CaseRunner();
  CaseRunner(const CaseRunner&) = delete;
  CaseRunner& operator=(const CaseRunner&) = delete;

  // Calls `emit` once a block, in order. `stop` is asked between blocks; true ends the request
  // early, with what was emitted so far.
  CaseEnd run(const CaseRequest& request, const ReadDevice& read,
              const std::function<void(const BlockResult&)>& emit,
              const std::function<bool()>& stop);

  // Loaded so far, with path, version and digest.
  std::vector<Library> libraries() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ga
