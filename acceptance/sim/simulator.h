// Simulator: answers a worker's requests from a scenario. One worker to a process, as with the real
// one; faults of the scenario that concern a worker (crash, hang, rubbish) are done to this
// process.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/sim/cases.h"
#include "acceptance/sim/cases_of_node.h"
#include "acceptance/sim/scenario.h"
#include "acceptance/sim/sim_clock.h"
#include "acceptance/wire/serve.h"

namespace ga {

struct SimulatorOptions {
  std::vector<std::string> gpus = {};  // UUIDs that this worker may touch; empty: all
  std::string inject = {};             // --inject-unsafe KIND, or empty
  int protocol = -1;                   // descriptor of the events, for faults that write rubbish
  double time_scale = 0.01;
};

class Simulator {
 public:
  // An error when the injection is not known. `clock` must outlive the simulator.
  static Result<Simulator> make(Scenario scenario, SimulatorOptions options, SimClock& clock);

  Answer facts(const WireRequest& request, Turn& turn);
  Answer events(const WireRequest& request, Turn& turn);
  Answer watch(const WireRequest& request, Turn& turn);
  Answer log(const WireRequest& request, Turn& turn);
  Answer measure(const WireRequest& request, Turn& turn);

  // Whether a fault keeps this worker from ever saying anything.
  bool silent() const;

  Service service(HelloEvent hello);

 private:
  Simulator(Scenario scenario, SimulatorOptions options, SimClock& clock);

  // GPU indices this worker has; those of `uuids` when there are any. Empty: one is not here.
  std::vector<int> chosen(const std::vector<std::string>& uuids) const;
  // Those of a case that spans GPUs, in the request's order, which is that of the ranks.
  std::vector<int> ranks(const std::vector<std::string>& uuids) const;
  std::optional<Answer> refuse_case(const WireRequest& request, std::vector<int>& gpus,
                                    Params& params) const;
  NodeBlockName node_block(const WireRequest& request, const std::vector<int>& gpus,
                           const Params& params, std::int64_t index) const;
  // Runs one block and notes what it left behind; false when it was not waited for.
  bool run_block(const WireRequest& request, const std::vector<int>& gpus, const Params& params,
                 std::int64_t index, Turn& turn);
  // Notes how long the GPU was warmed up before this request.
  void note_warmup(const WireRequest& request);
  // Does what a worker fault of one of the GPUs does at that block; true if the case must end.
  bool misbehave(const std::vector<int>& gpus, std::int64_t block, Turn& turn);
  double load_s(int gpu) const { return history_[static_cast<std::size_t>(gpu)].load_s; }

  Scenario scenario_;  // as written: facts and counters
  Scenario loaded_;    // with the injection's faults: cases
  SimulatorOptions options_;
  SimClock* clock_;
  double slowed_ = 0;
  ExactWorkshop workshop_;
  std::vector<LoadHistory> history_;  // by GPU
  // By the request that runs, and by the longest one before it.
  double warming_s_ = 0, warm_s_ = 0;
  Reading next_reading_ = Reading::before;  // of the node's counters
};

}  // namespace ga
