// The file of -J, in the form of nccl-tests 2.19.6 (src/util.cu, file version 3).
//
// Written here and not by reports/codec, whose numbers are integers: this form has decimals.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "benches/nccl_tests/table.h"

namespace ga {

struct PerfRecord {
  std::string started, ended;            // "2026-11-29 10:00:00", local time
  std::vector<std::string> arguments;    // with the program's name
  std::vector<std::string> environment;  // NAME=VALUE: of NCCL and CUDA alone
  std::vector<PerfDevice> devices;
  std::vector<PerfRow> rows;
  std::optional<PerfSummary> summary;  // none where the run did not end
  std::vector<std::string> errors;
  std::vector<std::string> remarks;  // ours: what ran
};

std::string perf_json(const PerfContext& context, const PerfOptions& options,
                      const PerfRecord& record);

}  // namespace ga
