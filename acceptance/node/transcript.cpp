#include "acceptance/node/transcript.h"

namespace ga {

void Transcript::gpu(std::size_t index, const void* handle) {
  if (gpus_.size() <= index) gpus_.resize(index + 1);
  gpus_[index].handle = handle;
}

void Transcript::note(const void* handle, const std::string& key, const std::string& answer) {
  Section* section = &node_;
  for (Section& gpu : gpus_) {
    if (handle != nullptr && gpu.handle == handle) section = &gpu;
  }
  section->lines[key] = answer;
}

std::string Transcript::text() const {
  std::string out = "format 1\norigin recorded\n";
  const auto add = [&](const Section& section) {
    for (const auto& [key, answer] : section.lines) out += key + " = " + answer + "\n";
  };
  add(node_);
  for (const Section& gpu : gpus_) {
    out += "[gpu]\n";
    if (gpu.handle == nullptr) out += "lost\n";
    add(gpu);
  }
  return out;
}

}  // namespace ga
