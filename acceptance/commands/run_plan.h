// RunPlan: what a run would measure and how long it would take, on a node that passes everything.
#pragma once

#include <string>

#include "acceptance/commands/run_setup.h"

namespace ga {

// Pure: asks the gates, answers with evidence that is above every floor, and adds up the lengths.
std::string plan_text(const RunSetup& setup);

}  // namespace ga
