// Events of the simulated node: what its counters and its kernel's log show when the scenario says
// that something happens.
#pragma once

#include <string_view>
#include <vector>

#include "acceptance/sim/scenario.h"
#include "reports/model/counters.h"
#include "reports/model/counters_node.h"
#include "reports/model/measurement.h"

namespace ga {

// Whether the counters of a GPU, or those of the node with its ports, have a number of that name.
bool is_gpu_counter(std::string_view name);
bool is_node_counter(std::string_view name);

// Adds what happened in so many seconds of load. A counter that the part does not have stays
// absent.
void add_gpu_events(const Scenario& scenario, int gpu, double load_s, GpuCounters& counters);
// What the node's counters show after the load; of the ports, the first.
void add_node_events(const Scenario& scenario, NodeCounters& counters);

// What the kernel said before the run, soon after boot.
std::vector<LogEvent> lines_before(const Scenario& scenario);
// What it says in that second of the load, at that moment of the clock.
std::vector<LogEvent> lines_of_second(const Scenario& scenario, std::int64_t second,
                                      std::int64_t now_ns);

}  // namespace ga
