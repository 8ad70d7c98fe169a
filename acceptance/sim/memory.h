// Memory of a simulated GPU: whether it gives back what was written, and how hot it is.
#pragma once

#include <cstdint>

#include "acceptance/sim/cases.h"
#include "acceptance/sim/physics.h"

namespace ga {

inline constexpr double kMemoryHotterC = 6;  // than the die under load; assumed

// Of a case that moves words: a copy, a walk through memory, a chain of addresses.
Check memory_check(const Scenario& scenario, const BlockName& name, std::int64_t launches);

// The hottest reading of the memory in a block that ended with that heat of the die.
std::int64_t memory_reading_mc(const Scenario& scenario, const BlockName& name, const Die& die,
                               const Heat& heat);

// Seconds that a launch waits between its write and its check.
std::int64_t hold_s(const BlockName& name);

}  // namespace ga
