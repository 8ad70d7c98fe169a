#include "acceptance/node/command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "reports/model/units.h"

namespace ga {

namespace {

std::int64_t now_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

// True when it has ended by then, with how.
bool ended_by(pid_t pid, std::int64_t until_ns, int& status) {
  constexpr std::chrono::milliseconds kLook(2);
  for (;;) {
    const pid_t ended = ::waitpid(pid, &status, WNOHANG);
    if (ended == pid) return true;
    if (ended < 0 && errno != EINTR) return false;
    if (now_ns() >= until_ns) return false;
    std::this_thread::sleep_for(kLook);
  }
}

struct Child {
  pid_t pid = -1;
  int output = -1;
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (output >= 0) ::close(output);
    if (pid > 0) {
      constexpr std::int64_t kDyingNs = 500'000'000;  // in the kernel it may stay for good
      int status = 0;
      ::kill(pid, SIGKILL);
      ended_by(pid, now_ns() + kDyingNs, status);
    }
  }
};

Status start(const std::vector<std::string>& arguments, Child& child) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error(ErrorCode::io, std::strerror(errno));
  child.output = ends[0];
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  std::vector<char*> argv;
  for (const std::string& word : arguments) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::string locale = "LC_ALL=C";
  std::array<char*, 2> environment{locale.data(), nullptr};
  const int failed =
      ::posix_spawn(&child.pid, argv[0], &actions, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (failed == 0) return Ok{};
  child.pid = -1;
  return Error(ErrorCode::environment, arguments[0] + ": " + std::strerror(failed));
}

Error late(const std::string& program) {
  return Error(ErrorCode::timeout, program + " did not end in time");
}

Status ended_well(const std::string& program, std::int64_t until_ns, Child& child) {
  int status = 0;
  if (!ended_by(child.pid, until_ns, status)) return late(program);
  child.pid = -1;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Ok{};
  const std::string how = WIFEXITED(status) ? "exit status " + std::to_string(WEXITSTATUS(status))
                                            : std::string("ended by a signal");
  return Error(ErrorCode::environment, program + ": " + how);
}

}  // namespace

Status run_program(const Command& command, const TakeLine& line) {
  const std::string& program = command.arguments.at(0);
  const std::int64_t until_ns = now_ns() + command.deadline_ns;
  Child child;
  GA_CHECK(start(command.arguments, child));
  std::string rest;
  std::array<char, 1 << 16> piece{};
  std::size_t total = 0;
  for (;;) {
    pollfd ready{.fd = child.output, .events = POLLIN, .revents = 0};
    const std::int64_t left_ms = (until_ns - now_ns()) / kNsPerMs;
    if (left_ms <= 0) return late(program);
    if (::poll(&ready, 1, static_cast<int>(left_ms)) < 0 && errno != EINTR) {
      return Error(ErrorCode::io, program + ": " + std::strerror(errno));
    }
    if (ready.revents == 0) continue;
    const ssize_t size = ::read(child.output, piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Error(ErrorCode::io, program + ": " + std::strerror(errno));
    if (size == 0) break;
    total += static_cast<std::size_t>(size);
    if (total > command.most_bytes) return Error(ErrorCode::io, program + " prints too much");
    rest.append(piece.data(), static_cast<std::size_t>(size));
    std::size_t from = 0;
    for (std::size_t end = 0; (end = rest.find('\n', from)) != std::string::npos; from = end + 1) {
      line(std::string_view(rest).substr(from, end - from));
    }
    rest.erase(0, from);
  }
  if (!rest.empty()) line(rest);
  return ended_well(program, until_ns, child);
}

}  // namespace ga
