// Under which conditions the GPUs were measured: clock, power and temperature, a drawing each.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "reports/render/html_sections.h"
#include "reports/render/numbers.h"

namespace ga {
namespace {

constexpr std::size_t kPoints = 240;  // at most in one drawing
constexpr std::int64_t kHeight = 100;

struct Quantity {
  std::string_view Words::*label;
  std::string_view unit;
  std::vector<std::int64_t> Measurement::*readings;
  std::int64_t divisor;
  bool lowest;  // of several blocks in one point: the lowest, else the highest
};
constexpr std::array kQuantities{
    Quantity{&Words::clock, "MHz", &Measurement::clock_mhz, 1, true},
    Quantity{&Words::power, "W", &Measurement::power_mw, 1000, false},
    Quantity{&Words::temperature, "°C", &Measurement::temp_mc, 1000, false},
};

// Readings of one GPU over all its series, in the order of the report. Zero and less is no reading.
std::vector<std::int64_t> readings_of(const Report& report, const std::string& unit,
                                      const Quantity& quantity) {
  std::vector<std::int64_t> all;
  for (const Measurement& series : report.evidence.measurements) {
    if (series.unit_id != unit) continue;
    for (const std::int64_t value : series.*quantity.readings) {
      if (value > 0) all.push_back(value / quantity.divisor);
    }
  }
  return all;
}

std::vector<std::int64_t> thinned(const std::vector<std::int64_t>& all, bool lowest) {
  const std::size_t stride = (all.size() + kPoints - 1) / kPoints;
  if (stride <= 1) return all;
  std::vector<std::int64_t> points;
  for (std::size_t at = 0; at < all.size(); at += stride) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(at + stride, all.size()));
    points.push_back(lowest ? *std::min_element(begin, end) : *std::max_element(begin, end));
  }
  return points;
}

struct Range {
  std::int64_t low = std::numeric_limits<std::int64_t>::max(), high = 0;
};

// One range for all GPUs, so that the drawings can be compared.
Range range_of(const Report& report, const Quantity& quantity) {
  Range range;
  for (const GpuFacts& gpu : report.evidence.facts.gpus) {
    for (const std::int64_t value : readings_of(report, gpu.unit_id, quantity)) {
      range.low = std::min(range.low, value);
      range.high = std::max(range.high, value);
    }
  }
  return range;
}

std::string path_of(const std::vector<std::int64_t>& points, const Range& range) {
  const auto y = [&](std::int64_t value) {
    if (range.high <= range.low) return kHeight / 2;
    return 4 + (range.high - value) * (kHeight - 8) / (range.high - range.low);
  };
  std::string path = fmt::format("M0 {}", y(points.front()));
  for (std::size_t i = 1; i < points.size(); ++i) {
    path += fmt::format("l1 {}", y(points[i]) - y(points[i - 1]));
  }
  return path;
}

void write_curve(Html& html, const View& view, const std::string& unit, const Quantity& quantity,
                 const Range& range) {
  const Words& words = words_of(view.language);
  const auto all = readings_of(view.report, unit, quantity);
  if (all.empty()) return;
  const auto [least, most] = std::minmax_element(all.begin(), all.end());
  const std::string_view name = words.*quantity.label;
  {
    const auto line = html.element("div", {{"class", "reading"}});
    html.leaf("span", name);
    html.leaf("b", fmt::format("{} – {} {}", *least, *most, quantity.unit));
  }
  const auto points = thinned(all, quantity.lowest);
  const auto svg = html.element(
      "svg",
      {{"class", "curve"},
       {"viewBox", fmt::format("0 0 {} {}", std::max<std::size_t>(points.size() - 1, 1), kHeight)},
       {"preserveAspectRatio", "none"},
       {"role", "img"},
       {"aria-label",
        fmt::format(fmt::runtime(words.chart_label), unit, name, *least, *most, quantity.unit)}});
  html.empty("path", {{"d", path_of(points, range)}});
}

}  // namespace

void write_conditions(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  std::array<Range, kQuantities.size()> ranges;
  for (std::size_t i = 0; i < kQuantities.size(); ++i) {
    ranges[i] = range_of(view.report, kQuantities[i]);
  }
  const bool any =
      std::any_of(ranges.begin(), ranges.end(), [](const Range& range) { return range.high > 0; });
  if (!any) return;
  const Section section(html, "conditions", words.conditions);
  html.leaf("p", words.conditions_note, {{"class", "muted"}});
  const auto cards = html.element("div", {{"class", "cards"}});
  for (const GpuFacts& gpu : view.report.evidence.facts.gpus) {
    const auto card = html.element("div", {{"class", "card"}});
    html.leaf("h3", gpu.unit_id);
    for (std::size_t i = 0; i < kQuantities.size(); ++i) {
      write_curve(html, view, gpu.unit_id, kQuantities[i], ranges[i]);
    }
  }
}

}  // namespace ga
