// Faults of a worker process, done to this one.
#pragma once

#include <cstdint>

#include "acceptance/sim/faults.h"

namespace ga {

// Crashes, exits, hangs or writes rubbish to the protocol's descriptor, as the fault says. Returns
// true when the case must end after it, false when the fault does not concern a worker.
bool spoil_worker(const Fault& fault, int protocol);

// Sleeps in wall time.
void nap_ns(std::int64_t nanoseconds);

// Sleeps for good, deaf to SIGTERM; only SIGKILL or the parent's death ends it.
[[noreturn]] void hang_for_good();

}  // namespace ga
