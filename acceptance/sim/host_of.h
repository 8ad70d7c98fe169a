// The machine around the simulated GPUs: a healthy server of an HGX board, or the host of one card.
// Its identities follow from the scenario's seed, so that two workers say the same.
#pragma once

#include <cstdint>

#include "acceptance/sim/scenario.h"
#include "reports/model/facts.h"

namespace ga {

HostFacts host_of(const Scenario& scenario);
std::int64_t numa_nodes_of(const Scenario& scenario);
// That the driver says the GPU belongs to.
std::int64_t numa_node_of(const Scenario& scenario, int gpu);
// A server's; a workstation has none.
BmcFacts bmc_of(const Scenario& scenario);
void set_path(const Scenario& scenario, int gpu, GpuFacts& facts);

// At that moment of the simulated clock; nothing has ever gone wrong. Without the boot.
NodeCounters healthy_node_counters(const Scenario& scenario, std::int64_t now_ns);

}  // namespace ga
