// Facts as an engineer reads them: the node, its GPUs by name, then topic by topic what all of them
// say alike, and a column for each GPU where they differ.
#pragma once

#include <string>

#include "reports/model/facts.h"

namespace ga {

// An absent fact is a dash with a number; the reasons stand below, by number.
std::string facts_text(const Facts& facts);

std::string counters_text(const std::vector<GpuCounters>& gpus);

}  // namespace ga
