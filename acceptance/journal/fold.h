// Fold: the evidence of an attempt as a pure function of its journal. A running attempt, a resumed
// one and a reader of the journal alone all come to the same evidence, record by record.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "acceptance/journal/entry.h"
#include "acceptance/journal/log_keeper.h"
#include "reports/model/report.h"

namespace ga {

// What a request asks for, whichever worker answers: "hbm.bandwidth memory.copy gpu/3 bytes=4096".
// Failures are counted under this name.
std::string topic_of(const AskEntry& ask);

class Fold {
 public:
  // An error where the entry contradicts what came before it.
  Status apply(const Entry& entry, std::int64_t t_ns);
  // Whether the newest entry was a check that no restart may take away: one that lasts, or one of a
  // series whose check lasts.
  bool is_lasting() const { return lasting_; }

  const Evidence& evidence() const { return evidence_; }
  const std::optional<OpenEntry>& opened() const { return opened_; }
  const std::optional<CloseEntry>& closed() const { return closed_; }
  const std::vector<Library>& libraries() const { return evidence_.libraries; }
  bool has_facts() const { return has_facts_; }
  // Whether the counters are on record that the current boot's part of the run begins with, or it
  // is too late for them: what had grown before they were read would be hidden.
  bool has_before() const;
  // Of the newest session, and whether the attempt may go on at another one.
  const std::string& boot_id() const { return boot_id_; }
  bool has_checkpoint() const { return checkpoint_.has_value(); }

  // Filled as far as the records go; journal_head is the caller's.
  const RunInfo& run() const { return run_; }

  // Requests that have been asked and have not ended, by number.
  const std::map<std::int64_t, AskEntry>& open() const { return open_; }
  std::int64_t next_ask() const { return next_ask_; }

  // How often that topic failed; being interrupted is no failure.
  int failures(const std::string& topic) const;
  // Requests to that worker that failed since the last one that ended well.
  int failures_in_a_row(const std::string& worker) const;

 private:
  struct Pending {
    SampleEvent sample;
    std::optional<Check> check;
  };

  // Counters that were read while nothing ran.
  struct Reading {
    std::vector<GpuCounters> gpus;
    std::optional<NodeCounters> node;
  };
  // All of them, and what had been measured then.
  struct Checkpoint {
    Reading read;
    std::vector<Measurement> measurements;
  };

  Status on(const OpenEntry& entry, std::int64_t t_ns);
  Status on(const ResumeEntry& entry, std::int64_t t_ns);
  Status on(const SpawnEntry& entry, std::int64_t t_ns);
  Status on(const AskEntry& entry, std::int64_t t_ns);
  Status on(const EventEntry& entry, std::int64_t t_ns);
  Status on(const ExitEntry& entry, std::int64_t t_ns);
  Status on(const GapEntry& entry, std::int64_t t_ns);
  Status on(const InterruptEntry& entry, std::int64_t t_ns);
  Status on(const SealEntry& entry, std::int64_t t_ns);
  Status on(const CloseEntry& entry, std::int64_t t_ns);

  void interrupt_open();
  void break_off_reading();
  void outdate_after();
  Status start_anew(const std::string& boot_id);
  void drop_since_checkpoint();
  void set_checkpoint(const AskEntry& ask);
  void note_libraries(const std::vector<Library>& libraries);
  Status take(const AskEntry& ask, const WireEvent& event);
  Status take_counters(const AskEntry& ask, const CountersEvent& event, std::int64_t told_ns);
  Status take_sample(const AskEntry& ask, const SampleEvent& sample);
  Status take_check(const AskEntry& ask, const CheckEvent& event);
  void note_check(Measurement& series, const CheckEvent& event);
  void keep_block(const AskEntry& ask, const Pending& block);
  Measurement& series_of(const AskEntry& ask, const std::string& unit);

  Evidence evidence_;
  std::optional<OpenEntry> opened_;
  std::optional<CloseEntry> closed_;
  RunInfo run_;
  bool has_facts_ = false;
  std::string boot_id_;
  Reading reading_;  // as far as it goes
  Reading newest_;   // of this boot, since its checkpoint: readings that came to none
  std::optional<Checkpoint> checkpoint_;
  bool checkpointed_here_ = false;  // in this boot
  bool measured_here_ = false;      // something was asked for in this boot that loads
  bool lasting_ = false;
  LogKeeper log_;
  std::map<std::int64_t, AskEntry> open_;
  std::map<std::int64_t, std::deque<Pending>> pending_;  // blocks that still lack their check
  std::map<std::int64_t, Warmup> warming_;
  std::int64_t next_ask_ = 1;
  std::map<std::string, int> failures_;
  std::map<std::string, int> failures_in_a_row_;  // by worker
};

// Whether a check outlives the boot of the machine that it was made in. One that says what is
// wrong; and one that expects nothing, whose answer is there for GPUs to be compared by.
bool lasts(const Check& check);

// One check for a whole series: what is wrong is summed up, the first mismatch is kept. Two blocks
// of an exact case that disagree about the one right word are wrong, whatever the worker says.
void merge_check(std::optional<Check>& sum, const Check& block);

}  // namespace ga
