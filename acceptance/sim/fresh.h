// The challenged product of the simulated node: really formed, because a verifier recomputes it.
#pragma once

#include "acceptance/sim/cases.h"

namespace ga {

inline constexpr std::string_view kFreshCase = "fresh.gemm";

// Faults: lazy_work leaves out a share of the tiles, borrowed_seed multiplies another GPU's data.
SimulatedBlock simulate_fresh(const Scenario& scenario, const BlockName& name,
                              ExactWorkshop& workshop);

}  // namespace ga
