// RunSession: one attempt from its journal's first record, or from where an earlier session left
// it, to its last.
#pragma once

#include <string>
#include <vector>

#include "acceptance/commands/run_crew.h"
#include "acceptance/commands/run_lock.h"
#include "acceptance/commands/run_report.h"
#include "acceptance/commands/run_watch.h"

namespace ga {

class RunSession {
 public:
  RunSession(const RunSetup& setup, Attempt& attempt, RunSignals& signals, RunView& view,
             RunLock& lock);

  // Measures what is still missing, judges, seals and closes. The exit code.
  Result<int> run(const SigningKey& key);
  // For --resume: the node must be the one that the attempt began on.
  Status check_same_node();

 private:
  Result<Outcome> measure();
  Result<Outcome> read_facts();
  Result<Outcome> read_before();
  Result<Outcome> read_after();
  Result<Outcome> load_node();
  std::vector<Finding> judge_at_rest() const;
  Status lock_gpus();
  Result<int> close(const SigningKey& key, Closing closing);

  const RunSetup& setup_;
  Attempt& attempt_;
  RunSignals& signals_;
  RunView& view_;
  RunLock& lock_;
  RunCrew crew_;
};

}  // namespace ga
