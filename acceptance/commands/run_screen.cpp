#include "acceptance/commands/run_screen.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/model/units.h"
#include "reports/render/layout.h"

namespace ga {
namespace {

constexpr std::size_t kLeastWidth = 40;
constexpr std::size_t kWide = 90, kMedium = 60;
constexpr std::size_t kMostFindings = 3;
constexpr std::size_t kUnitColumns = 7, kNowColumns = 40;

// The start of `text` that fits; what is cut off ends with two dots.
std::string fitted(std::string_view text, std::size_t width) {
  const std::string whole = clean(text);
  if (columns(whole) <= width) return whole;
  std::string out;
  for (std::size_t at = 0; at < whole.size();) {
    const std::size_t begin = at;
    (void)next_character(whole, at);
    if (columns(out) + columns(whole.substr(begin, at - begin)) + 2 > width) break;
    out += whole.substr(begin, at - begin);
  }
  return out + "..";
}

std::string reading(const KnownInt& value, std::int64_t divisor, std::string_view unit) {
  return value ? fmt::format("{} {}", *value / divisor, unit) : std::string("-");
}

std::string bar(double share, std::size_t width) {
  const auto full = static_cast<std::size_t>(share * static_cast<double>(width));
  return fmt::format("[{}{}]", std::string(full, '#'), std::string(width - full, '.'));
}

std::string painted(const std::string& text, std::string_view code, bool color) {
  return color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
}

// Without the numbers where there is no room: the phase goes last.
std::string head(const Screen& screen, std::size_t width) {
  std::string times = fmt::format("elapsed {}", clock_text(screen.elapsed_ns));
  std::string progress;
  if (screen.expected_ns > 0) {
    const double share = std::min(
        0.99, static_cast<double>(screen.elapsed_ns) / static_cast<double>(screen.expected_ns));
    const std::int64_t left = screen.expected_ns - screen.elapsed_ns;
    times += left > 0 ? fmt::format("  left about {}", clock_text(left))
                      : std::string("  longer than planned");
    progress = fmt::format("{} {:2.0f} %  ", bar(share, width >= kWide ? 30 : 12), share * 100);
  }
  if (width < kMedium) progress.clear();
  return fitted(fmt::format("{}{}  {}", progress, times, screen.phase), width);
}

std::string row_text(const std::string& unit, const UnitRow& row, std::size_t width) {
  std::string text = pad_right(unit, kUnitColumns);
  if (width >= kMedium) {
    text += fmt::format("{:>8} {:>6} ", reading(row.clock_mhz, 1, "MHz"),
                        reading(row.power_mw, 1000, "W"));
  }
  text += fmt::format("{:>5}  ", reading(row.temp_mc, 1000, "C"));
  if (width < kWide) return fitted(text + row.now, width);
  text += pad_right(fitted(row.now, kNowColumns), kNowColumns + 2);
  return fitted(text + row.last, width);
}

std::string column_heads(std::size_t width) {
  std::string text = pad_right("unit", kUnitColumns);
  if (width >= kMedium) text += fmt::format("{:>8} {:>6} ", "clock", "power");
  text += fmt::format("{:>5}  ", "temp");
  if (width < kWide) return text + "now";
  return text + pad_right("now", kNowColumns + 2) + "newest result";
}

std::string_view mark_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::fail:
      return "FAIL";
    case Verdict::borderline:
      return "NEAR";
    case Verdict::pass:
    case Verdict::not_measured:
    case Verdict::not_applicable:
      break;
  }
  return "OPEN";
}

}  // namespace

std::vector<std::string> screen_lines(const Screen& screen, std::size_t width, bool color) {
  width = std::max(width, kLeastWidth);
  std::vector<std::string> lines{painted(head(screen, width), "1", color)};
  if (!screen.rows.empty()) lines.push_back(painted(column_heads(width), "2", color));
  for (const auto& [key, row] : screen.rows) lines.push_back(row_text(key.second, row, width));
  if (screen.answered > 0) {
    lines.push_back(fitted(fmt::format("{} of {} measuring gates answered, {} findings to look at",
                                       screen.answered, screen.gates, screen.findings.size()),
                           width));
  }
  const std::size_t count = std::min(kMostFindings, screen.findings.size());
  for (auto f = screen.findings.end() - static_cast<std::ptrdiff_t>(count);
       f != screen.findings.end(); ++f) {
    const std::string text =
        fmt::format("{}  {} {}: {}", mark_of(f->verdict), f->gate, f->unit_id, f->reason);
    lines.push_back(
        painted(fitted(text, width), f->verdict == Verdict::fail ? "31;1" : "33", color));
  }
  return lines;
}

std::string clock_text(std::int64_t ns) {
  const std::int64_t seconds = std::max<std::int64_t>(0, ns) / kNsPerS;
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace ga
