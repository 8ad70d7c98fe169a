// The scenarios that ship inside the programs, and what their names promise.
#pragma once

#include <span>
#include <string_view>

#include "reports/model/embedded.h"

namespace ga {

std::span<const Embedded> builtin_scenarios();

// The profile a scenario is for: its name contains "b200" for hgx-b200, "single" for single-gpu;
// else it is for hgx-h200.
std::string_view profile_of_scenario(std::string_view name);

}  // namespace ga
