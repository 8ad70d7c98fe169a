// Programs and kernel modules around the GPUs: which run, which are installed, which version.
#pragma once

#include "acceptance/node/command.h"
#include "acceptance/node/files.h"
#include "reports/model/facts_host.h"

namespace ga {

// Which of these names run, as the kernel shows them: cut after 15 characters. Absent where other
// users' processes are hidden.
KnownList<std::string> running_of(const Roots& roots, const std::vector<std::string>& names);

// Fabric Manager, NVLSM, time service, peer memory, network driver, NVSwitches.
void read_services(const Roots& roots, const RunProgram& run, HostFacts& host);

}  // namespace ga
