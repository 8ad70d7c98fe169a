// Bend: a replay spoilt in one place, and what the probe then says, found out in a process of its
// own that may crash, hang or be killed.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace ga {

// A state of some GPUs, taken apart.
struct StateText {
  std::string node;               // up to the first section
  std::string every;              // [every gpu]
  std::vector<std::string> gpus;  // each [gpu]

  static StateText parse(const std::string& text);
  std::string text() const;
  // The keys that a section answers: "nvmlDeviceGetEccMode()".
  static std::vector<std::string> keys(const std::string& section);
};

// A copy of the library in which dlsym() no longer finds that symbol.
void drop_symbol(const std::string& library, const std::string& copy, const std::string& symbol);

enum class Ended { itself, signal, deadline };
struct InChild {
  Ended how;
  std::string said;  // what `work` returned
};
// Runs `work` in a child. After the deadline it is killed.
InChild in_child(const std::function<std::string()>& work, int deadline_ms);

}  // namespace ga
