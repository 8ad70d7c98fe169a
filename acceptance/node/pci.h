// PCI: how a device hangs in the machine, from sysfs: links, errors, ACS, the way to the root port.
#pragma once

#include <string>

#include "acceptance/node/files.h"
#include "reports/model/facts_host.h"

namespace ga {

// Generation and lanes of the link above the device in that sysfs directory.
struct PciLink {
  KnownInt gen_current, gen_max, width_current, width_max;
};
PciLink pci_link(const std::string& device);

// "0000:1b:00.0" of what a sysfs link "device" leads to.
KnownText pci_address_behind(const std::string& link);

// From the device at that address to the root port.
KnownList<PciHop> pci_path(const Roots& roots, const std::string& address);

// The lowest generation and the fewest lanes now, and the most that each could have, of the links
// from the device to the root port; absent where one of them does not say.
PciLink narrowest_link(const Roots& roots, const std::string& address);

// What the IOMMU does for the device: the type of its group's domain.
KnownText iommu_of(const Roots& roots, const std::string& address);

// Errors over a whole path. A bridge without the counters adds nothing; a device without them, or a
// counter that is there and cannot be read, leaves the sum absent.
struct AerTotals {
  KnownInt correctable, nonfatal, fatal;
};
AerTotals aer_of(const KnownList<PciHop>& path);

}  // namespace ga
