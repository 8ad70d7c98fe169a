// From what was seen of the copies to findings: one for each GPU, one for the node, and one for
// each pair that is low alone.
#pragma once

#include <vector>

#include "acceptance/core/gate.h"
#include "acceptance/gates/nvlink_p2p.h"

namespace ga {

// Precondition: looks is not empty, and the profile has [links].
std::vector<Finding> p2p_findings(const Order& order, const std::vector<P2pLook>& looks);

}  // namespace ga
