// Events as a person reads them on a terminal.
#pragma once

#include <string>

#include "acceptance/wire/message.h"

namespace ga {

// One or more lines, each with its newline; empty for what a person need not see.
std::string event_text(const WireEvent& event);

}  // namespace ga
