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

namespace ga {

namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

std::int64_t now_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
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
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
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

Status ended_well(const std::string& program, Child& child) {
  int status = 0;
  const pid_t ended = ::waitpid(child.pid, &status, 0);
  child.pid = -1;
  if (ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return Ok{};
  const std::string how = ended > 0 && WIFEXITED(status)
                              ? "exit status " + std::to_string(WEXITSTATUS(status))
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
    if (left_ms <= 0) return Error(ErrorCode::timeout, program + " did not end in time");
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
  return ended_well(program, child);
}

}  // namespace ga
