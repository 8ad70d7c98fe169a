// What the GPU tests of the cases share: small sizes, one block, a made-up reading.
#pragma once

#include <string>
#include <vector>

#include "benches/cases/case_runner.h"
#include "benches/cases/case_table.h"

namespace ga {

// Sizes that any GPU with 4 GiB has room for, and that take milliseconds.
inline Params small_params(const CaseInfo& info) {
  Params params;
  for (const CaseParameter& p : info.parameters) {
    if (p.name == "bytes") params["bytes"] = 64 << 20;
    if (p.name == "m") params["m"] = 1024;
    if (p.name == "n") params["n"] = 768;
    if (p.name == "k") params["k"] = 512;
    if (p.name == "batch") params["batch"] = 2;
    if (p.name == "heads") params["heads"] = 4;
    if (p.name == "kv_heads") params["kv_heads"] = 2;
    if (p.name == "seq") params["seq"] = 640;
  }
  return params;
}

inline DeviceReading made_up_reading() {
  return {.clock_mhz = 1000, .power_mw = 100'000, .temp_mc = 40'000, .throttle = 0};
}

struct CaseRun {
  CaseEnd end;
  std::vector<BlockResult> blocks;
};

inline CaseRun run_with(CaseRunner& runner, const CaseInfo& info, const Params& params,
                        std::int64_t blocks) {
  CaseRequest request;
  request.case_id = info.id;
  request.params = params;
  request.blocks = blocks;
  request.block_ns = 20'000'000;
  CaseRun run;
  run.end = runner.run(request, made_up_reading,
                       [&](const BlockResult& b) { run.blocks.push_back(b); }, {});
  return run;
}

inline CaseRun run_small(CaseRunner& runner, const CaseInfo& info, std::int64_t blocks = 1) {
  return run_with(runner, info, small_params(info), blocks);
}

// Of NVIDIA's, which need not be on the machine.
inline bool needs_library(const CaseInfo& info) {
  return info.id.find("cublaslt") != std::string_view::npos ||
         info.id.find("cudnn") != std::string_view::npos;
}

}  // namespace ga
