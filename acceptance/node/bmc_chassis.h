// What the chassis of a Redfish service hold: power supplies, fans, air, leaks.
#pragma once

#include "acceptance/node/redfish.h"

namespace ga {

// Chassis and systems of the GPU board have no power supplies or fans, and are not the node.
bool is_of_gpu_board(const Json& resource);

// Fills the fields that belong to chassis.
void read_chassis(Redfish& redfish, const Json& root, BmcFacts& facts);

}  // namespace ga
