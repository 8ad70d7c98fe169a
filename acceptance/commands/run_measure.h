// RunMeasure: asks the gates what is still to be measured and has it measured, phase by phase,
// until none asks for more or what is asked for cannot be had.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "acceptance/commands/run_crew.h"
#include "acceptance/commands/run_schedule.h"
#include "acceptance/commands/run_watch.h"

namespace ga {

class RunMeasure {
 public:
  RunMeasure(const RunSetup& setup, Attempt& attempt, RunCrew& crew, RunWatch& watch, RunView& view)
      : setup_(setup), attempt_(attempt), crew_(crew), watch_(watch), view_(view) {}

  // What is asked for now and may still be measured in this attempt.
  std::vector<Request> still_asked() const;
  Result<Outcome> run();

 private:
  bool may_be_asked(const Request& request) const;
  bool may_load(const std::string& unit_id, std::string_view process = {}) const;
  Result<Outcome> run_batch(const std::vector<Request>& asked, Phase phase);
  Result<Outcome> run_step(const Step& step);
  Result<Outcome> checkpoint(const std::vector<Request>& asked);
  Result<Outcome> keep_warm(const std::vector<Request>& asked);
  Result<Outcome> warm_up(const std::vector<std::string>& units);
  Job job_of(const Request& request) const;
  void show(const Step& step) const;
  void show_results(const std::vector<Request>& asked) const;
  // Judges, for the view, each measuring gate that has all it asks for.
  void show_answers();

  const RunSetup& setup_;
  Attempt& attempt_;
  RunCrew& crew_;
  RunWatch& watch_;
  RunView& view_;
  std::map<std::string, int> warm_starts_;  // by unit: starts of its worker at the last warm-up
  int warmups_ = 0;                         // in this session
  std::set<std::string> asking_;            // gates that asked for load and were not shown yet
};

std::string_view to_word(Phase phase);

// The request that warms a unit up: the profile's case at the profile's sizes.
WireRequest warmup_request(const Profile& profile, Level level);

}  // namespace ga
