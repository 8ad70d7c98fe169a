// Faults of the machine around the GPUs and of how they are set, put into facts that are healthy.
#pragma once

#include "acceptance/sim/scenario.h"
#include "reports/model/facts.h"

namespace ga {

void spoil_gpu(const Scenario& scenario, int gpu, GpuFacts& facts);
void spoil_machine(const Scenario& scenario, Facts& facts);  // host and BMC

}  // namespace ga
