#include "acceptance/commands/run_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace ga {
namespace {

constexpr int kLockMode = 0644;
constexpr const char* kLockFolder = "/run/lock";

std::string holder_of(int file) {
  std::array<char, 256> text;
  const ssize_t got = ::pread(file, text.data(), text.size(), 0);
  if (got <= 0) return "another run";
  const std::string_view line(text.data(), static_cast<std::size_t>(got));
  return std::string(line.substr(0, line.find('\n')));
}

}  // namespace

Status RunLock::take(const std::string& path, const std::string& holder) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kLockMode));
  if (!file.open()) {
    return Error(ErrorCode::usage, fmt::format("the lock {}: {}", path, std::strerror(errno)))
        .hinted("the folder must exist and be writable");
  }
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return Error(ErrorCode::usage, fmt::format("{} is held by {}", path, holder_of(file.get())))
        .hinted("wait for that run to end");
  }
  // Who holds it is only told to people; a lock without a name is a lock.
  const std::string line = holder + "\n";
  if (::ftruncate(file.get(), 0) == 0) (void)!::pwrite(file.get(), line.data(), line.size(), 0);
  held_.push_back(std::move(file));
  return Ok{};
}

std::string gpu_lock_path(const std::string& uuid) {
  std::string name;
  for (const char c : uuid) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    name += plain || c == '-' ? c : '_';
  }
  return fmt::format("{}/gpuaccept-{}.lock", kLockFolder, name);
}

}  // namespace ga
