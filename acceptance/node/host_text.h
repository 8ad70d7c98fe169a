// The machine around the GPUs as an engineer reads it: tables of its ports, drives, paths, and what
// its management controller says.
#pragma once

#include <string>

#include "acceptance/node/fact_words.h"
#include "reports/model/facts.h"

namespace ga {

std::string host_text(const HostFacts& host, Notes& notes);
// Each device on the way from each GPU to its CPU.
std::string paths_text(const std::vector<GpuFacts>& gpus, Notes& notes);
// One line where nobody gave the way to the controller.
std::string bmc_text(const BmcFacts& bmc, Notes& notes);

std::string node_counters_text(const NodeCounters& counters);

}  // namespace ga
