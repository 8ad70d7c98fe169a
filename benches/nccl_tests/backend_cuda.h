// all_reduce_perf on real GPUs: a host thread for each, timed as nccl-tests does.
#pragma once

#include "benches/nccl_tests/perf.h"

namespace ga {

// An environment error where there is no driver, or fewer GPUs than ranks.
Result<std::unique_ptr<AllReduceBackend>> make_cuda_backend(const PerfOptions& options,
                                                            int first_device);

}  // namespace ga
