// Strips: the blocks of one series on every unit as dots against the limit, a row for each unit.
//
// Drawings carry shapes only and stretch with the page; numbers are text beside them.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "reports/render/html_sections.h"
#include "reports/render/numbers.h"

namespace ga {
namespace {

constexpr std::int64_t kWidth = 1000, kHeight = 24;

struct Scale {
  std::int64_t low = std::numeric_limits<std::int64_t>::max(), high = 0;

  void take(std::int64_t value) {
    if (value <= 0) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  // 20 at the lowest value, 980 at the highest.
  std::int64_t at(std::int64_t value) const {
    if (high <= low) return kWidth / 2;
    const double share = static_cast<double>(value - low) / static_cast<double>(high - low);
    return 20 + static_cast<std::int64_t>(share * 960);
  }
};

// What a series was held to: by the judgement, else by the profile's table of limits.
ShownSeries held_of(const View& view, const Measurement& series) {
  const auto& all = view.report.evidence.measurements;
  const auto index = static_cast<std::size_t>(&series - all.data());
  if (index < view.shown.series.size()) return view.shown.series[index];
  ShownSeries held;
  held.limit = floor_of(view, series).value_or(0);
  return held;
}

Scale scale_of(const View& view, const SeriesGroup& units) {
  Scale scale;
  for (const Measurement* series : units) {
    for (const std::int64_t sample : series->samples) scale.take(sample);
    const ShownSeries held = held_of(view, *series);
    for (const std::int64_t value : {held.limit, held.gross, held.low, held.high}) {
      scale.take(value);
    }
  }
  return scale;
}

void write_line(Html& html, const Scale& scale, std::int64_t value, const char* kind) {
  if (value <= 0) return;
  html.empty("path", {{"class", kind}, {"d", fmt::format("M{} 0v{}", scale.at(value), kHeight)}});
}

void write_strip(Html& html, const View& view, const Measurement& series, const Scale& scale) {
  const Words& words = words_of(view.language);
  const ShownSeries held = held_of(view, series);
  const auto [least, most] = std::minmax_element(series.samples.begin(), series.samples.end());
  const std::string label = fmt::format(fmt::runtime(words.strip_label), series.samples.size(),
                                        in_unit(*least, series.unit), in_unit(*most, series.unit),
                                        unit_label(series.unit));
  const auto svg = html.element("svg", {{"class", "strip"},
                                        {"viewBox", fmt::format("0 0 {} {}", kWidth, kHeight)},
                                        {"preserveAspectRatio", "none"},
                                        {"role", "img"},
                                        {"aria-label", label}});
  write_line(html, scale, held.gross, "gross");
  write_line(html, scale, held.limit, "line");
  if (held.low > 0 && held.high > 0) {
    html.empty(
        "path",
        {{"class", "bounds"},
         {"d", fmt::format("M{} {}H{}", scale.at(held.low), kHeight / 2, scale.at(held.high))}});
  }
  std::string dots;
  for (std::size_t i = 0; i < series.samples.size(); ++i) {
    // Spread over the height, so that dots of one value do not hide each other.
    dots += fmt::format("M{} {}h0", scale.at(series.samples[i]), 5 + i * 7 % 5 * 3);
  }
  html.empty("path", {{"class", "dots"}, {"d", dots}});
}

void write_row(Html& html, const View& view, const Measurement& series, const Scale& scale) {
  const Words& words = words_of(view.language);
  const ShownSeries held = held_of(view, series);
  const auto verdict = verdict_of(view.shown, series.gate, series.unit_id);
  const auto row =
      html.element("tr", {{"class", verdict ? std::string(verdict_id(*verdict)) : std::string()}});
  html.leaf("th", series.unit_id, {{"scope", "row"}});
  const auto median = median_of(series.samples);
  {
    const auto cell = html.element("td", {{"class", "drawing"}});
    if (median) write_strip(html, view, series, scale);
  }
  html.leaf("td", median ? in_unit(*median, series.unit) : std::string(words.no_samples),
            {{"class", "value"}});
  const bool bounded = held.low > 0 && held.high > 0;
  html.leaf("td",
            bounded ? fmt::format("{} – {}", in_unit(held.low, series.unit),
                                  in_unit(held.high, series.unit))
                    : std::string(),
            {{"class", "value wide"}});
  html.leaf("td", median && held.limit > 0 ? margin(*median, held.limit) : std::string(),
            {{"class", "value"}});
}

void write_caption(Html& html, const View& view, const SeriesGroup& units) {
  const Words& words = words_of(view.language);
  const Measurement& first = *units.front();
  const auto caption = html.element("caption");
  {
    const auto name = html.element("b");
    html.text(case_name(first) + params_text(first.params));
  }
  html.text(fmt::format(" {}, n={}. ", unit_label(first.unit), counts_text(units)));
  const ShownSeries held = held_of(view, first);
  if (held.limit > 0) {
    html.text(
        fmt::format(fmt::runtime(words.limit_line),
                    fmt::format("{} {}{}", held.is_ceiling ? words.ceiling : words.floor,
                                in_unit(held.limit, first.unit),
                                held.status.empty() ? "" : fmt::format(" ({})", held.status))));
    if (held.gross > 0) {
      html.text(", " +
                fmt::format(fmt::runtime(words.gross_line), in_unit(held.gross, first.unit)));
    }
    html.text(". ");
  } else {
    html.text(limit_text(view, first) + ". ");
  }
  if (!held.source.empty()) {
    html.leaf("span", fmt::format(fmt::runtime(words.limit_source), held.source, held.date) + ". ",
              {{"class", "muted"}});
  }
}

}  // namespace

void write_strips(Html& html, const View& view, std::string_view gate) {
  const Words& words = words_of(view.language);
  bool begun = false;
  for (const SeriesGroup& units : series_of(view.report)) {
    const bool timed = std::any_of(units.begin(), units.end(), [](const Measurement* series) {
      return series->samples.size() > 1;
    });
    // Launches are a count of work done, and squares of cells are tables of their own.
    const Measurement& first = *units.front();
    if (first.gate != gate || !timed || first.unit == "launches" || !first.cells.empty()) continue;
    const Scale scale = scale_of(view, units);
    const auto table = html.element("table", {{"class", "strips"}});
    write_caption(html, view, units);
    {
      const auto head = html.element("thead");
      const auto row = html.element("tr");
      html.leaf("th", words.part_column, {{"scope", "col"}});
      html.leaf("th", words.blocks, {{"scope", "col"}});
      html.leaf("th", words.median, {{"scope", "col"}, {"class", "value"}});
      html.leaf("th", words.bounds, {{"scope", "col"}, {"class", "value wide"}});
      html.leaf("th", words.margin, {{"scope", "col"}, {"class", "value"}});
    }
    const auto body = html.element("tbody");
    for (const Measurement* series : units) write_row(html, view, *series, scale);
    begun = true;
  }
  if (begun) html.leaf("p", words.strip_note, {{"class", "muted note"}});
}

}  // namespace ga
