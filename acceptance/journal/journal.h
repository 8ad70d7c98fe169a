// Journal: the append-only, hash-chained record of an attempt. Every record is on disk before
// anything is done about it.
#pragma once

#include <cstdint>
#include <string>

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

}  // namespace ga
