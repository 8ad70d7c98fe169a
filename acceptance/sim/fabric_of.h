// The fabric of a scenario's node: what its faults and the spread between GPUs leave of each link.
#pragma once

#include <vector>

#include "acceptance/sim/fabric.h"
#include "acceptance/sim/scenario.h"

namespace ga {

// Of those GPUs, in that order; `load_s` is the load that each has had. The scenario must outlive
// the fabric.
Fabric fabric_of(const Scenario& scenario, const std::vector<int>& gpus,
                 const std::vector<double>& load_s);

}  // namespace ga
