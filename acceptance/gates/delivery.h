// Delivery: the GPUs that are here against the manifest of what was delivered. Part of
// identity.inventory, where a manifest was given.
#pragma once

#include <optional>
#include <string_view>

#include "acceptance/core/gate.h"

namespace ga {

// The manifest as a whole: on unit "manifest". Nothing without one.
std::optional<Finding> judge_delivery(std::string_view gate, const Evidence& evidence);

// What the manifest says against this GPU; nothing where it says nothing.
std::optional<Finding> judge_delivered(std::string_view gate, const Evidence& evidence,
                                       const GpuFacts& gpu);

}  // namespace ga
