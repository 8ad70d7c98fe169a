// DriverModule: which kernel module of NVIDIA's is loaded, as /proc/driver/nvidia/version says it.
#pragma once

#include "acceptance/node/host.h"

namespace ga {

struct DriverModule {
  KnownText kind;     // "open", "proprietary"
  KnownText version;  // "580.95.05"; another than the libraries' is a node that was not restarted
};
DriverModule driver_module(const Roots& roots);

}  // namespace ga
