// Block state: what the blocks of all simulated cases have in common: the name of a series among
// all noise, the clock, power and heat of a GPU while its block runs, and what the block leaves
// behind.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "acceptance/sim/cases.h"
#include "acceptance/sim/physics.h"
#include "reports/model/units.h"

namespace ga {

// 0 where the case has none of that name.
std::int64_t param(const Params& params, std::string_view key);

// "gpu/3 memory.copy bytes=8589934592": what a series is called among all noise.
std::string series_of(std::string_view unit, std::string_view case_id, const Params& params);
std::string series_of(const BlockName& name);

// Of the fault of that kind on the block's GPU; 0 where there is none.
double severity(const Scenario& scenario, FaultKind kind, const BlockName& name);

// The share that host starvation takes: the GPU waits for its host, at full clock and little power.
double starved(const Scenario& scenario, const BlockName& name);

// Of the block's time; 1 but for loads that start and stop.
double share_at_work(const BlockName& name);

// Seconds of load behind this block. Not the worker's own count: a resumed run must agree.
double age_s(const BlockName& name);

Moment moment_of(const Scenario& scenario, const Die& die, const BlockName& name);

// What the driver reads: the clock in its steps, watts with noise, whole degrees.
std::int64_t clock_reading(const Scenario& scenario, const BlockName& name, double mhz);
std::int64_t power_reading_mw(const Scenario& scenario, const BlockName& name, double watts);
std::int64_t temperature_reading_mc(const Die& die, const Heat& heat);
std::int64_t link_gen_reading(const Scenario& scenario, const BlockName& name);  // of PCIe

LoadHistory spent_in(const Die& die, const Operating& operating, std::int64_t elapsed_ns);

// Of the launches of a block, how many a fault spoils: its share, the rest by chance. Share 0 is
// what an injection does: one launch of each block.
std::int64_t spoiled_launches(const Scenario& scenario, const std::string& series,
                              std::int64_t index, double share, std::int64_t launches);

// One word of a pattern that came back with a bit wrong.
FirstMismatch wrong_word(const Scenario& scenario, const std::string& series, std::int64_t index,
                         std::int64_t bytes);

}  // namespace ga
