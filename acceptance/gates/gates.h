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

// Evidence that names every ordered GPU and knows nothing else. next() asks for nothing on a GPU
// that the facts do not name; what it asks of this evidence is the plan of a run.
Evidence planning_evidence(const Profile& profile);

// The page of a gate: docs/gates/<id>.md. The gates of GEMM share four, such as gemm.own.md, and
// those of attention and of its backward four each, in which <type> becomes the gate's own. Empty
// where there is none.
std::string gate_page(std::string_view id);

// docs/gates/*.md, by the name of the file.
std::span<const Embedded> gate_pages();

}  // namespace ga
