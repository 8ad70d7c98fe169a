#include "acceptance/node/host_facts.h"

#include "acceptance/node/nics.h"
#include "acceptance/node/services.h"

namespace ga {

HostFacts host_facts(const Roots& roots, const HostCalls& calls) {
  HostFacts host;
  read_dmi(roots, host);
  read_cpus(roots, host);
  read_memory(roots, host);
  read_iommu(roots, host);
  take_clock(calls.read_clock(), host);
  read_services(roots, host);
  host.nics = nic_ports(roots);
  host.nvme = nvme_drives(roots, calls.read_smart);
  return host;
}

NodeCounters node_counters(const Roots& roots) {
  const EdacTotals edac = edac_totals(roots);
  NodeCounters counters;
  counters.edac_corrected = edac.corrected;
  counters.edac_uncorrected = edac.uncorrected;
  counters.nics = nic_counters(roots);
  return counters;
}

}  // namespace ga
