#include "benches/cases/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

namespace ga {
namespace {

struct Part {
  std::string_view name;  // as the driver writes it
  Peak peak;
};

// NVIDIA's data sheets, dense rates at the boost clock they are quoted for; fp64 that of the tensor
// cores, where they are faster. The names are matched whole: H100 PCIe and H100 NVL are other
// parts. Columns: bf16, fp16, tf32, fp8, fp32, fp64, int8.
constexpr std::array kParts{
    Part{"NVIDIA H200",
         {4'800'000'000'000, {989'000, 989'000, 494'500, 1'979'000, 67'000, 67'000, 1'979'000}}},
    Part{"NVIDIA H100 80GB HBM3",
         {3'350'000'000'000, {989'000, 989'000, 494'500, 1'979'000, 67'000, 67'000, 1'979'000}}},
    Part{"NVIDIA B200",
         {8'000'000'000'000,
          {2'250'000, 2'250'000, 1'125'000, 4'500'000, 75'000, 37'000, 4'500'000}}},
    Part{"NVIDIA A100-SXM4-80GB",
         {2'039'000'000'000, {312'000, 312'000, 156'000, 0, 19'500, 19'500, 624'000}}},
};
static_assert(kGemmTypes[3].in == ElementType::fp8 && kGemmTypes[6].in == ElementType::int8);

std::vector<double> as_doubles(const std::vector<std::int64_t>& samples) {
  return {samples.begin(), samples.end()};
}

// 733.4 TFLOP/s, 4.05 TB/s: three to four digits are what a block is good for.
std::string rate(std::int64_t value, std::string_view unit) {
  if (unit == "ns") return fmt::format("{} ns", value);
  const double tera = static_cast<double>(value) * 1e-12;
  if (unit == "flops") return fmt::format("{:.1f} TFLOP/s", tera);
  return fmt::format("{:.3f} TB/s", tera);
}

}  // namespace

Result<Summary> summarise(const Comparison& c) {
  if (c.wrong != 0) {
    return Error(ErrorCode::device, fmt::format("{} {}: {} wrong results", c.own, c.what, c.wrong));
  }
  const auto least = static_cast<std::size_t>(kLeastAlternations);
  const bool paired = c.baseline.empty() || c.baseline_samples.size() == c.own_samples.size();
  if (c.own_samples.size() < least || !paired) {
    return Error(ErrorCode::internal,
                 fmt::format("{} {}: {} and {} blocks, {} alternations are needed", c.own, c.what,
                             c.own_samples.size(), c.baseline_samples.size(), least));
  }
  Summary s;
  s.own_median = median(c.own_samples).value_or(0);
  if (!(s.own_median > 0)) {
    return Error(ErrorCode::internal, fmt::format("{} {}: a rate of nothing", c.own, c.what));
  }
  if (c.peak > 0) {
    s.own_of_peak = static_cast<double>(s.own_median) / static_cast<double>(c.peak);
  }
  if (c.baseline.empty()) return s;
  s.baseline_median = median(c.baseline_samples).value_or(0);
  const auto ratio =
      ratio_interval(as_doubles(c.own_samples), as_doubles(c.baseline_samples), kRatioCoverage);
  if (!ratio) {
    return Error(ErrorCode::internal,
                 fmt::format("{} {}: a ratio that is no number", c.own, c.what));
  }
  s.ratio = *ratio;
  return s;
}

std::int64_t Peak::flops(ElementType in) const {
  const auto type = static_cast<std::size_t>(&gemm_type(in) - kGemmTypes.data());
  return gflops[type] * 1'000'000'000;
}

Peak peak_of(std::string_view part_name) {
  for (const Part& part : kParts) {
    if (part.name == part_name) return part.peak;
  }
  return {};
}

std::string to_means(std::span<const Comparison> comparisons, const Target& target) {
  std::map<std::string, std::vector<double>> ratios;
  for (const Comparison& c : comparisons) {
    const Result<Summary> s = summarise(c);
    if (s && !c.baseline.empty()) ratios[c.own + " / " + c.baseline].push_back(s->ratio.median);
  }
  std::string lines;
  for (const auto& [name, all] : ratios) {
    double logarithms = 0;
    for (const double ratio : all) logarithms += std::log(ratio);
    lines += fmt::format(
        "{}: geometric mean of {} ratios {:.3f} (must {:.2f}, aim {:.2f}), lowest {:.3f}{}\n", name,
        all.size(), std::exp(logarithms / static_cast<double>(all.size())), target.must, target.aim,
        *std::min_element(all.begin(), all.end()),
        target.aim_lowest > 0 ? fmt::format(" (aim {:.2f})", target.aim_lowest) : "");
  }
  return lines;
}

std::string to_table(std::span<const Comparison> comparisons) {
  std::string table = fmt::format("{:<22} {:<24} {:>16} {:>16} {:>7} {:>15} {:>7} {:>6}\n", "case",
                                  "what", "own", "baseline", "ratio", "95 %", "peak", "MHz");
  for (const Comparison& c : comparisons) {
    const Result<Summary> s = summarise(c);
    if (!s) {
      table += fmt::format("{:<22} {:<24} {}\n", c.own, c.what, s.error().what());
      continue;
    }
    const bool alone = c.baseline.empty();
    table += fmt::format(
        "{:<22} {:<24} {:>16} {:>16} {:>7} {:>15} {:>7} {:>6}\n", c.own, c.what,
        rate(s->own_median, c.unit), alone ? "-" : rate(s->baseline_median, c.unit),
        alone ? "-" : fmt::format("{:.3f}", s->ratio.median),
        alone ? "-" : fmt::format("{:.3f}..{:.3f}", s->ratio.low, s->ratio.high),
        c.peak > 0 ? fmt::format("{:.1f} %", 100.0 * s->own_of_peak) : "-", c.clock_mhz);
    if (!c.no_baseline.empty()) table += fmt::format("  alone: {}\n", c.no_baseline);
  }
  return table;
}

}  // namespace ga
