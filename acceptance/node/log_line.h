// LogLine: what a line of the kernel's log says about the hardware, as an event, or nothing.
//
// Lines are untrusted: an event's text is printable ASCII of bounded length. A line that begins as
// an error of the driver and cannot be read further is an event too, with a code that says so.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/measurement.h"

namespace ga {

inline constexpr std::size_t kMaxLogText = 400;  // bytes kept of a line

// Reads lines in the order of the log. `gpu` of an event is the PCI address that the line names,
// "0000:1b:00.0", or empty. Codes are listed in docs/kernel-log.md.
class LogLines {
 public:
  explicit LogLines(std::string source) : source_(std::move(source)) {}
  std::optional<LogEvent> take(std::int64_t t_ns, std::string_view line);

 private:
  std::string source_;
  std::string fallen_;  // the address of a message about a lost GPU that goes on in the next line
};

// "PCI:0000:05:00" -> "0000:05:00.0"; empty when it is no address.
std::string pci_address_of(std::string_view text);

// Of each code and device the first lines and the last, and how many stood between: a log of the
// same complaint a thousand times a second must not push out what was said once. Where there is
// still too much, fewer of the first lines; one of each stays. "log.cut" stands at the end where
// even that is not all that was said. Oldest first.
std::vector<LogEvent> thinned(std::vector<LogEvent> events);

// Replaces addresses by the names that the report uses.
using UnitNames = std::map<std::string, std::string>;  // "0000:1b:00.0" -> "gpu/0"
void name_units(const UnitNames& names, std::vector<LogEvent>& events);

}  // namespace ga
