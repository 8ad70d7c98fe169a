#include "acceptance/worker/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace ga {
namespace {

constexpr int kLogMode = 0644;
constexpr int kExecFailed = 127;

struct Pipe {
  Descriptor read, write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Error(ErrorCode::environment, fmt::format("pipe: {}", std::strerror(errno)));
  }
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

// Everything the child needs, made before the fork: after it only plain system calls are allowed.
struct ChildPlan {
  char* const* arguments;
  char* const* environment;
  int input, output, log, report;
  const cpu_set_t* cpus;  // or null
  pid_t parent;
};

void default_signals() {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become(const ChildPlan& plan) {
  ::setpgid(0, 0);
  default_signals();
  const bool bound =
      plan.cpus == nullptr || ::sched_setaffinity(0, sizeof(*plan.cpus), plan.cpus) == 0;
  // The parent may have ended before the kernel was told to watch it.
  const bool watched = ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == plan.parent;
  if (bound && watched && ::dup2(plan.input, 0) == 0 && ::dup2(plan.output, 1) == 1 &&
      ::dup2(plan.log, 2) == 2) {
    ::execve(plan.arguments[0], plan.arguments, plan.environment);
  }
  const int error = errno;
  // Nobody to tell when this fails too.
  (void)!::write(plan.report, &error, sizeof(error));
  ::_exit(kExecFailed);
}

// The child closes the pipe by executing; if it could not, it wrote why.
Status await_exec(pid_t pid, Descriptor report, const std::string& program) {
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(report.get(), &error, sizeof(error));
  } while (got < 0 && errno == EINTR);
  if (got == 0) return Ok{};
  ::waitpid(pid, nullptr, 0);
  return Error(ErrorCode::environment,
               fmt::format("starting '{}': {}", program, std::strerror(error)));
}

Status do_not_block(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
    return Error(ErrorCode::environment, fmt::format("O_NONBLOCK: {}", std::strerror(errno)));
  }
  return Ok{};
}

Result<Descriptor> open_log(const std::string& path) {
  const int log = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kLogMode);
  if (log < 0) return Error(ErrorCode::io, fmt::format("{}: {}", path, std::strerror(errno)));
  return Descriptor(log);
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

void Descriptor::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<Child> spawn(const SpawnSpec& spec) {
  if (spec.arguments.empty()) return Error(ErrorCode::internal, "a worker without a program");
  GA_TRY(Descriptor log, open_log(spec.log));
  GA_TRY(Pipe input, make_pipe());
  GA_TRY(Pipe output, make_pipe());
  GA_TRY(Pipe report, make_pipe());
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  for (const std::int64_t cpu : spec.cpus) {
    if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_SET(static_cast<std::size_t>(cpu), &cpus);
  }
  const std::vector<char*> arguments = pointers(spec.arguments);
  const std::vector<char*> environment = pointers(spec.environment);
  const ChildPlan plan{.arguments = arguments.data(),
                       .environment = environment.data(),
                       .input = input.read.get(),
                       .output = output.write.get(),
                       .log = log.get(),
                       .report = report.write.get(),
                       .cpus = spec.cpus.empty() ? nullptr : &cpus,
                       .parent = ::getpid()};
  const pid_t pid = ::fork();
  if (pid < 0) return Error(ErrorCode::environment, fmt::format("fork: {}", std::strerror(errno)));
  if (pid == 0) become(plan);
  ::setpgid(pid, pid);  // here too: who comes first does not matter
  report.write.close();
  GA_CHECK(await_exec(pid, std::move(report.read), spec.arguments[0]));
  GA_CHECK(do_not_block(input.write.get()));
  GA_CHECK(do_not_block(output.read.get()));
  return Child{pid, std::move(input.write), std::move(output.read)};
}

std::vector<std::string> worker_environment() {
  constexpr std::array<const char*, 8> kAllowed{"PATH",   "HOME", "LANG",    "LC_ALL",
                                                "TMPDIR", "USER", "LOGNAME", "LD_LIBRARY_PATH"};
  std::vector<std::string> out;
  for (const char* name : kAllowed) {
    if (const char* value = std::getenv(name)) out.push_back(fmt::format("{}={}", name, value));
  }
  return out;
}

}  // namespace ga
