// Journal: the append-only, hash-chained record of an attempt. Every record is on disk before
// anything is done about it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "acceptance/journal/entry.h"
#include "acceptance/journal/record.h"
#include "reports/model/result.h"

namespace ga {

struct JournalSummary {
  bool sound = false;   // every record chains to the one before it
  bool closed = false;  // the last record closes the attempt
  std::string fault;    // what is wrong with the chain, and at which line; empty when sound
  std::int64_t records = 0;
  std::string head;      // SHA-256 of the last record
  std::string decision;  // of the closing record, informative
};

// An io error when the file cannot be read; a broken chain is a summary, not an error. A torn last
// line is not a fault: it is what a power cut leaves.
Result<JournalSummary> summarize_journal(const std::string& path);

// Where a journal stands after its last sound record.
struct JournalEnd {
  bool sound = true;
  std::string fault;  // "line 7: ..." when it is not
  std::int64_t records = 0;
  std::string head;             // SHA-256 of the last record; of none: 64 zeros
  std::int64_t good_bytes = 0;  // length of the sound lines
  std::int64_t torn_bytes = 0;  // after them, without a newline
};

// Calls `visit` for every record in order, until the chain breaks or a visit returns an error
// (which is then the fault).
Result<JournalEnd> read_journal(const std::string& path,
                                const std::function<Status(const Record&)>& visit);

// Writes one. Not copyable; the file is closed with it.
class Journal {
 public:
  // The file must not exist.
  static Result<Journal> create(const std::string& path);
  // Goes on after `end`; what is torn is cut off.
  static Result<Journal> reopen(const std::string& path, const JournalEnd& end);

  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&& other) noexcept;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  ~Journal();

  // Held in memory until write().
  void append(const Entry& entry, std::int64_t t_ns);
  // Hands everything to the system: it outlives this process. A short write is undone, so that the
  // file ends with a whole record whatever happens; after an error nothing is ever written again.
  Status write();
  // Writes, and waits for the disk: it outlives the machine.
  Status sync();

  const std::string& head() const { return head_; }
  std::int64_t records() const { return next_; }

 private:
  Journal(int descriptor, std::string path);
  Error failed(const std::string& what, int error);

  int descriptor_ = -1;
  std::string path_;
  std::string pending_;
  std::string head_;
  std::int64_t next_ = 0;
  std::int64_t size_ = 0;  // bytes that are whole records in the file
  bool dirty_ = false;     // written and not yet synced
  bool broken_ = false;
};

}  // namespace ga
