// A back end that computes its times: eight GPUs whose all-reduce takes 20 us and 480 GB/s of bus.
//
// What goes wrong is told by GA_FAKE: "wrong" (three elements in place at the largest size), "dead"
// (the same fails), "slow" (a call takes longer than the time-out), "none" (no GPU).
#pragma once

#include "benches/nccl_tests/perf.h"

namespace ga {

Result<std::unique_ptr<AllReduceBackend>> make_fake_backend(const PerfOptions& options,
                                                            int first_device);

}  // namespace ga
