// LogKeeper: the kernel's log as a report can carry it. What is said a thousand times does not push
// out what is said once, and a log that is not whole says so.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "reports/model/measurement.h"

namespace ga {

class LogKeeper {
 public:
  // Adds the line to `log`, which nobody else adds to, unless it is known. Of a kind the first
  // lines and the newest are kept, and how many more there were. told_ns: when the worker told of
  // it, on the log's own clock.
  void take(LogEvent line, std::int64_t told_ns, std::vector<LogEvent>& log);

 private:
  // Boot, device, code, source; of an Xid the whole line, which the table looks into.
  using Kind = std::tuple<std::int64_t, std::string, std::string, std::string, std::string>;
  struct Kept {
    std::vector<std::size_t> at;      // places in the log, the newest line last
    std::optional<std::size_t> mark;  // place of the line that says how many more there were
    std::int64_t more = 0;
  };

  bool is_first(const LogEvent& line) const;  // of its boot, device and code
  void renew(Kept& kept, LogEvent line, std::int64_t told_ns, std::vector<LogEvent>& log);
  void cut(const LogEvent& line, std::int64_t told_ns, std::vector<LogEvent>& log);

  std::map<Kind, Kept> kinds_;
  std::size_t bytes_ = 0;       // of the lines, as a report has them
  std::int64_t cut_boots_ = 0;  // a log.cut stands for every boot before this one that needs it
  std::size_t cut_at_ = 0;      // place of the newest
};

}  // namespace ga
