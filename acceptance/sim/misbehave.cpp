#include "acceptance/sim/misbehave.h"

#include <signal.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "reports/model/units.h"

namespace ga {
namespace {

void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(descriptor, bytes.data(), bytes.size());
    if (put <= 0) return;  // nobody reads rubbish any more
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

[[noreturn]] void crash() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  setrlimit(RLIMIT_CORE, &none);  // a rehearsal leaves no core file behind
  signal(SIGSEGV, SIG_DFL);
  raise(SIGSEGV);
  std::abort();  // where SIGSEGV is blocked
}

}  // namespace

void nap_ns(std::int64_t nanoseconds) {
  timespec left{.tv_sec = nanoseconds / kNsPerS, .tv_nsec = nanoseconds % kNsPerS};
  while (nanosleep(&left, &left) != 0) {
  }
}

void hang_for_good() {
  signal(SIGTERM, SIG_IGN);
  for (;;) nap_ns(kNsPerS);
}

bool spoil_worker(const Fault& fault, int protocol) {
  constexpr std::size_t kEndless = std::size_t{2} << 20;
  switch (fault.kind) {
    case FaultKind::worker_crash:
      crash();
    case FaultKind::worker_exit:
      _exit(static_cast<int>(fault.severity));
    case FaultKind::worker_hang:
      hang_for_good();
    case FaultKind::worker_garbage:
      write_all(protocol, "\x7f\x45LF this is no event {\"v\":\n");
      return true;
    case FaultKind::worker_endless_line:
      write_all(protocol, std::string(kEndless, 'x'));
      hang_for_good();
    default:
      return false;
  }
}

}  // namespace ga
