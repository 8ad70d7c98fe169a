// RunPlan: what a run would measure and how long it would take, on a node that passes everything.
#pragma once

#include <string>

#include "acceptance/commands/run_setup.h"

namespace ga {

// How long the node measures if everything passes at the first stage, and how many gates ask it to.
struct PlannedRun {
  double seconds = 0;  // on the node's clock
  std::size_t gates = 0;
};
PlannedRun planned_run(const RunSetup& setup);

// Pure: asks the gates, answers with evidence that is above every floor, and adds up the lengths.
std::string plan_text(const RunSetup& setup);

}  // namespace ga
