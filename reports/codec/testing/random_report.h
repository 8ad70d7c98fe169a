// Reports for tests: valid ones with everything drawn at random, and a full-size one.
#pragma once

#include <cstdint>

#include "reports/model/report.h"

namespace ga::testing {

// Every seed gives another valid report; the same seed gives the same one on every machine. All
// optional parts, absent facts, empty lists, escapes and extreme integers turn up.
Report random_report(std::uint64_t seed);

// As large as a standard acceptance of eight GPUs: every fact known, 26 series a GPU of 30 blocks.
Report full_report();

// One GPU, one series, most facts absent: its sealed file is below 8 kB.
Report small_report();
// The same of a node whose GPUs did not answer: as short as a report gets.
Report bare_report();

}  // namespace ga::testing
