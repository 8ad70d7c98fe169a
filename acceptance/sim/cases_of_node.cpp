#include "acceptance/sim/cases_of_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "acceptance/sim/block_state.h"
#include "acceptance/sim/fabric_of.h"
#include "acceptance/sim/node_work.h"
#include "benches/cases/case_table.h"

namespace ga {
namespace {

constexpr std::size_t kLeastGpus = 2;

BlockName of_rank(const NodeBlockName& name, std::size_t rank) {
  return {.gpu = name.gpus[rank],
          .case_id = name.case_id,
          .params = name.params,
          .index = name.index,
          .block_ns = name.block_ns,
          .load_s = name.load_s[rank]};
}

// Clock, power, heat and throttle reasons of all GPUs: the lowest clock, else the highest.
struct NodeState {
  std::vector<Die> dies;
  std::vector<Moment> moments;
  double clock_mhz = std::numeric_limits<double>::max();
  double noisy = 0;  // the most that a fault adds between blocks
};

NodeState state_of(const Scenario& scenario, const NodeBlockName& name, SampleEvent& sample) {
  NodeState state;
  sample.clock_mhz = std::numeric_limits<std::int64_t>::max();
  for (std::size_t rank = 0; rank < name.gpus.size(); ++rank) {
    const BlockName one = of_rank(name, rank);
    const Die die = die_of(scenario, one.gpu, one.load_s);
    const Moment moment = moment_of(scenario, die, one);
    const Operating& now = moment.operating;
    sample.clock_mhz = std::min(sample.clock_mhz, clock_reading(scenario, one, now.clock_mhz));
    sample.power_mw = std::max(sample.power_mw, power_reading_mw(scenario, one, now.power_w));
    sample.temp_mc = std::max(sample.temp_mc, temperature_reading_mc(die, moment.heat));
    sample.throttle |= now.reasons;
    const double unread = severity(scenario, FaultKind::clock_unreadable, one);
    if (static_cast<double>(name.index) < unread) sample.discard = "no_clock_reading";
    state.clock_mhz = std::min(state.clock_mhz, now.clock_mhz);
    state.noisy = std::max(state.noisy, severity(scenario, FaultKind::noisy_blocks, one));
    state.dies.push_back(die);
    state.moments.push_back(moment);
  }
  if (!sample.discard.empty()) sample.clock_mhz = 0;
  return state;
}

NodeWork work_of(const NodeWorkName& name) {
  if (name.block.case_id == "nvlink.p2p") return copies_between_gpus(name);
  if (name.block.case_id == "pcie.numa") return copies_to_numa_nodes(name);
  return sums_over_gpus(name);
}

}  // namespace

std::int64_t sweeps_of(const NodeBlockName& block, double sweep_ns) {
  const double wanted = std::ceil(static_cast<double>(block.block_ns) / sweep_ns);
  return static_cast<std::int64_t>(std::clamp(wanted, 1.0, 1e12));
}

std::optional<ErrorEvent> refuse_node_case(const Scenario& scenario, const NodeBlockName& name) {
  if (name.gpus.size() < kLeastGpus) {
    return ErrorEvent{"params.bad",
                      fmt::format("{} needs two GPUs at least", std::string(name.case_id))};
  }
  for (std::size_t rank = 0; rank < name.gpus.size(); ++rank) {
    if (scenario.fault(FaultKind::peer_refused, name.gpus[rank]) == nullptr) continue;
    return ErrorEvent{"peer.refused",
                      fmt::format("no other GPU reaches the memory of rank {}", rank)};
  }
  if (2 * param(name.params, "bytes") > scenario.part.memory_bytes) {
    return ErrorEvent{"memory.too_small", fmt::format("{} needs more memory than the GPU has",
                                                      std::string(name.case_id))};
  }
  if (!name.case_id.starts_with("allreduce.")) return std::nullopt;
  return refuse_sum(name, fabric_of(scenario, name.gpus, name.load_s));
}

NodeBlock simulate_node_block(const Scenario& scenario, const NodeBlockName& name) {
  NodeBlock block;
  SampleEvent& sample = block.sample;
  sample.block = name.index;
  const CaseInfo* info = find_case(name.case_id);
  sample.unit = info == nullptr ? "" : std::string(info->unit);
  const NodeState state = state_of(scenario, name, sample);
  const Fabric fabric = fabric_of(scenario, name.gpus, name.load_s);
  const bool pcie = copies_over_pcie(name.case_id);
  const double sigma = pcie ? scenario.part.block_pcie : scenario.part.block_nvlink;
  NodeWork work = work_of({.scenario = scenario,
                           .block = name,
                           .fabric = fabric,
                           .series = series_of("node", name.case_id, name.params),
                           .sigma = std::hypot(sigma, state.noisy),
                           .clock_mhz = state.clock_mhz});
  sample.elapsed_ns = std::llround(static_cast<double>(work.sweeps) * std::max(1.0, work.sweep_ns));
  sample.value = work.value > 0 ? work.value : work.launches;
  sample.cells = std::move(work.cells);
  sample.active_links = std::move(work.active_links);
  sample.algorithm = std::move(work.algorithm);
  block.check = {.block = name.index, .check = std::move(work.check)};
  block.check.check.launches = work.launches;
  for (std::size_t rank = 0; rank < name.gpus.size(); ++rank) {
    block.spent.push_back(
        spent_in(state.dies[rank], state.moments[rank].operating, sample.elapsed_ns));
  }
  return block;
}

}  // namespace ga
