#include "acceptance/journal/attempt.h"

#include <fmt/format.h>

#include <utility>

namespace ga {

Result<Attempt> Attempt::begin(const std::string& path, const OpenEntry& open, std::int64_t t_ns) {
  Attempt attempt;
  attempt.path_ = path;
  GA_TRY(attempt.journal_, Journal::create(path));
  GA_CHECK(attempt.record(open, t_ns));
  GA_CHECK(attempt.sync());
  return attempt;
}

Result<Attempt> Attempt::load(const std::string& path) {
  Attempt attempt;
  attempt.path_ = path;
  const auto visit = [&](const Record& record) -> Status {
    GA_TRY(const Entry entry, entry_from_json(record.type, record.body));
    return attempt.fold_.apply(entry, record.t_ns);
  };
  GA_TRY(attempt.end_, read_journal(path, visit));
  if (!attempt.end_.sound) {
    return Error(ErrorCode::usage, fmt::format("{}: {}", path, attempt.end_.fault))
        .hinted("a journal that was changed is no evidence: start anew with another --out");
  }
  return attempt;
}

Status Attempt::go_on(ResumeEntry entry, std::int64_t t_ns) {
  GA_TRY(journal_, Journal::reopen(path_, end_));
  entry.cut_bytes = end_.torn_bytes;
  GA_CHECK(record(entry, t_ns));
  return sync();
}

Status Attempt::record(const Entry& entry, std::int64_t t_ns) {
  GA_CHECK(fold_.apply(entry, t_ns));
  journal_->append(entry, t_ns);
  // One wrong word decides the attempt: not even a power cut may take it away.
  return fold_.is_lasting() ? sync() : Status(Ok{});
}

Status Attempt::write() { return journal_->write(); }
Status Attempt::sync() { return journal_->sync(); }

}  // namespace ga
