#include "reports/codec/checked.h"

#include <algorithm>

namespace ga {
namespace {

constexpr bool printable(char c) { return c >= 0x20 && c <= 0x7e; }

std::string ascii(std::string_view text, std::size_t limit) {
  std::string out(text.substr(0, limit));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return !printable(c); }, '?');
  return out;
}

std::string bounded(Fields& fields, std::string_view key, std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  fields.refuse(key, fmt::format("longer than {} bytes", limit));
  return {};
}

std::vector<std::string> strings(Fields& fields, std::string_view key, bool names) {
  const JsonArray& array = fields.array(key);
  std::vector<std::string> out;
  if (array.size() > kMaxList) {
    fields.refuse(key, fmt::format("more than {} entries", kMaxList));
    return {};
  }
  for (const Json& element : array) {
    const bool good = element.is_string() &&
                      element.as_string().size() <= (names ? kMaxName : kMaxText) &&
                      (!names || is_printable_ascii(element.as_string()));
    if (!good) {
      fields.refuse(key, names ? "must be an array of short ASCII strings"
                               : "must be an array of strings of at most 4096 bytes");
      return {};
    }
    out.push_back(element.as_string());
  }
  return out;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if ((lead & 0xF0U) == 0xE0) {
    const bool shortest = lead != 0xE0 || byte(1) >= 0xA0;
    const bool surrogate = lead == 0xED && byte(1) >= 0xA0;
    return shortest && !surrogate && tail(1) && tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool shortest = lead != 0xF0 || byte(1) >= 0x90;
    const bool in_range = lead != 0xF4 || byte(1) < 0x90;
    return shortest && in_range && tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), printable);
}

bool is_digest(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string as_name(std::string_view text) { return ascii(text, kMaxName); }
std::string as_fact(std::string_view text) { return ascii(text, kMaxText); }

std::string as_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (out.size() + std::max<std::size_t>(length, 1) > kMaxText) break;
    if (length == 0) {
      out += '?';
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string read_name(Fields& fields, std::string_view key) {
  std::string text = bounded(fields, key, fields.text(key), kMaxName);
  if (is_printable_ascii(text)) return text;
  fields.refuse(key, "must be printable ASCII");
  return {};
}

std::string read_present_name(Fields& fields, std::string_view key) {
  if (fields.optional(key) == nullptr) return {};
  std::string text = read_name(fields, key);
  if (text.empty()) fields.refuse(key, "must not be empty; leave it out");
  return text;
}

std::string read_path(Fields& fields, std::string_view key) {
  std::string text = bounded(fields, key, fields.text(key), kMaxText);
  if (is_printable_ascii(text)) return text;
  fields.refuse(key, "must be printable ASCII");
  return {};
}

std::string read_text(Fields& fields, std::string_view key) {
  return bounded(fields, key, fields.text(key), kMaxText);
}

std::string read_digest(Fields& fields, std::string_view key) {
  std::string text = fields.text(key);
  if (is_digest(text)) return text;
  fields.refuse(key, "must be a SHA-256 of 64 lower-case hexadecimal digits");
  return {};
}

std::string read_digest_or_none(Fields& fields, std::string_view key) {
  std::string text = fields.text(key);
  if (text.empty() || is_digest(text)) return text;
  fields.refuse(key, "must be \"\" or a SHA-256 of 64 lower-case hexadecimal digits");
  return {};
}

std::int64_t read_count(Fields& fields, std::string_view key) {
  const std::int64_t value = fields.integer(key);
  if (value >= 0) return value;
  fields.refuse(key, "must not be negative");
  return 0;
}

std::vector<std::int64_t> read_integers(Fields& fields, std::string_view key) {
  std::vector<std::int64_t> values = fields.integers(key);
  if (values.size() <= kMaxList) return values;
  fields.refuse(key, fmt::format("more than {} entries", kMaxList));
  return {};
}

std::vector<std::int64_t> read_counts(Fields& fields, std::string_view key) {
  std::vector<std::int64_t> values = read_integers(fields, key);
  if (std::all_of(values.begin(), values.end(), [](std::int64_t v) { return v >= 0; })) {
    return values;
  }
  fields.refuse(key, "must not hold a negative number");
  return {};
}

std::optional<std::int64_t> read_present_count(Fields& fields, std::string_view key) {
  if (fields.optional(key) == nullptr) return std::nullopt;
  return read_count(fields, key);
}

std::vector<std::int64_t> read_present_counts(Fields& fields, std::string_view key) {
  if (fields.optional(key) == nullptr) return {};
  std::vector<std::int64_t> values = read_counts(fields, key);
  if (values.empty()) fields.refuse(key, "must not be empty; leave it out");
  return values;
}

std::string read_word(Fields& fields, std::string_view key,
                      std::initializer_list<std::string_view> words) {
  std::string text = fields.text(key);
  if (std::find(words.begin(), words.end(), text) != words.end()) return text;
  fields.refuse(key, fmt::format("must be one of \"{}\"", fmt::join(words, "\", \"")));
  return {};
}

std::vector<std::string> read_names(Fields& fields, std::string_view key) {
  return strings(fields, key, true);
}

std::vector<std::string> read_texts(Fields& fields, std::string_view key) {
  return strings(fields, key, false);
}

}  // namespace ga
