// What series say: names, limits, margins, and which rate of silent corruption they exclude.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/render/numbers.h"
#include "reports/render/view.h"

namespace ga {
namespace {

bool same_series(const Measurement& a, const Measurement& b) {
  return a.gate == b.gate && a.case_id == b.case_id &&
         params_text(a.params) == params_text(b.params);
}

// Median of another case of the same gate on the same unit: what a ratio is taken of.
std::optional<std::int64_t> reference_of(const Report& report, const Measurement& series,
                                         const std::string& of_case) {
  for (const Measurement& other : report.evidence.measurements) {
    if (other.unit_id == series.unit_id && other.case_id == of_case && other.gate == series.gate) {
      return median_of(other.samples);
    }
  }
  for (const Measurement& other : report.evidence.measurements) {
    if (other.unit_id == series.unit_id && other.case_id == of_case)
      return median_of(other.samples);
  }
  return std::nullopt;
}

}  // namespace

std::vector<SeriesGroup> series_of(const Report& report) {
  const auto& all = report.evidence.measurements;
  std::vector<SeriesGroup> groups;
  std::set<const Measurement*> taken;
  for (const Measurement& first : all) {
    if (taken.contains(&first)) continue;
    SeriesGroup units;
    for (const Measurement& other : all) {
      if (same_series(first, other) && taken.insert(&other).second) units.push_back(&other);
    }
    std::stable_sort(units.begin(), units.end(), [](const Measurement* a, const Measurement* b) {
      return unit_before(a->unit_id, b->unit_id);
    });
    groups.push_back(std::move(units));
  }
  return groups;
}

std::string case_name(const Measurement& series) {
  return series.gate == series.case_id ? series.gate
                                       : fmt::format("{} {}", series.gate, series.case_id);
}

std::string params_text(const Params& params) {
  std::string out;
  for (const auto& [name, value] : params) {
    if (name == "seed") continue;
    out += fmt::format(" {}={}", name, value);
  }
  return out;
}

const ShownLimit* limit_of(const Shown& shown, const Measurement& series) {
  const auto bytes = series.params.find("bytes");
  for (const ShownLimit& limit : shown.limits) {
    const bool of_size =
        limit.bytes == 0 || (bytes != series.params.end() && bytes->second == limit.bytes);
    if (of_size && limit.gate == series.gate && limit.case_id == series.case_id) return &limit;
  }
  return nullptr;
}

std::optional<std::int64_t> floor_of(const View& view, const Measurement& series) {
  const ShownLimit* limit = limit_of(view.shown, series);
  if (limit == nullptr) return std::nullopt;
  if (limit->of_case.empty()) {
    if (limit->unit != series.unit) return std::nullopt;
    return limit->value;
  }
  const auto reference = reference_of(view.report, series, limit->of_case);
  if (!reference) return std::nullopt;
  return static_cast<std::int64_t>(static_cast<double>(*reference) * 1e-6 *
                                   static_cast<double>(limit->min_ppm));
}

std::string limit_text(const View& view, const Measurement& series) {
  const Words& words = words_of(view.language);
  const ShownLimit* limit = limit_of(view.shown, series);
  if (limit == nullptr) return std::string(words.no_floor);
  if (limit->of_case.empty()) {
    return fmt::format("{} {} ({})", limit->is_ceiling ? words.ceiling : words.floor,
                       in_unit(limit->value, limit->unit), limit->status);
  }
  const std::string share =
      fmt::format(fmt::runtime(words.ratio_floor), limit->of_case, percent(limit->min_ppm));
  return fmt::format("{} ({})", share, limit->status);
}

std::string counts_text(const SeriesGroup& units) {
  const auto [least, most] = std::minmax_element(units.begin(), units.end(),
                                                 [](const Measurement* a, const Measurement* b) {
                                                   return a->samples.size() < b->samples.size();
                                                 });
  const std::size_t low = (*least)->samples.size(), high = (*most)->samples.size();
  return low == high ? fmt::format("{}", low) : fmt::format("{}-{}", low, high);
}

std::string worst_text(const View& view, const SeriesGroup& units) {
  std::optional<double> worst;
  std::string text;
  for (const Measurement* series : units) {
    const auto median = median_of(series->samples);
    const auto floor = floor_of(view, *series);
    if (!median || !floor || *floor <= 0) continue;
    const bool ceiling = limit_of(view.shown, *series)->is_ceiling;
    const double share = ceiling ? static_cast<double>(*floor) / static_cast<double>(*median)
                                 : static_cast<double>(*median) / static_cast<double>(*floor);
    if (worst && share >= *worst) continue;
    worst = share;
    text = fmt::format("{} {}", series->unit_id, margin(*median, *floor));
  }
  return text;
}

Exposure exposure_of(const Evidence& evidence, const std::string& unit) {
  Exposure exposure;
  for (const Warmup& warmup : evidence.warmup) {
    if (warmup.unit_id == unit) exposure.launches += warmup.launches.value_or(0);
  }
  for (const Measurement& series : evidence.measurements) {
    const bool computes = series.unit == "flops" || series.unit == "launches";
    if (series.unit_id != unit || !computes || !series.check) continue;
    exposure.launches += series.check->launches.value_or(0);
    const auto known = std::find(exposure.wrong.begin(), exposure.wrong.end(), series.case_id);
    if (is_wrong(*series.check) && known == exposure.wrong.end()) {
      exposure.wrong.push_back(series.case_id);
    }
  }
  return exposure;
}

}  // namespace ga
