// Writing: groups of whole records, undone when the disk is full.
#include "acceptance/journal/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "reports/model/digest.h"

namespace ga {
namespace {

constexpr int kMode = 0644;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A new file is only safe once its folder's entry is.
Status sync_folder(const std::string& path) {
  const int folder = ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && ::fsync(folder) == 0;
  const int error = errno;
  if (folder >= 0) ::close(folder);
  if (!synced) return Error(ErrorCode::io, fmt::format("{}: {}", path, std::strerror(error)));
  return Ok{};
}

}  // namespace

Journal::Journal(int descriptor, std::string path)
    : descriptor_(descriptor), path_(std::move(path)), head_(no_record_hash()) {}

Journal::Journal(Journal&& other) noexcept { *this = std::move(other); }

Journal& Journal::operator=(Journal&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  std::swap(pending_, other.pending_);
  std::swap(head_, other.head_);
  std::swap(next_, other.next_);
  std::swap(size_, other.size_);
  std::swap(dirty_, other.dirty_);
  std::swap(broken_, other.broken_);
  return *this;
}

Journal::~Journal() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Error Journal::failed(const std::string& what, int error) {
  broken_ = true;
  pending_.clear();
  return Error(ErrorCode::io, fmt::format("{}: {}: {}", path_, what, std::strerror(error)))
      .hinted("what was recorded is kept: make room, then go on with --resume");
}

Result<Journal> Journal::create(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, kMode);
  if (file < 0) {
    return Error(ErrorCode::io, fmt::format("{}: {}", path, std::strerror(errno)))
        .hinted("name a folder that can be written with --out");
  }
  Journal journal(file, path);
  GA_CHECK(sync_folder(path));
  return journal;
}

Result<Journal> Journal::reopen(const std::string& path, const JournalEnd& end) {
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) return Error(ErrorCode::io, fmt::format("{}: {}", path, std::strerror(errno)));
  Journal journal(file, path);
  if (::ftruncate(file, end.good_bytes) != 0) return journal.failed("cutting the torn line", errno);
  journal.head_ = end.head;
  journal.next_ = end.records;
  journal.size_ = end.good_bytes;
  return journal;
}

void Journal::append(const Entry& entry, std::int64_t t_ns) {
  const Record record{next_, head_, t_ns, std::string(type_of(entry)), to_json(entry)};
  const std::string line = encode_record(record);
  head_ = sha256_hex(line);
  ++next_;
  pending_ += line;
  pending_ += '\n';
}

Status Journal::write() {
  if (broken_) return Error(ErrorCode::io, fmt::format("{}: an earlier write failed", path_));
  std::string_view rest = pending_;
  while (!rest.empty()) {
    const ssize_t put = ::write(descriptor_, rest.data(), rest.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      const int error = errno;
      // Undone to the last whole record; should that fail too, the torn line is cut on resume.
      if (::ftruncate(descriptor_, size_) != 0) return failed("undoing a short write", errno);
      return failed("writing", error);
    }
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  if (!pending_.empty()) dirty_ = true;
  size_ += static_cast<std::int64_t>(pending_.size());
  pending_.clear();
  return Ok{};
}

Status Journal::sync() {
  GA_CHECK(write());
  if (!dirty_) return Ok{};
  if (::fdatasync(descriptor_) != 0) return failed("syncing", errno);
  dirty_ = false;
  return Ok{};
}

}  // namespace ga
