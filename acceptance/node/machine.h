// The machine itself: what it is, its CPUs and memory, and how the kernel was set up.
#pragma once

#include <sys/timex.h>

#include <string>

#include "acceptance/node/files.h"
#include "reports/model/facts_host.h"

namespace ga {

// Each of these fills the fields of its name and no other.
void read_dmi(const Roots& roots, HostFacts& host);
void read_cpus(const Roots& roots, HostFacts& host);
void read_memory(const Roots& roots, HostFacts& host);
void read_iommu(const Roots& roots, HostFacts& host);

// Corrected and uncorrected errors over all memory controllers.
struct EdacTotals {
  KnownInt corrected, uncorrected;
};
EdacTotals edac_totals(const Roots& roots);

// The kernel's clock discipline, asked without setting anything: what adjtimex() returned and
// filled in.
struct ClockReading {
  std::string absent;  // why there is none, or empty
  int state = TIME_ERROR;
  timex values{};
};
ClockReading read_clock();
void take_clock(const ClockReading& clock, HostFacts& host);

}  // namespace ga
