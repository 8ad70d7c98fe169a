// Links of a simulated GPU: every NVLink up, the fabric complete, no error; as the driver of such a
// part answers it, with what it does not answer.
#pragma once

#include "acceptance/sim/part.h"
#include "reports/model/facts.h"

namespace ga {

// What NVML says of a field that a part does not have.
inline constexpr const char* kNotSupportedText = "Not Supported";

void set_links(const Part& part, GpuFacts& facts);
void set_link_counters(const Part& part, GpuCounters& counters);

}  // namespace ga
