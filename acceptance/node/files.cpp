#include "acceptance/node/files.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "reports/model/digest.h"

namespace ga {

namespace fs = std::filesystem;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string cleaned(std::string_view text, std::size_t most) {
  std::string out(text.substr(0, most));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

std::optional<std::int64_t> to_int(std::string_view text, int base) {
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

KnownText one_line(const std::string& path) {
  const auto text = read_file(path, kSmallFile);
  if (!text) return KnownText::missing(text.error().what());
  const std::string_view line = trimmed(*text);
  if (line.empty()) return KnownText::missing(path + " is empty");
  if (!printable(line)) return KnownText::missing(path + " is not printable ASCII");
  return std::string(line);
}

KnownInt one_number(const std::string& path, int base) {
  const KnownText line = one_line(path);
  if (!line) return KnownInt::missing(line.absent);
  const auto value = to_int(*line, base);
  if (!value) return KnownInt::missing(path + " is no number: " + line.value->substr(0, 40));
  return *value;
}

KnownText labelled(std::string_view text, std::string_view label) {
  for (const std::string_view line : lines_of(text)) {
    if (!line.starts_with(label)) continue;
    const std::string_view value = trimmed(line.substr(label.size()));
    if (value.empty() || !printable(value)) {
      return KnownText::missing("nothing readable after \"" + std::string(label) + "\"");
    }
    return std::string(value);
  }
  return KnownText::missing("no line \"" + std::string(label) + "\"");
}

KnownList<std::string> names_in(const std::string& directory) {
  std::error_code ec;
  std::vector<std::string> names;
  fs::directory_iterator it(directory, ec);
  for (const fs::directory_iterator end; !ec && it != end; it.increment(ec)) {
    names.push_back(it->path().filename().string());
  }
  if (ec) return KnownList<std::string>::missing(directory + ": " + ec.message());
  std::sort(names.begin(), names.end());
  return names;
}

bool exists(const std::string& path) {
  std::error_code ec;
  return fs::exists(path, ec);
}

std::optional<std::int64_t> count_of_ranges(std::string_view ranges) {
  constexpr std::int64_t kMost = 1 << 20;  // more than any machine has of anything counted so
  std::int64_t count = 0;
  for (std::size_t from = 0; from <= ranges.size();) {
    const std::size_t end = std::min(ranges.find(',', from), ranges.size());
    const std::string_view range = ranges.substr(from, end - from);
    const std::size_t dash = range.find('-');
    const auto first = to_int(range.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : to_int(range.substr(dash + 1));
    if (!first || !last || *first < 0 || *last < *first || *last > kMost) return std::nullopt;
    count += *last - *first + 1;
    if (count > kMost) return std::nullopt;
    from = end + 1;
  }
  return count;
}

}  // namespace ga
