// HostFacts of this machine, put together; and the counters of it that are read around every load.
#pragma once

#include "acceptance/node/files.h"
#include "acceptance/node/machine.h"
#include "acceptance/node/nvme.h"
#include "reports/model/counters_node.h"
#include "reports/model/facts_host.h"

namespace ga {

// What is asked of the system beside its files.
struct HostCalls {
  ReadSmart read_smart = read_smart_log;
  ClockReading (*read_clock)() = ga::read_clock;
};

HostFacts host_facts(const Roots& roots, const HostCalls& calls);
// All but the kernel's log.
NodeCounters node_counters(const Roots& roots);

}  // namespace ga
