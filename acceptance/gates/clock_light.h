// What other gates ask of clock.light when they explain a slow GPU.
#pragma once

#include <string>

#include "acceptance/core/gate.h"

namespace ga {

// Whether sound evidence of clock.light says that the clock is locked below its maximum.
bool clock_is_locked(const Order& order, const Evidence& evidence, const std::string& unit_id);

}  // namespace ga
