// RunWatch: the telemetry of a run. It goes to a file of its own as it comes in, and a silence that
// is longer than allowed becomes evidence.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "acceptance/commands/run_crew.h"

namespace ga {

class RunWatch {
 public:
  RunWatch(const RunSetup& setup, Attempt& attempt, RunCrew& crew);
  RunWatch(const RunWatch&) = delete;
  RunWatch& operator=(const RunWatch&) = delete;

  // Opens the file, after what earlier sessions wrote, and starts a watcher on every unit.
  Result<Outcome> begin(const std::vector<std::string>& units);
  // Between loads: whoever has been silent for longer than allowed, and still is, goes on record,
  // once until it speaks again. A session that is killed later must not take that with it.
  Result<Outcome> note_silent();
  // Every watcher must show that it still lives; one that does not has fallen silent.
  Result<Outcome> end();

 private:
  struct Seen {
    std::int64_t stamp_ns = 0, wall_ns = 0;  // of the last telemetry, or gap; 0: none yet
    bool silent = false;                     // since a gap that is on record
  };
  Status take(const std::string& unit_id, const WireEvent& event);
  // Until all of these have spoken after `asked`, or for as long as a watcher may take. Nobody is
  // waited for whose silence is on record.
  Result<Outcome> await_word(const std::vector<std::string>& units, std::int64_t asked);
  // The silence of these until `asked`, of those that have not spoken since.
  Status report_silent(const std::vector<std::string>& units, std::int64_t asked);
  Status report_gap(const std::string& unit_id, std::int64_t from_ns, std::int64_t to_ns);

  const RunSetup& setup_;
  Attempt& attempt_;
  RunCrew& crew_;
  Descriptor file_;
  std::int64_t began_ns_ = 0;  // wall
  std::map<std::string, Seen> seen_;
};

// Where the telemetry of an unfinished attempt is kept, uncompressed.
std::string telemetry_part(const std::string& out);

}  // namespace ga
