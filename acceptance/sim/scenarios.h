// The scenarios that ship inside the programs.
#pragma once

#include <span>

#include "reports/model/embedded.h"

namespace ga {

std::span<const Embedded> builtin_scenarios();

}  // namespace ga
