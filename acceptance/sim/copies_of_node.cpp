#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "acceptance/sim/block_state.h"
#include "acceptance/sim/node_work.h"
#include "acceptance/sim/noise.h"

namespace ga {
namespace {

std::int64_t measured(const NodeWorkName& name, double rate, const std::string& cell) {
  const auto index = static_cast<std::uint64_t>(name.block.index);
  const double noise =
      1 + name.sigma * noise_normal({name.scenario.seed, name.series + cell, index});
  return std::llround(std::max(1.0, rate * (1 - name.block.slowed) * noise));
}

// Words that came wrong to a GPU, over all of them.
Check pattern_check(const NodeWorkName& name, FaultKind kind) {
  Check check{.kind = "pattern", .expected = "", .got = ""};
  for (std::size_t rank = 0; rank < name.block.gpus.size(); ++rank) {
    const Fault* fault = name.scenario.fault(kind, name.block.gpus[rank], name.block.load_s[rank]);
    if (fault != nullptr) check.wrong += std::llround(fault->severity);
  }
  if (check.wrong > 0) {
    check.first =
        wrong_word(name.scenario, name.series, name.block.index, param(name.block.params, "bytes"));
  }
  return check;
}

// One after the other: the sum of their times. In rounds: of each round the longest.
class SweepTime {
 public:
  SweepTime(double bytes, bool rounds) : bytes_(bytes), rounds_(rounds) {}
  void add(std::int64_t rate) {
    const double ns = bytes_ / static_cast<double>(rate) * kNsPerS;
    round_ns_ = rounds_ ? std::max(round_ns_, ns) : round_ns_ + ns;
  }
  void end_round() {
    total_ns_ += round_ns_;
    round_ns_ = 0;
  }
  double total_ns() const { return total_ns_; }

 private:
  double bytes_;
  bool rounds_;
  double round_ns_ = 0, total_ns_ = 0;
};

}  // namespace

NodeWork copies_between_gpus(const NodeWorkName& name) {
  const int n = name.fabric.ranks();
  const bool rounds = param(name.block.params, "shift") == 1;
  const CopyBy by = param(name.block.params, "engine") == 1 ? CopyBy::copy_engine : CopyBy::sms;
  NodeWork work;
  work.cells.assign(static_cast<std::size_t>(n * n), 0);
  SweepTime sweep(static_cast<double>(param(name.block.params, "bytes")), rounds);
  for (int shift = 1; shift < n; ++shift) {
    for (int from = 0; from < n; ++from) {
      const int to = (from + shift) % n;
      const std::int64_t rate = measured(name, pair_rate(name.fabric, from, to, by, rounds),
                                         fmt::format(" {}>{}", from, to));
      work.cells[static_cast<std::size_t>(from * n + to)] = rate;
      work.value = work.value == 0 ? rate : std::min(work.value, rate);
      sweep.add(rate);
    }
    sweep.end_round();
  }
  work.sweep_ns = sweep.total_ns();
  work.sweeps = sweeps_of(name.block, work.sweep_ns);
  work.launches = work.sweeps * n * (n - 1);
  for (const FabricPort& port : name.fabric.ports) work.active_links.push_back(port.links);
  work.check = pattern_check(name, FaultKind::p2p_corrupt);
  return work;
}

NodeWork copies_to_numa_nodes(const NodeWorkName& name) {
  const int n = name.fabric.ranks();
  const bool together = param(name.block.params, "together") == 1;
  NodeWork work;
  SweepTime sweep(static_cast<double>(param(name.block.params, "bytes")), together);
  const auto nodes = static_cast<std::size_t>(name.fabric.numa_nodes);
  const std::size_t cells = 2 * static_cast<std::size_t>(n) * nodes;
  work.cells.assign(cells, 0);
  for (const HostCopy way : {HostCopy::h2d, HostCopy::d2h}) {
    // All GPUs with one node, then with the next.
    for (std::size_t node = 0; node < nodes; ++node) {
      for (int rank = 0; rank < n; ++rank) {
        const double sound =
            host_rate(name.fabric, way, rank, static_cast<std::int64_t>(node), together);
        const std::int64_t rate =
            measured(name, sound, fmt::format(" {} {} {}", static_cast<int>(way), rank, node));
        const auto row = static_cast<std::size_t>(static_cast<int>(way) * n + rank);
        work.cells[row * nodes + node] = rate;
        work.value = work.value == 0 ? rate : std::min(work.value, rate);
        sweep.add(rate);
      }
      sweep.end_round();
    }
  }
  work.sweep_ns = sweep.total_ns();
  work.sweeps = sweeps_of(name.block, work.sweep_ns);
  work.launches = work.sweeps * static_cast<std::int64_t>(cells);
  work.check = pattern_check(name, FaultKind::pcie_corrupt);
  return work;
}

}  // namespace ga
