#include "acceptance/sim/machine_faults.h"

#include <algorithm>
#include <cmath>

namespace ga {
namespace {

// How many of `most` the fault takes; none where it is not in the scenario.
std::size_t taken(const Fault* fault, std::size_t most) {
  if (fault == nullptr) return 0;
  return std::min(most, static_cast<std::size_t>(std::llround(fault->severity)));
}

void spoil_links(const Scenario& scenario, int gpu, GpuFacts& facts) {
  if (scenario.fault(FaultKind::fabric_unfinished, gpu) != nullptr) {
    facts.fabric_state = std::string("in_progress");
    facts.fabric_status = KnownText::missing("told once the state is completed");
  }
  if (!facts.nvlinks) return;
  std::vector<NvLink>& links = *facts.nvlinks.value;
  const std::size_t down = taken(scenario.fault(FaultKind::nvlink_down, gpu), links.size());
  for (std::size_t i = 0; i < down; ++i) {
    links[i].state = std::string("inactive");
    links[i].speed_bytes_per_s = KnownInt::missing("the link is inactive");
  }
}

void spoil_slot(const Scenario& scenario, int gpu, GpuFacts& facts) {
  if (scenario.fault(FaultKind::acs_on, gpu) != nullptr) {
    (*facts.pci_path.value)[1].acs = std::string("SrcValid,ReqRedir,CmpltRedir,UpstreamFwd");
  }
  const Fault* old = scenario.fault(FaultKind::pcie_gen_low, gpu);
  if (old == nullptr) return;
  const std::int64_t gen =
      std::min(scenario.part.link_gen, std::int64_t{std::llround(old->severity)});
  facts.pcie_gen_max = facts.pcie_gen_current = gen;
  std::vector<PciHop>& path = *facts.pci_path.value;
  path[0].gen_current = path[1].gen_current = path[1].gen_max = gen;
}

}  // namespace

void spoil_gpu(const Scenario& scenario, int gpu, GpuFacts& facts) {
  constexpr std::int64_t kClockStep = 120;
  const auto has = [&](FaultKind kind) { return scenario.fault(kind, gpu) != nullptr; };
  if (has(FaultKind::vbios_differs)) {
    facts.vbios = facts.proc_vbios = std::string("96.00.30.00.01");
  }
  if (has(FaultKind::clock_max_low)) facts.clock_sm_max_mhz = *facts.clock_sm_max_mhz - kClockStep;
  if (has(FaultKind::compute_exclusive)) facts.compute_mode = std::string("exclusive_process");
  if (has(FaultKind::persistence_off)) facts.persistence = false;
  spoil_links(scenario, gpu, facts);
  spoil_slot(scenario, gpu, facts);
}

void spoil_machine(const Scenario& scenario, Facts& facts) {
  const auto fault = [&](FaultKind kind) { return scenario.fault(kind, 0); };
  HostFacts& host = facts.host;
  if (const Fault* offline = fault(FaultKind::cpus_offline)) {
    host.cpus_online = *host.cpus_online - std::llround(offline->severity);
  }
  if (const Fault* errors = fault(FaultKind::edac_uncorrected)) {
    host.edac_uncorrected = std::llround(errors->severity);
  }
  if (fault(FaultKind::drive_failing) != nullptr) {
    host.nvme.value->front().media_errors = 7;
    host.nvme.value->front().critical_warning = 4;  // reliability is degraded
  }
  std::vector<NicPort>& ports = *host.nics.value;
  const std::size_t down = taken(fault(FaultKind::nic_down), ports.size());
  for (std::size_t i = 0; i < down; ++i) {
    ports[i].state = std::string("DOWN");
    ports[i].phys_state = std::string("Polling");
  }
  if (fault(FaultKind::psu_failed) != nullptr && facts.bmc.psus) {
    facts.bmc.psus.value->front().health = std::string("Critical");
    facts.bmc.power_redundancy = std::string("Critical");
  }
}

}  // namespace ga
