// Transcript: what NVML answered, call by call, as data that a replay can play. docs/replay.md.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <vector>

namespace ga {

// The call that is being made, for who watches that it returns; null between calls.
struct CallInFlight {
  std::atomic<const char*> symbol{nullptr};
};

class Transcript {
 public:
  // The GPU at that index of NVML's list; `handle` is null where it gave none.
  void gpu(std::size_t index, const void* handle);
  // The answer to `key` about a GPU, or about the node where `handle` is null. A key that is asked
  // again keeps its latest answer.
  void note(const void* handle, const std::string& key, const std::string& answer);

  // The file nvml.state.
  std::string text() const;

 private:
  struct Section {
    const void* handle = nullptr;
    std::map<std::string, std::string> lines;
  };
  Section node_;
  std::vector<Section> gpus_;
};

}  // namespace ga
