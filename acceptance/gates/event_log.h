// EventLog: what the kernel's log can tell about a run, and what was said during it.
#pragma once

#include <optional>
#include <string_view>

#include "acceptance/core/gate.h"

namespace ga {

// Whether the line was written during the run: later than all that the log held before it. Nothing
// is where that time is not known.
bool said_in_run(const Evidence& evidence, const LogEvent& event);

// Why the log cannot say that nothing happened in the run: not readable before or after, another
// boot, lines lost, a follower that fell silent. Codes events.xid.log_*, on the unit given.
std::optional<Finding> log_unfit(std::string_view gate, const Evidence& evidence,
                                 std::string_view unit);

}  // namespace ga
