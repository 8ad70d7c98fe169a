#include "acceptance/commands/run_signals.h"

#include <fmt/format.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ga {

Result<RunSignals> RunSignals::watch() {
  RunSignals signals;
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&wanted, number);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
  ::sigprocmask(SIG_BLOCK, &wanted, &signals.before_);
  signals.file_ = Descriptor(::signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC));
  if (signals.file_.open()) return signals;
  return Error(ErrorCode::environment, fmt::format("signalfd: {}", std::strerror(errno)));
}

RunSignals::~RunSignals() {
  // Whoever was moved from has nothing to undo.
  if (file_.open()) ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

bool RunSignals::take() {
  bool came = false;
  signalfd_siginfo info{};
  while (::read(file_.get(), &info, sizeof(info)) == static_cast<ssize_t>(sizeof(info))) {
    const char* name = ::sigabbrev_np(static_cast<int>(info.ssi_signo));
    if (count_++ == 0) first_ = fmt::format("SIG{}", name == nullptr ? "?" : name);
    came = true;
  }
  return came;
}

}  // namespace ga
