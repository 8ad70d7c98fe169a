// Cases of the simulated node: one block of one case on one GPU, timed and checked, as a pure
// function of the scenario, the series and the block's number. Whatever a worker went through
// before, it measures the same: only faults that begin under load look at the load so far.
#pragma once

#include <cstdint>
#include <string_view>

#include "acceptance/sim/exact.h"
#include "acceptance/sim/facts_of.h"
#include "acceptance/sim/scenario.h"
#include "acceptance/wire/message.h"

namespace ga {

struct BlockName {
  int gpu = 0;
  std::string_view case_id;
  Params params;  // complete
  std::int64_t index = 0;
  std::int64_t block_ns = 0;
  double warm_s = 0;  // length of the warm-up that the GPU had; 0: it is cold
  double load_s = 0;  // seconds of load so far, for faults that begin later
  double slowed = 0;  // share of every rate that an injection takes
};

struct SimulatedBlock {
  SampleEvent sample;
  CheckEvent check;
  LoadHistory spent;  // of this block alone
};

SimulatedBlock simulate_block(const Scenario& scenario, const BlockName& name,
                              ExactWorkshop& workshop);

// Bytes of device memory that a case needs.
std::int64_t device_bytes(std::string_view case_id, const Params& params);

}  // namespace ga
