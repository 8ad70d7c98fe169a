// The challenge that a run answers. Whatever does not fit is refused before anything is measured: a
// report that its buyer refuses is of no use to anybody.
#pragma once

#include "acceptance/commands/run_setup.h"

namespace ga {

// Reads --challenge, where there is one, and holds it against what is known before the start.
Status choose_challenge(RunSetup& setup);

// Whether the node that was found is the one that the challenge names.
Status check_challenged_node(const RunSetup& setup, const Facts& facts);

}  // namespace ga
