#include "reports/render/layout.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace ga {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::size_t kLabelColumns = 18;

using Range = std::pair<char32_t, char32_t>;

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](const Range& r) { return c >= r.first && c <= r.second; });
}

// East Asian Width W and F of Unicode 15, coarsely: whole blocks.
constexpr std::array kWide{
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF}, Range{0x3400, 0x4DBF},
    Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},   Range{0xA960, 0xA97F}, Range{0xAC00, 0xD7A3},
    Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60}, Range{0xFFE0, 0xFFE6},
    Range{0x1F300, 0x1FAFF}, Range{0x20000, 0x3FFFD},
};
// Combining marks, and the vowels and finals of decomposed Hangul.
constexpr std::array kNoWidth{
    Range{0x0300, 0x036F}, Range{0x1160, 0x11FF}, Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF},
    Range{0x20D0, 0x20FF}, Range{0xD7B0, 0xD7FF}, Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F},
};
// What could move the cursor, turn the reading direction, hide text, or is no character at all.
constexpr std::array kForbidden{
    Range{0x0000, 0x001F},    Range{0x007F, 0x009F}, Range{0x00AD, 0x00AD}, Range{0x061C, 0x061C},
    Range{0x180E, 0x180E},    Range{0x200B, 0x200F}, Range{0x2028, 0x202E}, Range{0x2060, 0x206F},
    Range{0xD800, 0xDFFF},    Range{0xE000, 0xF8FF}, Range{0xFEFF, 0xFEFF}, Range{0xFFF0, 0xFFFF},
    Range{0xE0000, 0x10FFFF},
};

std::size_t width_of(char32_t c) {
  if (within(kNoWidth, c)) return 0;
  return within(kWide, c) ? 2 : 1;
}

// Length that the lead byte promises, 0 where it is none.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

// Splits a word into pieces of at most `room` columns.
std::vector<std::string> pieces_of(std::string_view word, std::size_t room) {
  std::vector<std::string> pieces(1);
  std::size_t used = 0;
  for (std::size_t at = 0; at < word.size();) {
    const std::size_t begin = at;
    const std::size_t width = width_of(next_character(word, at));
    if (used + width > room) {
      pieces.emplace_back();
      used = 0;
    }
    pieces.back() += word.substr(begin, at - begin);
    used += width;
  }
  return pieces;
}

}  // namespace

char32_t next_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = sequence_length(byte(at));
  if (length == 0 || at + length > text.size()) {
    ++at;
    return kReplacement;
  }
  char32_t c = length == 1 ? byte(at) : byte(at) & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0u) != 0x80u) {
      ++at;
      return kReplacement;
    }
    c = (c << 6) | (byte(at + i) & 0x3Fu);
  }
  at += length;
  const bool overlong = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
  return overlong || c > 0x10FFFF ? kReplacement : c;
}

std::string clean(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_character(text, at);
    if (c == '\n' || c == '\t' || c == '\r') {
      out += ' ';
    } else if (within(kForbidden, c)) {
      out += '?';
    } else {
      out += text.substr(begin, at - begin);
    }
  }
  return out;
}

std::size_t columns(std::string_view text) {
  std::size_t sum = 0;
  for (std::size_t at = 0; at < text.size();) sum += width_of(next_character(text, at));
  return sum;
}

std::string pad_right(std::string_view text, std::size_t width) {
  const std::size_t used = columns(text);
  return std::string(text) + std::string(used < width ? width - used : 0, ' ');
}

std::string pad_left(std::string_view text, std::size_t width) {
  const std::size_t used = columns(text);
  return std::string(used < width ? width - used : 0, ' ') + std::string(text);
}

void Page::text(std::string_view line, std::size_t indent, std::size_t hanging) {
  const std::string safe = clean(line);
  std::size_t start = indent;
  std::string current;
  bool empty = true;
  const auto flush = [&] {
    while (!current.empty() && current.back() == ' ') current.pop_back();
    out_ += (current.empty() ? "" : std::string(start, ' ')) + current + '\n';
    current.clear();
    empty = true;
    start = indent + hanging;
  };
  for (std::size_t at = 0; at < safe.size();) {
    // A word, with the spaces behind it: runs of spaces align columns and are kept.
    const std::size_t word_end = std::min(safe.find(' ', at), safe.size());
    const std::size_t next = std::min(safe.find_first_not_of(' ', word_end), safe.size());
    const std::string_view word = std::string_view(safe).substr(at, word_end - at);
    if (!empty && start + columns(current) + columns(word) > kPageColumns) flush();
    for (const std::string& piece : pieces_of(word, kPageColumns - indent - hanging)) {
      if (!empty && start + columns(current) + columns(piece) > kPageColumns) flush();
      current += piece;
      empty = false;
    }
    current += safe.substr(word_end, next - word_end);
    at = next;
  }
  flush();
}

void Page::field(std::string_view label, std::string_view value, std::size_t indent) {
  text(pad_right(label, kLabelColumns) + ' ' + std::string(value), indent, kLabelColumns + 1);
}

void Page::heading(std::string_view title) {
  gap();
  text(title);
  out_ += std::string(columns(title), '-') + '\n';
}

void Page::rule(char stroke) { out_ += std::string(kPageColumns, stroke) + '\n'; }

}  // namespace ga
