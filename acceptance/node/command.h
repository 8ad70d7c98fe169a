// Command: runs a program of the system that only prints, without a shell, and gives what it
// printed. Its environment is empty but for the locale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/result.h"

namespace ga {

struct Command {
  std::vector<std::string> arguments;  // the first is the program's path
  std::int64_t deadline_ns = 0;        // from now
  std::size_t most_bytes = 0;          // that it may print
};

// Each line of its stdout, without the newline. An error when it does not start, exits with
// anything but 0, prints too much or is late; it is killed then, and what was read so far is not
// all there was.
using TakeLine = std::function<void(std::string_view)>;
Status run_program(const Command& command, const TakeLine& line);

// run_program, or what plays one.
using RunProgram = std::function<Status(const Command&, const TakeLine&)>;

}  // namespace ga
