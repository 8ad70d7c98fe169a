// What the driver says of a GPU at one moment. The harness does not know NVML: a main hands it the
// function.
#pragma once

#include <functional>

#include "reports/model/facts.h"

namespace ga {

// Absent readings carry their reason.
struct DeviceReading {
  KnownInt clock_mhz = {}, power_mw = {}, temp_mc = {};
  KnownInt throttle = {};  // bits of the reasons
  // Asked for where copies run: of the links from the GPU to the root port the lowest.
  KnownInt link_gen = {}, link_width = {};
  // Asked for where the memory works: of its hottest stack.
  KnownInt memory_temp_mc = {};
  // Asked for where NVLinks carry data: of each GPU how many are active, -1 where that is not
  // known.
  std::vector<std::int64_t> active_links = {};
};

// Called on a thread of the harness while a block runs, never two at a time, and never after the
// call that it was handed to has returned.
using ReadDevice = std::function<DeviceReading()>;

}  // namespace ga
