#include "reports/codec/toml_text.h"

#include <fmt/format.h>

#include <charconv>

#include "reports/codec/checked.h"

namespace ga {
namespace {

constexpr int kMaxDots = 128;
constexpr std::string_view kEndsKey = "\n=,[]{}";

}  // namespace

Status check_toml_text(std::string_view text, const std::string& file) {
  int line = 1;
  int dots = 0;
  const auto refuse = [&](std::string_view why, std::string remedy) {
    return Error(ErrorCode::parse, fmt::format("{}:{}: {}", file, line, why))
        .hinted(std::move(remedy));
  };
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const char c = text.front();
    if (length == 0) return refuse("not UTF-8", "save the file as UTF-8");
    if (c == '\0') return refuse("contains a NUL byte", "remove it");
    if (text.starts_with("\\u0025") || text.starts_with("\\U00000025")) {
      return refuse("an escape for %", "write the character itself");
    }
    if (kEndsKey.find(c) != std::string_view::npos) dots = 0;
    if (c == '.' && ++dots > kMaxDots) return refuse("more than 128 dots", "shorten the key");
    if (c == '\n') ++line;
    text.remove_prefix(length);
  }
  return Ok{};
}

std::string toml_to_ascii(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && c != '%') {
      out += c;
    } else {
      out += fmt::format("%{:02X}", byte);
    }
  }
  return out;
}

std::string toml_from_ascii(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned char byte = 0;
    const std::string_view digits = text[at] == '%' ? text.substr(at + 1, 2) : "";
    const auto read = std::from_chars(digits.begin(), digits.end(), byte, 16);
    const bool ours = digits.size() == 2 && read.ptr == digits.end();
    out += ours ? static_cast<char>(byte) : text[at];
    if (ours) at += 2;
  }
  return out;
}

}  // namespace ga
