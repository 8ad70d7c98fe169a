// What the kernel says of processes, processors and time.
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "acceptance/worker/spawn.h"
#include "reports/model/digest.h"
#include "reports/model/units.h"

namespace ga {
namespace {

constexpr std::int64_t kMostCpus = 1 << 16;

bool read_number(std::string_view text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 0;
}

}  // namespace

std::int64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * kNsPerS + now.tv_nsec;
}

std::string exit_text(int status) {
  if (WIFSIGNALED(status)) {
    const char* name = ::sigabbrev_np(WTERMSIG(status));
    return name == nullptr ? fmt::format("signal {}", WTERMSIG(status))
                           : fmt::format("SIG{}", name);
  }
  return fmt::format("exit status {}", WEXITSTATUS(status));
}

void signal_group(pid_t pid, int number) {
  if (pid <= 0) return;  // reaped: no process, and to kill() every one
  // The group, for what the worker may have started; the process, should it have left the group.
  ::kill(-pid, number);
  ::kill(pid, number);
}

std::vector<std::int64_t> parse_cpu_list(std::string_view text) {
  std::vector<std::int64_t> cpus;
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view range = text.substr(0, comma);
    const std::size_t dash = std::min(range.find('-'), range.size());
    std::int64_t first = 0, last = 0;
    if (!read_number(range.substr(0, dash), first)) return {};
    last = first;
    if (dash < range.size() && !read_number(range.substr(dash + 1), last)) return {};
    if (last < first || last >= kMostCpus) return {};
    for (std::int64_t cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return cpus;
}

std::vector<std::int64_t> cpus_of_numa_node(std::int64_t node) {
  if (node < 0) return {};
  const auto text = read_file(fmt::format("/sys/devices/system/node/node{}/cpulist", node));
  std::vector<std::int64_t> cpus = text ? parse_cpu_list(*text) : std::vector<std::int64_t>{};
  cpu_set_t mine;
  CPU_ZERO(&mine);
  if (::sched_getaffinity(0, sizeof(mine), &mine) != 0) return {};
  std::erase_if(cpus, [&](std::int64_t cpu) {
    return cpu >= CPU_SETSIZE || !CPU_ISSET(static_cast<std::size_t>(cpu), &mine);
  });
  return cpus;
}

// "4711 (name) S ...": the name may hold anything, blanks and brackets too.
char state_in_stat(std::string_view stat) {
  const std::size_t end = stat.rfind(')');
  if (end == std::string_view::npos || end + 2 >= stat.size()) return 0;
  return stat[end + 2];
}

char process_state(pid_t pid) {
  const auto stat = read_file(fmt::format("/proc/{}/stat", pid));
  return stat ? state_in_stat(*stat) : '\0';
}

}  // namespace ga
