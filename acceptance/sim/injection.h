// What --inject-unsafe does to a simulated worker: the same kinds, with the same meaning, as on
// real hardware. Every GPU of the worker that was given the option is hit.
#pragma once

#include <string_view>
#include <vector>

#include "acceptance/sim/faults.h"
#include "reports/model/result.h"

namespace ga {

struct SimulatedInjection {
  std::vector<Fault> faults;
  double slowed = 0;  // share of every rate that is lost
};

// The words of parse_injection(). Where a launch in N or a clock is hit, it is in products and in
// sums over the GPUs; an SM, in products alone.
Result<SimulatedInjection> injection_of(std::string_view word);

}  // namespace ga
