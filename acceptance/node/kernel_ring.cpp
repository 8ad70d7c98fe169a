#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "acceptance/node/kernel_log.h"

namespace ga {

namespace {

constexpr std::size_t kRecordBytes = 16 << 10;      // the kernel gives whole records, 8 KiB at most
constexpr std::size_t kMostRingBytes = 256u << 20;  // read at once; a ring holds a few MiB

// The kernel writes what is not printable as \xNN. A newline within a message becomes a blank.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto code = text.substr(i).starts_with("\\x") && i + 4 <= text.size()
                          ? to_int(text.substr(i + 2, 2), 16)
                          : std::nullopt;
    if (!code) {
      out += text[i];
      continue;
    }
    out += *code == '\n' ? ' ' : static_cast<char>(*code);
    i += 3;
  }
  return out;
}

}  // namespace

Result<KernelRing> KernelRing::open(const Roots& roots) {
  const std::string path = roots.dev + "/kmsg";
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return Error(ErrorCode::io, path + ": " + std::strerror(errno));
  return KernelRing(fd);
}

KernelRing::~KernelRing() {
  if (fd_ >= 0) ::close(fd_);
}

KernelRing::KernelRing(KernelRing&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      lines_(std::move(other.lines_)),
      rest_(std::move(other.rest_)),
      last_ns_(other.last_ns_),
      first_ns_(std::move(other.first_ns_)) {}

// "6,339,5140900,-;message", and below it lines that begin with a blank and name the device.
void KernelRing::take_record(std::string_view record, std::vector<LogEvent>& events) {
  if (record.empty() || record.front() == ' ') return;
  const std::size_t text = record.find(';');
  std::size_t field = record.find(',');
  if (field != std::string_view::npos) field = record.find(',', field + 1);
  const bool headed =
      text != std::string_view::npos && field != std::string_view::npos && field < text;
  const std::string_view time =
      headed ? record.substr(field + 1, record.find_first_of(",;", field + 1) - field - 1)
             : std::string_view();
  // A line whose head cannot be read is still a line of the log, at the time of the one before.
  if (const auto us = to_int(time); us && *us >= 0 && *us <= kMostUs) last_ns_ = *us * kNsPerUs;
  if (!first_ns_) first_ns_ = last_ns_;
  const std::string message = unescaped(headed ? record.substr(text + 1) : record);
  if (auto event = lines_.take(last_ns_, message)) events.push_back(*std::move(event));
}

Result<std::vector<LogEvent>> KernelRing::read() {
  std::vector<LogEvent> events;
  std::array<char, kRecordBytes> piece{};
  for (std::size_t total = 0; total < kMostRingBytes;) {
    const ssize_t size = ::read(fd_, piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) break;
    if (size < 0 && errno == EPIPE) {
      events.push_back({.t_ns = last_ns_,
                        .source = "kmsg",
                        .gpu = {},
                        .code = "log.lost",
                        .text = "lines were overwritten before they were read"});
      continue;
    }
    if (size < 0) return Error(ErrorCode::io, std::string("/dev/kmsg: ") + std::strerror(errno));
    if (size == 0) break;  // a file, at its end
    total += static_cast<std::size_t>(size);
    rest_.append(piece.data(), static_cast<std::size_t>(size));
    std::size_t from = 0;
    for (std::size_t end = 0; (end = rest_.find('\n', from)) != std::string::npos; from = end + 1) {
      take_record(std::string_view(rest_).substr(from, end - from), events);
    }
    rest_.erase(0, from);
    if (rest_.size() > kRecordBytes) rest_.clear();  // no record is that long
  }
  return events;
}

}  // namespace ga
