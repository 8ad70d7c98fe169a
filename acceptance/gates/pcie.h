// PCIe copies, one implementation for both directions.
//
// All GPUs copy together first. A GPU that meets its floor among all others meets it alone a
// fortiori and is done. Only one that does not is measured alone, and that series decides; what it
// lacks only in company is the host's, and a warning (docs/adr/0003-pcie-together-first.md).
#pragma once

#include <vector>

#include "acceptance/gates/speed.h"

namespace ga {

Params pcie_params(const Sizes& sizes);

// Precondition: gate.solo_repeat.
std::vector<Request> next_pcie(const SpeedGate& gate, const Order& order, const Evidence& evidence);
std::vector<Finding> judge_pcie(const SpeedGate& gate, const Order& order,
                                const Evidence& evidence);

}  // namespace ga
