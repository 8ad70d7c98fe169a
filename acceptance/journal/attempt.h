// Attempt: a journal and the evidence folded from it, never apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "acceptance/journal/fold.h"
#include "acceptance/journal/journal.h"

namespace ga {

class Attempt {
 public:
  // A new journal with its first record, on disk.
  static Result<Attempt> begin(const std::string& path, const OpenEntry& open, std::int64_t t_ns);

  // What a journal holds; nothing is written yet. A usage error where the chain is broken or a
  // record contradicts another.
  static Result<Attempt> load(const std::string& path);
  // After load(): cuts a torn line and records that a session goes on.
  Status go_on(ResumeEntry entry, std::int64_t t_ns);
  std::int64_t torn_bytes() const { return end_.torn_bytes; }

  // Taken into the evidence and held for write(), a check that lasts synced at once; an error where
  // it contradicts.
  Status record(const Entry& entry, std::int64_t t_ns);
  Status write();  // outlives this process
  Status sync();   // outlives the machine

  const Fold& fold() const { return fold_; }
  std::string head() const { return journal_ ? journal_->head() : end_.head; }

 private:
  std::string path_;
  std::optional<Journal> journal_;  // none until something is written
  JournalEnd end_;
  Fold fold_;
};

}  // namespace ga
