#include "acceptance/node/unit_names.h"

#include <algorithm>
#include <map>
#include <set>

#include "acceptance/node/host.h"
#include "acceptance/node/pci.h"

namespace ga {

std::vector<std::string> gpu_addresses(const Roots& roots) {
  std::vector<std::string> addresses;
  if (const auto driver = proc_gpus(roots)) {
    for (const ProcGpu& gpu : *driver) {
      if (!gpu.excluded) addresses.push_back(gpu.address);
    }
  }
  if (!addresses.empty()) return addresses;
  if (const auto bus = pci_gpus(roots)) {
    for (const PciGpu& gpu : *bus) addresses.push_back(gpu.address);
  }
  return addresses;
}

std::vector<std::string> unit_ids(const std::vector<std::string>& listed,
                                  const std::vector<std::string>& addresses) {
  std::vector<std::string> ids;
  std::set<std::size_t> taken;
  std::size_t next = listed.size();
  for (const std::string& address : addresses) {
    const auto place = std::find(listed.begin(), listed.end(), address) - listed.begin();
    auto number = static_cast<std::size_t>(place);
    if (number == listed.size() || !taken.insert(number).second) number = next++;
    ids.push_back("gpu/" + std::to_string(number));
  }
  return ids;
}

void name_ports(const Roots& roots, UnitNames& names) {
  std::map<std::string, std::set<std::string>> leads_to;
  for (const auto& [address, name] : names) {
    const auto path = pci_path(roots, address);
    if (!path) continue;
    for (const PciHop& hop : *path) leads_to[*hop.address].insert(name);
  }
  for (const auto& [address, units] : leads_to) {
    if (units.size() == 1) names.emplace(address, *units.begin());
  }
}

UnitNames names_on_bus(const Roots& roots) {
  const std::vector<std::string> addresses = gpu_addresses(roots);
  const std::vector<std::string> ids = unit_ids(addresses, addresses);
  UnitNames names;
  for (std::size_t i = 0; i < addresses.size(); ++i) names[addresses[i]] = ids[i];
  name_ports(roots, names);
  return names;
}

}  // namespace ga
