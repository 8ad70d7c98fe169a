// RunCrew: the workers of a run by what they are for, and the one loop that everything waits in.
//
// One worker for the node's facts, one load worker and one watcher for each GPU, one that follows
// the kernel's log, and load workers of the whole node, which see all GPUs. A worker is started
// when it is first needed and again after it has died. Whatever comes in is in the journal before
// anything follows from it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "acceptance/commands/run_setup.h"
#include "acceptance/commands/run_signals.h"
#include "acceptance/commands/run_view.h"
#include "acceptance/journal/attempt.h"
#include "acceptance/worker/pool.h"

namespace ga {

enum class Role { node, load, watch };

// "load gpu/3", "load node nccl_ring"
std::string worker_name(Role role, const std::string& unit_id, std::string_view process = {});

// One request to one worker.
struct Job {
  Role role = Role::node;
  Purpose purpose = Purpose::facts;
  std::string unit_id = "node";
  std::string gate = {};         // of a series
  std::string process = {};      // of the case: CaseInfo::process
  WireRequest request = {};      // id, gpus, start and deadline are filled in
  std::string sample_unit = {};  // of the series so far
  std::int64_t budget_ns = 0;    // on the worker's clock
  // How it ended, after run().
  std::string how = {}, detail = {};
};

enum class Outcome { finished, interrupted };

class RunCrew {
 public:
  RunCrew(const RunSetup& setup, Attempt& attempt, RunSignals& signals, RunView& view);

  // Runs all of them at the same time, at most one for each worker, until each has ended.
  Result<Outcome> run(std::vector<Job>& jobs);
  // A job of the node's worker, tried twice. Failing is on record and no error here.
  Result<Outcome> ask_node(Verb verb, Purpose purpose);
  // The counters of these GPUs, from the worker that loaded one where it still lives: it is what
  // keeps them alive. Then, by the node's worker, of all and of the node.
  Result<Outcome> read_counters(Purpose purpose, const std::vector<std::string>& units);
  // Asks the watchers of these units to begin, and goes on. That of "node" follows the kernel's
  // log.
  Result<Outcome> start_watching(const std::vector<std::string>& units);
  // Waits for something to happen, until that moment.
  Result<Outcome> pump(std::int64_t until_ns);

  // Facts read without being recorded: for a resume that may be refused.
  Result<Facts> peek_facts();

  // Ends every worker, gently first. No ending is recorded any more when `hurry`.
  enum class Manner { orderly, hurry };
  Status dismiss(Manner manner);
  Status dismiss(Role role);

  void know_units(const Facts& facts);
  bool has_unit(const std::string& unit_id) const;  // with a UUID to load it by; "node": with any
  bool is_up(Role role, const std::string& unit_id) const;
  bool is_lost(const std::string& unit_id) const;  // a process on it could not be ended
  // Of the unit's load worker, the first included.
  int starts(const std::string& unit_id) const;

  // What watchers send, as it comes in.
  std::function<Status(const std::string& unit_id, const WireEvent& event)> on_telemetry;

 private:
  struct Unit {
    std::string uuid;
    std::int64_t numa_node = -1;
  };
  struct Member {
    Role role = Role::node;
    std::string unit_id, process, name;
    int worker = -1;
    std::int64_t ask = 0;      // open request
    std::int64_t wall_ns = 0;  // when the last event came
    std::optional<Ending> ended;
    int starts = 0;
    bool lost = false;
  };

  Member& member(Role role, const std::string& unit_id, const std::string& process = {});
  std::vector<std::string> uuids_of(const std::string& unit_id) const;  // in slot order
  Status start(Member& member);
  Result<Outcome> make_ready(const std::vector<Member*>& members);
  Status send(Member& member, Job& job, std::int64_t start_at_ns);
  Status handle(const Notice& notice);
  Status on_event(Member& member, const WireEvent& event);
  Status on_ending(Member& member, const Ending& ending);
  Status on_departure(Member& member, const Departure& departure);
  WireRequest complete(const Member& member, const Job& job, std::int64_t start_at_ns) const;
  std::int64_t slack_ns(const Member& member) const;

  const RunSetup& setup_;
  Attempt& attempt_;
  RunSignals& signals_;
  RunView& view_;
  WorkerPool pool_;
  std::map<std::string, Unit> units_;
  std::map<std::string, Member> members_;  // by name
  bool recording_ = true;
};

}  // namespace ga
