#include "reports/render/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

namespace ga {
namespace {

struct UnitRow {
  std::string_view unit, label;
  double scale;
  int digits;
};

constexpr std::array kUnits{
    UnitRow{"bytes_per_s", "GB/s", 1e9, 1},
    UnitRow{"flops", "TFLOP/s", 1e12, 1},
    UnitRow{"mhz", "MHz", 1, 0},
    UnitRow{"launches", "launches", 1, 0},
    UnitRow{"ns", "us", 1e3, 2},
};

const UnitRow* row_of(std::string_view unit) {
  const auto* row = std::find_if(kUnits.begin(), kUnits.end(),
                                 [&](const UnitRow& candidate) { return candidate.unit == unit; });
  return row == kUnits.end() ? nullptr : row;
}

}  // namespace

std::optional<std::int64_t> median_of(std::span<const std::int64_t> samples) {
  if (samples.empty()) return std::nullopt;
  std::vector<std::int64_t> sorted(samples.begin(), samples.end());
  const std::size_t middle = (sorted.size() - 1) / 2;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(middle),
                   sorted.end());
  return sorted[middle];
}

std::string unit_label(std::string_view unit) {
  const UnitRow* row = row_of(unit);
  return std::string(row != nullptr ? row->label : unit);
}

std::string in_unit(std::int64_t value, std::string_view unit) {
  const UnitRow* row = row_of(unit);
  if (row == nullptr) return fmt::format("{}", value);
  return fmt::format("{:.{}f}", static_cast<double>(value) / row->scale, row->digits);
}

std::string margin(std::int64_t value, std::int64_t floor) {
  if (floor <= 0) return "?";
  const double share = static_cast<double>(value) / static_cast<double>(floor) - 1;
  return fmt::format("{:+.1f} %", 100 * share);
}

std::string grouped(std::int64_t value) {
  std::string text = fmt::format("{}", value);
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > first + 3;) text.insert(at -= 3, ",");
  return text;
}

std::optional<std::int64_t> utc_ms(std::string_view utc) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
  if (utc.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < utc.size(); ++i) {
    const bool digit = utc[i] >= '0' && utc[i] <= '9';
    if (kForm[i] == '0' ? !digit : utc[i] != kForm[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t length) {
    int value = 0;
    for (const char c : utc.substr(at, length)) value = 10 * value + (c - '0');
    return value;
  };
  namespace chrono = std::chrono;
  const chrono::year_month_day day(chrono::year(number(0, 4)),
                                   chrono::month(static_cast<unsigned>(number(5, 2))),
                                   chrono::day(static_cast<unsigned>(number(8, 2))));
  if (!day.ok() || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 60) {
    return std::nullopt;
  }
  const std::int64_t seconds =
      number(11, 2) * 3600 + number(14, 2) * 60 + number(17, 2) +
      std::int64_t{86400} * chrono::sys_days(day).time_since_epoch().count();
  return 1000 * seconds;
}

std::string percent(std::int64_t ppm) {
  return fmt::format("{:.1f} %", static_cast<double>(ppm) / 1e4);
}

}  // namespace ga
