// Spawn: starts one worker process, with nothing of ours but what it is given.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/result.h"

namespace ga {

// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void close();

 private:
  int fd_ = -1;
};

struct SpawnSpec {
  std::vector<std::string> arguments;    // the first is the program's path
  std::vector<std::string> environment;  // "NAME=value"
  std::string log;                       // its stderr goes to the end of this file
  std::vector<std::int64_t> cpus;        // to run on; empty: all
};

struct Child {
  pid_t pid = -1;
  Descriptor input;   // its stdin; does not block
  Descriptor output;  // its stdout; does not block
};

// In a process group of its own, with default signals; killed by the kernel when this thread ends.
// An error if the program cannot be executed.
Result<Child> spawn(const SpawnSpec& spec);

// What of this process' environment a worker may see: PATH, LD_LIBRARY_PATH, the locale, the
// temporary folder. Nothing that steers CUDA or preloads code.
std::vector<std::string> worker_environment();

// "0-3,8" as the kernel writes it; empty where it is not understood.
std::vector<std::int64_t> parse_cpu_list(std::string_view text);
// CPUs of that NUMA node that this process may use; empty where there are none such.
std::vector<std::int64_t> cpus_of_numa_node(std::int64_t node);

std::int64_t monotonic_ns();

// "exit status 3" or "SIGSEGV", of what waitpid() gave.
std::string exit_text(int status);
void signal_group(pid_t pid, int number);

// The one-letter state of a process as in /proc/PID/stat, 'D' being uninterruptible; 0 where there
// is no such process.
char process_state(pid_t pid);
char state_in_stat(std::string_view stat);

}  // namespace ga
