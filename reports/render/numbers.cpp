#include "reports/render/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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

std::string percent(std::int64_t ppm) {
  return fmt::format("{:.1f} %", static_cast<double>(ppm) / 1e4);
}

}  // namespace ga
