// all_reduce_perf: the run from the command line to the exit code, on whatever measures.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "benches/nccl_tests/options.h"
#include "benches/nccl_tests/table.h"
#include "reports/model/result.h"

namespace ga {

enum class Place { out_of_place, in_place };

struct Measured {
  double time_us = 0;      // of one call
  std::int64_t wrong = 0;  // elements, over all ranks; 0 where unchecked
};

class AllReduceBackend {
 public:
  virtual ~AllReduceBackend() = default;

  virtual const std::vector<PerfDevice>& devices() const = 0;  // one a rank
  virtual std::string nccl_version() const = 0;                // "2.28.9"; empty where not used

  // Buffers for arrays of at most `bytes`; before all that follows.
  virtual Status reserve(std::int64_t bytes) = 0;

  // `count` elements, 0 too. Warm-ups are out of place and not timed.
  virtual Status warm_up(std::int64_t count, int iterations) = 0;
  virtual Result<Measured> run(std::int64_t count, Place place) = 0;

  // What ran, a line each, told after the table: the algorithm of each size where it is known.
  virtual Result<std::vector<std::string>> remarks() = 0;
};

// `first_device` is CUDA's number of rank 0's GPU.
using MakeBackend =
    std::function<Result<std::unique_ptr<AllReduceBackend>>(const PerfOptions&, int first_device)>;

// The exit codes of nccl-tests where it has one: testTimeout 4, testNumResults 7 for wrong values
// or too little bandwidth (NCCL_TESTS_MIN_BW), -1 for what is not understood. Other failures are 2.
inline constexpr int kPerfFailed = 2, kPerfTimeout = 4, kPerfNotGood = 7, kPerfUsage = 255;

// The main of all_reduce_perf. Rows on stdout as they are measured, complaints on stderr.
int perf_main(const std::vector<std::string>& words, const std::string& version,
              const MakeBackend& make);

}  // namespace ga
