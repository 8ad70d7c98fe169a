// The work of one block that spans GPUs: what its cells and its check are. By the kind of case:
// copies_of_node.cpp and sums_of_node.cpp; cases_of_node.cpp does the rest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "acceptance/sim/cases_of_node.h"
#include "acceptance/sim/fabric.h"
#include "reports/model/measurement.h"

namespace ga {

// What the work of a block follows from.
struct NodeWorkName {
  const Scenario& scenario;
  const NodeBlockName& block;
  const Fabric& fabric;
  std::string series;    // among all noise
  double sigma = 0;      // of a rate between blocks
  double clock_mhz = 0;  // the lowest
};

struct NodeWork {
  std::int64_t value = 0;  // 0: the number of launches
  double sweep_ns = 1;     // until all cells were measured once
  std::int64_t sweeps = 1, launches = 1;
  std::vector<std::int64_t> cells = {}, active_links = {};
  std::string algorithm = {};
  Check check = {};
};

// How often a sweep fills the block; at least once.
std::int64_t sweeps_of(const NodeBlockName& block, double sweep_ns);

NodeWork copies_between_gpus(const NodeWorkName& name);
NodeWork copies_to_numa_nodes(const NodeWorkName& name);

std::optional<ErrorEvent> refuse_sum(const NodeBlockName& block, const Fabric& fabric);
NodeWork sums_over_gpus(const NodeWorkName& name);

}  // namespace ga
