#include "acceptance/commands/console.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "reports/render/layout.h"

namespace ga {
namespace {

// What a foreign file is quoted with may be very long.
constexpr std::size_t kMostBytes = 600;

void say(std::string_view kind, std::string_view text) {
  const std::string_view more = text.size() > kMostBytes ? "..." : "";
  const std::string line = fmt::format("{}: {}{}{}\n", program_invocation_short_name, kind,
                                       clean(text.substr(0, kMostBytes)), more);
  // Nothing to be done where stderr is closed.
  (void)std::fwrite(line.data(), 1, line.size(), stderr);
}

Error io_error(const std::string& path) {
  return Error(ErrorCode::io, fmt::format("{}: {}", path, std::strerror(errno)));
}

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error(path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0) return io_error(path);
  return Ok{};
}

}  // namespace

void complain(const Error& error) {
  say("error: ", error.what());
  if (!error.hint().empty()) say("hint: ", error.hint());
}

void warn(std::string_view text) { say("warning: ", text); }
void note(std::string_view text) { say("", text); }

int fail(const Error& error) {
  complain(error);
  switch (error.code()) {
    case ErrorCode::usage:
    case ErrorCode::io:
    case ErrorCode::parse:
      return kExitUsage;
    case ErrorCode::environment:
    case ErrorCode::device:
    case ErrorCode::timeout:
    case ErrorCode::protocol:
    case ErrorCode::internal:
      break;
  }
  return kExitInternal;
}

int answer(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return 0;
  complain(Error(ErrorCode::io, fmt::format("standard output: {}", std::strerror(errno))));
  return kExitInternal;
}

Status write_whole_file(const std::string& path, std::string_view bytes) {
  const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return io_error(path);
  Status status = write_all(fd, bytes, path);
  if (::close(fd) != 0 && status) status = io_error(path);
  if (status && std::rename(temporary.c_str(), path.c_str()) != 0) status = io_error(path);
  if (!status) ::unlink(temporary.c_str());
  return status;
}

}  // namespace ga
