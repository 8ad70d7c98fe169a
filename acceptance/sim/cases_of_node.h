// Cases of the simulated node that span its GPUs: one block of copies between them, of copies to
// every NUMA node, or of sums over all, timed and checked. As pure as cases.h: the scenario, the
// GPUs, the series and the block's number decide.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/sim/facts_of.h"
#include "acceptance/sim/scenario.h"
#include "acceptance/wire/message.h"

namespace ga {

struct NodeBlockName {
  std::vector<int> gpus;       // by rank
  std::vector<double> load_s;  // of each, for faults that begin later
  std::string_view case_id;
  Params params;  // complete
  std::int64_t index = 0;
  std::int64_t block_ns = 0;
  double slowed = 0;  // share of every rate that an injection takes
};

struct NodeBlock {
  SampleEvent sample;
  CheckEvent check;
  std::vector<LoadHistory> spent;  // by rank, of this block alone
};

// Why a worker would not run it: "params.bad", "peer.refused", "multicast.refused", "nccl.refused".
std::optional<ErrorEvent> refuse_node_case(const Scenario& scenario, const NodeBlockName& name);

// Of a case that is not refused.
NodeBlock simulate_node_block(const Scenario& scenario, const NodeBlockName& name);

}  // namespace ga
