// Walked: how much of a GPU's memory the pattern walks over.
#pragma once

#include <cstdint>
#include <string>

#include "acceptance/core/gate.h"

namespace ga {

// The profile's share of what the unit says it has, in whole MiB; of what was ordered where the
// facts do not say it. 0: neither is known, or the profile walks no memory.
std::int64_t walked_bytes(const Order& order, const Evidence& evidence, const std::string& unit_id);

}  // namespace ga
