#include "acceptance/sim/fabric_of.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "acceptance/sim/host_of.h"
#include "acceptance/sim/noise.h"
#include "acceptance/sim/physics.h"
#include "reports/model/units.h"

namespace ga {
namespace {

// What the faults of one GPU take.
class Losses {
 public:
  Losses(const Scenario& scenario, int gpu, double load_s)
      : scenario_(scenario), gpu_(gpu), load_s_(load_s) {}

  bool has(FaultKind kind) const { return scenario_.fault(kind, gpu_, load_s_) != nullptr; }
  double severity(FaultKind kind) const {
    const Fault* fault = scenario_.fault(kind, gpu_, load_s_);
    return fault == nullptr ? 0 : fault->severity;
  }
  double spread(std::string_view what) const {
    constexpr double kCut = 2;  // what lies further out is a fault, placed by name
    return 1 + scenario_.part.spread_nvlink * noise_normal(name(what), kCut);
  }
  double uniform(std::string_view what) const { return noise_uniform(name(what)); }

 private:
  NoiseName name(std::string_view what) const {
    return {scenario_.seed, what, static_cast<std::uint64_t>(gpu_)};
  }
  const Scenario& scenario_;
  int gpu_;
  double load_s_;
};

// Without it the GPU and the others reach each other over PCIe.
bool is_linked(const Part& part, const Losses& lost, const FabricPort& port) {
  return part.nvlinks > 0 && port.links > 0 && !lost.has(FaultKind::peer_over_pcie);
}

FabricPort port_of(const Scenario& scenario, int gpu, double load_s) {
  const Part& part = scenario.part;
  const Losses lost(scenario, gpu, load_s);
  FabricPort port;
  const auto down = std::llround(lost.severity(FaultKind::nvlink_down) +
                                 lost.severity(FaultKind::link_lost_in_traffic));
  port.links = std::max<std::int64_t>(0, part.nvlinks - down);
  const auto listed = static_cast<double>(std::max<std::int64_t>(1, part.nvlinks));
  double left = static_cast<double>(port.links) / listed;
  left *= 1 - lost.severity(FaultKind::uneven_links) * lost.uniform("uneven links");
  if (lost.has(FaultKind::switch_lost)) {
    left *= 1 - 1 / static_cast<double>(part.fabric.switches);
  }
  if (!is_linked(part, lost, port)) left = part.fabric.pcie_peer / part.fabric.pair_sm;
  port.egress = left * lost.spread("spread egress") * (1 - lost.severity(FaultKind::egress_slow));
  port.ingress =
      left * lost.spread("spread ingress") * (1 - lost.severity(FaultKind::ingress_slow));
  port.host = die_of(scenario, gpu, load_s).pcie_factor;
  port.starved = lost.severity(FaultKind::host_starvation);
  port.late_ns = kNsPerUs * lost.severity(FaultKind::straggler);
  port.numa_node = numa_node_of(scenario, gpu);
  if (lost.has(FaultKind::numa_binding_wrong)) port.numa_node = 1 - port.numa_node;
  port.numa_node = std::min(port.numa_node, numa_nodes_of(scenario) - 1);
  return port;
}

// Both ways of each slow pair.
void slow_pairs(const Scenario& scenario, const std::vector<int>& gpus,
                const std::vector<double>& load_s, Fabric& fabric) {
  const std::size_t n = gpus.size();
  fabric.pairs.assign(n * n, 1);
  for (const Fault& fault : scenario.faults) {
    if (fault.kind != FaultKind::pair_slow) continue;
    const auto one = std::find(gpus.begin(), gpus.end(), fault.gpu) - gpus.begin();
    const auto other = std::find(gpus.begin(), gpus.end(), fault.peer) - gpus.begin();
    const auto a = static_cast<std::size_t>(one), b = static_cast<std::size_t>(other);
    if (a == n || b == n || load_s[a] < fault.at_s) continue;
    fabric.pairs[a * n + b] = fabric.pairs[b * n + a] = 1 - fault.severity;
  }
}

}  // namespace

Fabric fabric_of(const Scenario& scenario, const std::vector<int>& gpus,
                 const std::vector<double>& load_s) {
  Fabric fabric;
  fabric.part = &scenario.part;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    fabric.ports.push_back(port_of(scenario, gpus[i], load_s[i]));
  }
  slow_pairs(scenario, gpus, load_s, fabric);
  fabric.multicast = scenario.fault(FaultKind::nvls_off, -1) == nullptr;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    const Losses lost(scenario, gpus[i], load_s[i]);
    fabric.multicast = fabric.multicast && is_linked(scenario.part, lost, fabric.ports[i]);
  }
  fabric.nccl_nvls = scenario.fault(FaultKind::nccl_nvls_off, -1) == nullptr;
  fabric.numa_nodes = numa_nodes_of(scenario);
  return fabric;
}

}  // namespace ga
