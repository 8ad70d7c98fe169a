// The text of nccl-tests' all_reduce_perf 2.19.6 (src/util.cu): what scripts read by column.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "benches/nccl_tests/options.h"

namespace ga {

struct PerfDevice {
  int ordinal = 0;
  std::string bus;  // "0000:1b:00"
  std::string name;
  std::size_t memory_bytes = 0;
};

// One half of a row.
struct PerfHalf {
  double time_us = 0;
  double algorithm_gb_s = 0, bus_gb_s = 0;  // GB is 1e9
  std::optional<std::int64_t> wrong;        // elements; none where unchecked
};

struct PerfRow {
  std::int64_t bytes = 0, count = 0;
  ElementType type = ElementType::fp32;
  PerfHalf out_of_place, in_place;
};

struct PerfSummary {
  int wrong_runs = 0;
  double bus_gb_s = 0;               // the mean over all sizes and both halves
  std::optional<double> least_gb_s;  // NCCL_TESTS_MIN_BW
  // Nine tenths of what was asked for; what is no number is not enough.
  bool enough() const { return !least_gb_s || bus_gb_s >= *least_gb_s * 0.9; }
  bool good() const { return wrong_runs == 0 && enough(); }
};

struct PerfContext {
  std::string program;  // the name it was called by
  std::string version;  // of ours
  int nccl = 0;         // 22809 for 2.28.9; 0 where it is not used
  std::string host;
  int pid = 0;
};

std::string start_text(const PerfContext& context, const PerfOptions& options,
                       const std::vector<PerfDevice>& devices);
std::string titles_text();
std::string row_text(const PerfRow& row);  // a line
std::string summary_text(const PerfContext& context, const PerfSummary& summary);

// A number in `width` columns: two decimals, fewer where they do not fit, then an exponent.
std::string float_text(double value, int width);

}  // namespace ga
