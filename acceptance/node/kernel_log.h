// KernelLog: the kernel's log, without NVML: read as far as it goes back, and followed.
//
// From /dev/kmsg; where that may not be opened, from journald. A log that cannot be read is a
// reason and never an empty list.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/node/command.h"
#include "acceptance/node/files.h"
#include "acceptance/node/log_line.h"
#include "reports/model/known.h"
#include "reports/model/result.h"
#include "reports/model/units.h"

namespace ga {

// Later times of a log are none: in nanoseconds they are more than a report carries, 2^53 - 1.
inline constexpr std::int64_t kMostUs = ((std::int64_t{1} << 53) - 1) / kNsPerUs;

// The ring buffer of the kernel. Not for several threads.
class KernelRing {
 public:
  // At its oldest line.
  static Result<KernelRing> open(const Roots& roots);
  ~KernelRing();
  KernelRing(KernelRing&& other) noexcept;
  KernelRing& operator=(KernelRing&&) = delete;

  // Every event since the last call; does not wait for more. Lines that were overwritten before
  // they were read are an event of their own, "log.lost".
  Result<std::vector<LogEvent>> read();

  // Of the oldest and the newest line read, since boot; absent before the first.
  const KnownInt& first_ns() const { return first_ns_; }
  KnownInt last_ns() const { return first_ns_ ? KnownInt(last_ns_) : first_ns_; }

 private:
  explicit KernelRing(int fd) : fd_(fd) {}
  void take_record(std::string_view record, std::vector<LogEvent>& events);

  int fd_;
  LogLines lines_{"kmsg"};
  std::string rest_;  // of a record that was not read to its end
  std::int64_t last_ns_ = 0;
  KnownInt first_ns_ = KnownInt::missing("the kernel's log has no line");
};

struct KernelHistory {
  KnownText source;            // "kmsg" or "journal", or why there is none
  KnownInt first_ns, last_ns;  // of its lines
  std::vector<LogEvent> events;
};

// The ring, else `journalctl` for this boot.
KernelHistory kernel_history(const Roots& roots, const RunProgram& run);

// The fields of one line that `journalctl -o json` prints, or an error.
struct JournalLine {
  std::int64_t t_ns = 0;
  std::string boot_id;  // 32 hexadecimal digits
  std::string message;
};
Result<JournalLine> parse_journal_line(std::string_view line);

}  // namespace ga
