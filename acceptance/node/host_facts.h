// HostFacts of this machine, put together; and the counters of it that are read around every load.
#pragma once

#include <functional>
#include <string>

#include "acceptance/node/command.h"
#include "acceptance/node/files.h"
#include "acceptance/node/machine.h"
#include "acceptance/node/nvme.h"
#include "reports/model/counters_node.h"
#include "reports/model/facts_host.h"

namespace ga {

// What is asked of the system beside its files.
struct HostCalls {
  ReadSmart read_smart = read_smart_log;
  std::function<ClockReading()> read_clock = ga::read_clock;
  RunProgram run = run_program;
};

// The same from a folder that was recorded, below it "dev" and "commands". Nothing is run: what is
// in a folder is data.
HostCalls replayed_calls(const std::string& folder);

HostFacts host_facts(const Roots& roots, const HostCalls& calls);
// All but the kernel's log.
NodeCounters node_counters(const Roots& roots);

}  // namespace ga
