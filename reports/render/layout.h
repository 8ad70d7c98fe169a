// Layout of text for a terminal: what may be printed, how wide it is, where lines break.
//
// Strings of a report come from machines that are not trusted: a serial number may hold an escape
// sequence. Everything that is printed passes clean() first.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ga {

inline constexpr std::size_t kPageColumns = 100;

// The next character of `text` from byte `at`, which moves behind it; U+FFFD where the bytes are no
// valid UTF-8. Precondition: at < text.size().
char32_t next_character(std::string_view text, std::size_t& at);

// One line of valid UTF-8 without control, format or direction characters: each becomes '?', white
// space of any kind becomes a space.
std::string clean(std::string_view text);

// Columns on a terminal: 2 for Hangul and other wide characters, 0 for combining marks.
std::size_t columns(std::string_view text);

// Filled up with spaces to `width` columns, on the right or on the left. Longer text stays whole.
std::string pad_right(std::string_view text, std::size_t width);
std::string pad_left(std::string_view text, std::size_t width);

// A page of lines, each clean and at most kPageColumns wide.
class Page {
 public:
  // Wraps at spaces; following lines start at `hanging` columns beyond `indent`. A word too long
  // for a line is broken.
  void text(std::string_view line, std::size_t indent = 0, std::size_t hanging = 0);
  void field(std::string_view label, std::string_view value, std::size_t indent = 2);
  void heading(std::string_view title);  // after an empty line, underlined
  void rule(char stroke);
  void gap() { out_ += '\n'; }
  const std::string& str() const { return out_; }

 private:
  std::string out_;
};

}  // namespace ga
