// Schedule: in which order the requests of one phase are run, and which of them together. Pure.
#pragma once

#include <span>
#include <vector>

#include "acceptance/core/gate.h"

namespace ga {

// Requests that run at the same time, each on its own unit; `blocks` is what is wanted of each now.
struct Step {
  std::vector<Request> requests;
  friend bool operator==(const Step&, const Step&) = default;
};

// The earliest phase that is asked for. Precondition: not empty.
Phase earliest_phase(std::span<const Request> asked);

// What is asked for in that phase. Steady and link requests take turns, one block each, so that the
// blocks of every series span the phase; elsewhere a request runs in one go. Placement::alone has a
// step to itself.
std::vector<Step> schedule(std::span<const Request> asked, Phase phase);

}  // namespace ga
