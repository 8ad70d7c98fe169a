// Reading: every record must chain to the one before it; only the very end may be torn.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "acceptance/journal/journal.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10;

class File {
 public:
  explicit File(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool open() const { return descriptor_ >= 0; }

  // Appends what is there; 0 at the end, -1 on an error.
  ssize_t read_more(std::string& buffer) {
    std::vector<char> piece(kPiece);
    ssize_t got = 0;
    do {
      got = ::read(descriptor_, piece.data(), piece.size());
    } while (got < 0 && errno == EINTR);
    if (got > 0) buffer.append(piece.data(), static_cast<std::size_t>(got));
    return got;
  }

 private:
  int descriptor_;
};

Status check_line(std::string_view line, const JournalEnd& end,
                  const std::function<Status(const Record&)>& visit) {
  GA_TRY(const Record record, decode_record(line));
  if (record.n != end.records) {
    return Error(ErrorCode::parse, fmt::format("numbered {}, not {}", record.n, end.records));
  }
  if (record.prev != end.head) {
    return Error(ErrorCode::parse, "does not chain to the record before it");
  }
  return visit(record);
}

// A torn line is the beginning of a record. A whole one with something else than a newline after
// it was never written by us.
bool is_torn(std::string_view tail) {
  if (tail.size() > kMaxRecord) return false;
  return tail.size() < 2 || !decode_record(tail.substr(0, tail.size() - 1));
}

void break_at(JournalEnd& end, const std::string& why) {
  end.sound = false;
  end.fault = fmt::format("line {}: {}", end.records + 1, why);
}

}  // namespace

Result<JournalEnd> read_journal(const std::string& path,
                                const std::function<Status(const Record&)>& visit) {
  File file(path);
  if (!file.open()) return Error(ErrorCode::io, fmt::format("{}: {}", path, std::strerror(errno)));
  JournalEnd end;
  end.head = no_record_hash();
  std::string buffer;
  for (;;) {
    const ssize_t got = file.read_more(buffer);
    if (got < 0) return Error(ErrorCode::io, fmt::format("{}: {}", path, std::strerror(errno)));
    std::size_t start = 0;
    for (std::size_t at = buffer.find('\n'); at != std::string::npos;
         at = buffer.find('\n', start)) {
      const std::string_view line = std::string_view(buffer).substr(start, at - start);
      if (const Status good = check_line(line, end, visit); !good) {
        break_at(end, good.error().what());
        return end;
      }
      end.head = sha256_hex(line);
      ++end.records;
      end.good_bytes += static_cast<std::int64_t>(line.size()) + 1;
      start = at + 1;
    }
    buffer.erase(0, start);
    if (buffer.size() > kMaxRecord || got == 0) break;
  }
  end.torn_bytes = static_cast<std::int64_t>(buffer.size());
  if (!is_torn(buffer)) break_at(end, "a record that does not end with a newline");
  return end;
}

Result<JournalSummary> summarize_journal(const std::string& path) {
  JournalSummary summary;
  const auto visit = [&](const Record& record) -> Status {
    if (summary.closed)
      return Error(ErrorCode::parse, "follows the record that closes the attempt");
    GA_TRY(const Entry entry, entry_from_json(record.type, record.body));
    if (const auto* close = std::get_if<CloseEntry>(&entry)) {
      summary.closed = true;
      summary.decision = close->decision;
    }
    return Ok{};
  };
  GA_TRY(const JournalEnd end, read_journal(path, visit));
  summary.sound = end.sound && end.records > 0;
  summary.fault = end.sound && end.records == 0 ? "no whole record" : end.fault;
  summary.records = end.records;
  summary.head = end.head;
  summary.closed = summary.closed && summary.sound && end.torn_bytes == 0;
  return summary;
}

}  // namespace ga
