// Which algorithm NCCL ran, read from its log: NCCL has no function that tells.
//
// With NCCL_DEBUG=INFO and the subsystem TUNING, rank 0 writes one line for each collective. The
// format strings were read in 2.24.3 to 2.30.7 (src/enqueue.cc, src/scheduler/symmetric_sched.cc,
// src/transport/nvls.cc); what each says is in nccl_log.cpp. Other lines are passed over.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/result.h"

namespace ga {

// An all-reduce of one size as it ran. Lower case: "nvls", "ring", "tree", "nvls_tree" with
// "simple", "ll", "ll128"; kernels on registered windows have algorithm "symmetric" and the
// kernel's name for a protocol.
struct NcclCall {
  std::int64_t bytes = 0;
  std::string algorithm, protocol;
  int channels = 0;
  std::int64_t times = 0;  // lines that say so
};

struct NcclLog {
  std::vector<NcclCall> calls;  // distinct, in the order of first appearance
  // Why NVLS is not used, in NCCL's words; empty where nothing is said. The first reason.
  std::string nvls_refused;
};

NcclLog parse_nccl_log(std::string_view text);

// The file of NcclSetup::log_file.
Result<NcclLog> read_nccl_log(const std::string& path);

// How all-reduces of `bytes` ran. An environment error where the log tells of none, or of several
// that ran differently.
Result<NcclCall> nccl_call(const NcclLog& log, std::int64_t bytes);

// For a report's `algorithm`: "nccl 2.28.9 nvls simple 16ch".
std::string nccl_algorithm(std::string_view version, const NcclCall& call);

}  // namespace ga
