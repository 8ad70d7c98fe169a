// UnitNames: what the report calls each GPU, by PCI address. Facts number what NVML lists; the live
// log must not wait for NVML. Both number here, by what the kernel lists, so that one GPU has one
// name.
#pragma once

#include <string>
#include <vector>

#include "acceptance/node/files.h"
#include "acceptance/node/log_line.h"

namespace ga {

// The GPUs that count, in order of address: the driver's without those that it was told to leave
// out, which NVML does not list either; without a driver, the bus's.
std::vector<std::string> gpu_addresses(const Roots& roots);

// A name for each of `addresses`: its place in `listed`, and for what is not there, or there twice,
// the numbers after.
std::vector<std::string> unit_ids(const std::vector<std::string>& listed,
                                  const std::vector<std::string>& addresses);

// Gives a port or bridge that leads to one of the named GPUs, and to no other, that GPU's name.
void name_ports(const Roots& roots, UnitNames& names);

// Of the GPUs that count, and of their ports.
UnitNames names_on_bus(const Roots& roots);

}  // namespace ga
