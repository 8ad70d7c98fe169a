// Files of the kernel: small, of one line or a few, and never trusted to be either. What cannot be
// read is absent with the system's reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/known.h"

namespace ga {

// Where the kernel's files are, and everything else below `top`. Tests put a tree of their own
// here.
struct Roots {
  std::string sys = "/sys", proc = "/proc", dev = "/dev";
  std::string top = {};  // before "/usr/bin/..."
};

inline constexpr std::size_t kSmallFile = 64 << 10;  // bytes; a file of one line is never longer

// Without blanks, tabs and newlines at both ends.
std::string_view trimmed(std::string_view text);
// Of a foreign text the first `most` bytes, with '?' for what is not printable ASCII.
std::string cleaned(std::string_view text, std::size_t most);
bool printable(std::string_view text);  // ASCII 0x20 to 0x7e
std::optional<std::int64_t> to_int(std::string_view text, int base = 10);
// The lines, without their newlines.
std::vector<std::string_view> lines_of(std::string_view text);

// The one line of a file.
KnownText one_line(const std::string& path);
KnownInt one_number(const std::string& path, int base = 10);

// The value of the first line that begins with `label`; what stands between is cut off, as in
// "Model: \t\t NVIDIA H200". Absent where the value is empty or odd.
KnownText labelled(std::string_view text, std::string_view label);

// Names in a directory, sorted.
KnownList<std::string> names_in(const std::string& directory);
bool exists(const std::string& path);

// How many CPUs or nodes a list such as "0-95,192-287" names.
std::optional<std::int64_t> count_of_ranges(std::string_view ranges);

}  // namespace ga
