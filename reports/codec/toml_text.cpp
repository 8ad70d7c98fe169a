#include "reports/codec/toml_text.h"

#include <algorithm>
#include <string>

namespace ga {
namespace {

// Walks over the document and knows where a comment or a string stands, as the grammar of TOML 1.0
// defines them; nothing else of it.
class Walk {
 public:
  explicit Walk(std::string_view text) : rest_(text) {}

  std::optional<TomlTrouble> first_trouble() {
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (static_cast<unsigned char>(c) >= 0x80) {
        return TomlTrouble{line_,
                           "a character outside ASCII where neither a string nor a comment is",
                           "put the key or the value between quotation marks"};
      }
      if (c == '.' && ++dots_ > kMaxDots) {
        return TomlTrouble{line_, "more than 128 dots in a row", "shorten the key"};
      }
      if (std::string_view("\n=,[]{}").find(c) != std::string_view::npos) dots_ = 0;
      if (c == '#') {
        take(std::min(rest_.find('\n'), rest_.size()));
      } else if (c == '"' || c == '\'') {
        take_string(c);
      } else {
        take(1);
      }
    }
    return std::nullopt;
  }

 private:
  static constexpr int kMaxDots = 128;

  void take(std::size_t count) {
    for (const char c : rest_.substr(0, count)) line_ += c == '\n' ? 1 : 0;
    rest_.remove_prefix(count);
  }
  // The string that begins here, with its quotation marks; an unclosed one ends with its line or,
  // where it may span lines, with the document.
  void take_string(char quote) {
    const std::string three(3, quote);
    const bool many_lines = rest_.starts_with(three);
    std::size_t at = many_lines ? 3 : 1;
    for (; at < rest_.size(); ++at) {
      if (rest_[at] == '\\' && quote == '"') {
        ++at;
      } else if (many_lines && rest_.substr(at).starts_with(three)) {
        // Up to two quotation marks may stand right before the three that close.
        at += 3;
        for (int more = 0; more < 2 && at < rest_.size() && rest_[at] == quote; ++more) ++at;
        return take(at);
      } else if (!many_lines && (rest_[at] == quote || rest_[at] == '\n')) {
        return take(at + 1);
      }
    }
    take(std::min(at, rest_.size()));
  }

  std::string_view rest_;
  int line_ = 1;
  int dots_ = 0;
};

}  // namespace

std::optional<TomlTrouble> toml_trouble(std::string_view text) {
  return Walk(text).first_trouble();
}

}  // namespace ga
