// A text that was linked into the program: a profile, a scenario, a page of documentation.
#pragma once

#include <span>
#include <string_view>

namespace ga {

struct Embedded {
  std::string_view name;  // the file's name without its ending
  std::string_view text;
};

inline const Embedded* find_embedded(std::span<const Embedded> files, std::string_view name) {
  for (const Embedded& file : files) {
    if (file.name == name) return &file;
  }
  return nullptr;
}

}  // namespace ga
