// Every gate, in the order it runs.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/core/gate.h"
#include "reports/model/embedded.h"

namespace ga {

std::span<const Gate> all_gates();
const Gate* find_gate(std::string_view id);
std::vector<std::string> gate_ids();

// docs/gates/<id>.md, by id.
std::span<const Embedded> gate_pages();

}  // namespace ga
