// The tables: verdicts and numbers by unit, and the facts of the node.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "reports/render/numbers.h"
#include "reports/render/text_sections.h"
#include "reports/render/words.h"

namespace ga {
namespace {

constexpr std::size_t kGateColumns = 27;
constexpr std::size_t kCellColumns = 8;
constexpr std::size_t kUnitsAcross = 9;  // the node and eight GPUs
constexpr std::size_t kMediansAcross = 4;

// GPUs by number, everything else before them by name.
bool unit_before(const std::string& a, const std::string& b) {
  const auto key = [](const std::string& unit) {
    return std::pair(unit.starts_with("gpu/") ? unit.size() : std::size_t{0}, unit);
  };
  return key(a) < key(b);
}

// Verdict of a gate on a unit: the worst, where a gate gave several.
std::optional<Verdict> verdict_of(const Shown& shown, std::string_view gate,
                                  const std::string& unit) {
  constexpr std::array kWorstFirst{Verdict::fail, Verdict::borderline, Verdict::not_measured,
                                   Verdict::pass, Verdict::not_applicable};
  const auto rank = [&](Verdict verdict) {
    return std::find(kWorstFirst.begin(), kWorstFirst.end(), verdict) - kWorstFirst.begin();
  };
  std::optional<Verdict> worst;
  for (const Finding& finding : shown.findings) {
    if (finding.gate != gate || finding.unit_id != unit) continue;
    if (!worst || rank(finding.verdict) < rank(*worst)) worst = finding.verdict;
  }
  return worst;
}

std::vector<std::string> gates_of(const Shown& shown) {
  std::vector<std::string> gates;
  for (const Finding& finding : shown.findings) {
    if (std::find(gates.begin(), gates.end(), finding.gate) == gates.end()) {
      gates.push_back(finding.gate);
    }
  }
  return gates;
}

std::string params_text(const Params& params) {
  std::string out;
  for (const auto& [name, value] : params) {
    if (name == "seed") continue;
    out += fmt::format(" {}={}", name, value);
  }
  return out;
}

bool same_series(const Measurement& a, const Measurement& b) {
  return a.gate == b.gate && a.case_id == b.case_id &&
         params_text(a.params) == params_text(b.params);
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

// The floor of this series in its unit, where one can be named.
std::optional<std::int64_t> floor_of(const TextView& view, const Measurement& series) {
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

std::string limit_text(const TextView& view, const Measurement& series, const Words& words) {
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

// "11", or "11-30" where some units were measured longer.
std::string counts_text(const std::vector<const Measurement*>& units) {
  const auto [least, most] = std::minmax_element(units.begin(), units.end(),
                                                 [](const Measurement* a, const Measurement* b) {
                                                   return a->samples.size() < b->samples.size();
                                                 });
  const std::size_t low = (*least)->samples.size(), high = (*most)->samples.size();
  return low == high ? fmt::format("{}", low) : fmt::format("{}-{}", low, high);
}

// The unit that stands nearest to its limit, or furthest on its wrong side.
std::string worst_text(const TextView& view, const std::vector<const Measurement*>& units) {
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
    text = fmt::format(", {} {} {}", words_of(view.language).worst, series->unit_id,
                       margin(*median, *floor));
  }
  return text;
}

void write_series(Page& page, const TextView& view, const std::vector<const Measurement*>& units) {
  const Words& words = words_of(view.language);
  const Measurement& first = *units.front();
  const std::string what =
      first.gate == first.case_id ? first.gate : fmt::format("{} {}", first.gate, first.case_id);
  page.text(what + params_text(first.params), 2, 2);
  page.text(fmt::format("{}, n={}: {}{}", unit_label(first.unit), counts_text(units),
                        limit_text(view, first, words), worst_text(view, units)),
            6, 2);
  for (std::size_t begin = 0; begin < units.size(); begin += kMediansAcross) {
    std::string cells;
    for (std::size_t i = begin; i < std::min(begin + kMediansAcross, units.size()); ++i) {
      const auto median = median_of(units[i]->samples);
      const std::string value =
          median ? in_unit(*median, units[i]->unit) : std::string(words.no_samples);
      cells +=
          fmt::format("{}{} {}", cells.empty() ? "" : "   ", units[i]->unit_id, pad_left(value, 6));
    }
    page.text(cells, 6, 0);
  }
}

// "A=1 B=2": a fact that all GPUs share is one line, else one line each.
template <class T, class Topic>
void write_shared(Page& page, const TextView& view, std::string_view label, Known<T> Topic::*field,
                  std::string (*show)(const T&)) {
  const Words& words = words_of(view.language);
  const auto& gpus = view.report.evidence.facts.gpus;
  const auto text = [&](const GpuFacts& gpu) {
    const Known<T>& fact = gpu.*field;
    return fact ? show(*fact) : fmt::format("{} ({})", words.absent, fact.absent);
  };
  const bool same = std::all_of(gpus.begin(), gpus.end(), [&](const GpuFacts& gpu) {
    return text(gpu) == text(gpus.front());
  });
  if (gpus.empty()) return;
  if (same) return page.field(label, text(gpus.front()));
  page.field(label, words.per_gpu);
  for (const GpuFacts& gpu : gpus) page.field("", fmt::format("{} {}", gpu.unit_id, text(gpu)));
}

std::string as_is(const std::string& text) { return text; }
std::string as_gib(const std::int64_t& bytes) {
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1 << 30));
}
std::string as_watts(const std::int64_t& mw) { return fmt::format("{} W", mw / 1000); }
std::string as_mhz(const std::int64_t& mhz) { return fmt::format("{} MHz", mhz); }
std::string as_flag(const bool& on) { return on ? "on" : "off"; }

}  // namespace

std::vector<std::string> units_of(const TextView& view) {
  std::set<std::string> names;
  for (const Finding& finding : view.shown.findings) names.insert(finding.unit_id);
  for (const GpuFacts& gpu : view.report.evidence.facts.gpus) names.insert(gpu.unit_id);
  std::vector<std::string> units(names.begin(), names.end());
  std::sort(units.begin(), units.end(), unit_before);
  return units;
}

void write_verdicts(Page& page, const TextView& view) {
  const Words& words = words_of(view.language);
  const std::vector<std::string> units = units_of(view);
  page.heading(words.verdicts);
  for (std::size_t begin = 0; begin < units.size(); begin += kUnitsAcross) {
    const std::size_t end = std::min(begin + kUnitsAcross, units.size());
    std::string head = pad_right("", kGateColumns);
    for (std::size_t i = begin; i < end; ++i) head += pad_right(units[i], kCellColumns);
    page.text(head);
    for (const std::string& gate : gates_of(view.shown)) {
      std::string line = pad_right(gate, kGateColumns);
      for (std::size_t i = begin; i < end; ++i) {
        const auto verdict = verdict_of(view.shown, gate, units[i]);
        line += pad_right(verdict ? verdict_cell(*verdict, view.language) : "", kCellColumns);
      }
      page.text(line);
    }
  }
  page.text(words.legend);
}

void write_numbers(Page& page, const TextView& view) {
  const auto& all = view.report.evidence.measurements;
  page.heading(words_of(view.language).numbers);
  if (all.empty()) page.text(words_of(view.language).none, 2);
  std::set<const Measurement*> written;
  for (const Measurement& first : all) {
    if (written.contains(&first)) continue;
    std::vector<const Measurement*> units;
    for (const Measurement& other : all) {
      if (same_series(first, other) && written.insert(&other).second) units.push_back(&other);
    }
    std::stable_sort(units.begin(), units.end(), [](const Measurement* a, const Measurement* b) {
      return unit_before(a->unit_id, b->unit_id);
    });
    write_series(page, view, units);
  }
}

void write_facts(Page& page, const TextView& view) {
  const Words& words = words_of(view.language);
  const Facts& facts = view.report.evidence.facts;
  page.heading(words.node_facts);
  const auto text = [&](std::string_view label, const KnownText& fact) {
    page.field(label, fact ? *fact : fmt::format("{} ({})", words.absent, fact.absent));
  };
  text(words.node_name, facts.node.name);
  text(words.driver, facts.node.driver_version);
  text("NVML", facts.node.nvml_version);
  text(words.kernel, facts.node.kernel_release);
  write_shared(page, view, words.part, &GpuFacts::part_name, as_is);
  write_shared(page, view, words.pci_device, &GpuFacts::pci_device, as_is);
  write_shared(page, view, "VBIOS", &GpuFacts::vbios, as_is);
  write_shared(page, view, "InfoROM", &GpuFacts::inforom, as_is);
  write_shared(page, view, words.memory, &GpuFacts::memory_bytes, as_gib);
  write_shared(page, view, words.power_limit, &GpuFacts::power_limit_enforced_mw, as_watts);
  write_shared(page, view, words.max_clock, &GpuFacts::clock_sm_max_mhz, as_mhz);
  write_shared(page, view, "ECC", &GpuFacts::ecc_current, as_flag);
  write_shared(page, view, "MIG", &GpuFacts::mig_current, as_flag);
  for (const GpuFacts& gpu : facts.gpus) page.text(part_name_of(view, gpu.unit_id), 2, 2);
}

}  // namespace ga
