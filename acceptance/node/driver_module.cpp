#include "acceptance/node/driver_module.h"

#include <algorithm>

#include "reports/model/digest.h"

namespace ga {

// "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build ..." or
// "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.95.05  ...".
DriverModule driver_module(const Roots& roots) {
  constexpr std::size_t kMost = 4096;
  const auto text = read_file(roots.proc + "/driver/nvidia/version", kMost);
  if (!text) {
    const KnownText none = KnownText::missing(text.error().what());
    return {none, none};
  }
  const std::string line = text->substr(0, text->find('\n'));
  const std::size_t words = line.find("Kernel Module");
  if (words == std::string::npos) {
    const KnownText none = KnownText::missing("the driver does not say");
    return {none, none};
  }
  DriverModule module{.kind = std::string("proprietary"), .version = {}};
  if (line.find("Open Kernel Module") != std::string::npos) module.kind = std::string("open");
  // The first word after it that is digits and dots alone: "x86_64" is none.
  module.version = KnownText::missing("the driver does not say");
  for (std::size_t from = words; from < line.size();) {
    from = line.find_first_not_of(' ', from);
    if (from == std::string::npos) break;
    const std::size_t to = std::min(line.find(' ', from), line.size());
    const std::string word = line.substr(from, to - from);
    if (word.find_first_not_of("0123456789.") == std::string::npos) {
      module.version = word;
      break;
    }
    from = to;
  }
  return module;
}

}  // namespace ga
