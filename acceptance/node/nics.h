// InfiniBand and RoCE ports, from /sys/class/infiniband.
#pragma once

#include "acceptance/node/files.h"
#include "reports/model/counters_node.h"
#include "reports/model/facts_host.h"

namespace ga {

KnownList<NicPort> nic_ports(const Roots& roots);
KnownList<NicCounters> nic_counters(const Roots& roots);

}  // namespace ga
