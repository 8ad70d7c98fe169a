// Facts of the simulated node: every field as a healthy part would answer it, then the scenario's
// faults. Identities follow from the scenario's seed, so that two workers say the same.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "acceptance/sim/scenario.h"
#include "reports/model/counters_node.h"
#include "reports/model/facts.h"

namespace ga {

// What a GPU has gone through in this worker, on top of what the driver counted before.
struct LoadHistory {
  std::int64_t now_ns = 0;  // on the worker's clock
  double load_s = 0;
  std::int64_t sw_power_ns = 0, sw_thermal_ns = 0, hw_thermal_ns = 0, power_brake_ns = 0;
  std::int64_t energy_mj = 0;
};

// The UUID that GPU `gpu` answers to: with duplicate_uuid its neighbour's.
std::string gpu_uuid(const Scenario& scenario, int gpu);

// The whole node, in PCI order, without what is missing.
Facts facts_of(const Scenario& scenario);

// The counters of one GPU; `unit_id` is its place among the GPUs that are there.
GpuCounters counters_of(const Scenario& scenario, int gpu, const LoadHistory& history);

// Those of the node and its ports at that moment.
enum class Reading { before, after };  // the load
NodeCounters node_counters_of(const Scenario& scenario, std::int64_t now_ns, Reading reading);

// The unit that a scenario's GPU index has in the facts, or empty when it is missing.
std::string present_unit(const Scenario& scenario, int gpu);

// Whether facts or counters have a field of that name.
bool is_fact_field(std::string_view name);

}  // namespace ga
