#include "acceptance/node/host_facts.h"

#include "acceptance/node/nics.h"
#include "acceptance/node/services.h"
#include "reports/model/digest.h"

namespace ga {

HostCalls replayed_calls(const std::string& folder) {
  HostCalls calls;
  calls.read_smart = [](const std::string& device_file) {
    return read_file(device_file, kSmartLogBytes);
  };
  calls.read_clock = [] {
    ClockReading clock;
    clock.absent = "a replay has no clock";
    return clock;
  };
  calls.run = [folder](const Command& command, const TakeLine& line) -> Status {
    const std::string& program = command.arguments.at(0);
    GA_TRY(const std::string text,
           read_file(folder + "/commands/" + program.substr(program.rfind('/') + 1),
                     command.most_bytes));
    for (const std::string_view one : lines_of(text)) line(one);
    return Ok{};
  };
  return calls;
}

HostFacts host_facts(const Roots& roots, const HostCalls& calls) {
  HostFacts host;
  read_dmi(roots, host);
  read_cpus(roots, host);
  read_memory(roots, host);
  read_iommu(roots, host);
  take_clock(calls.read_clock(), host);
  read_services(roots, calls.run, host);
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
