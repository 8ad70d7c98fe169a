// The command line of nccl-tests' all_reduce_perf (2.19.6), so that what calls it calls ours.
//
// Flags have the letters, long names, values and defaults of src/common.cu there. One whose effect
// is not built is taken at the value that has none and refused otherwise, never ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kernels/baselines/nccl_environment.h"
#include "kernels/data/element.h"
#include "reports/model/result.h"

namespace ga {

// -z: what the host does after each call, inside the time. outer leaves the meeting out of it.
enum class Blocking { none, wait_and_meet, wait, outer };
// -a: whose time counts.
enum class Averaging { rank0, mean, least, most };

struct PerfOptions {
  int threads = 1, gpus = 1;  // -t, -g; their product is the number of ranks, one GPU each
  std::int64_t min_bytes = std::int64_t{32} << 20, max_bytes = std::int64_t{32} << 20;  // -b, -e
  std::int64_t step_bytes = std::int64_t{1} << 20;  // -i, where the factor is 1
  std::int64_t step_factor = 1;                     // -f
  int iterations = 20, warmups = 1;                 // -n, -w
  int checks = 1;                                   // -c: 0 for none
  int graph_launches = 0;                           // -G: 0 for no graph
  int timeout_s = 0;                                // -T: 0 for none
  ElementType type = ElementType::fp32;             // -d
  Blocking blocking = Blocking::none;
  Averaging averaging = Averaging::mean;
  std::string json;  // -J
  bool help = false;
  // Ours. Without a variant NCCL reads the environment as it is, as under nccl-tests.
  bool own = false;
  std::optional<NcclVariant> variant;
  std::string libs;

  int ranks() const { return threads * gpus; }
};

// The words after the program's name. A usage error in one line for what is not understood.
Result<PerfOptions> parse_perf_options(std::span<const std::string> words);

// The size after `bytes`; 0 after the last.
std::int64_t next_size(const PerfOptions& options, std::int64_t bytes);

// "float", "half", "bfloat16".
std::string_view perf_type_name(ElementType type);

std::string perf_help(std::string_view program);

}  // namespace ga
