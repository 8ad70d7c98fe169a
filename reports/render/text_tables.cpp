// The tables: verdicts and numbers by unit, and the facts of the node.
#include <fmt/format.h>

#include <algorithm>

#include "reports/render/numbers.h"
#include "reports/render/text_sections.h"
#include "reports/render/words.h"

namespace ga {
namespace {

constexpr std::size_t kGateColumns = 27;
constexpr std::size_t kCellColumns = 8;
constexpr std::size_t kUnitsAcross = 9;  // the node and eight GPUs
constexpr std::size_t kMediansAcross = 4;

void write_series(Page& page, const View& view, const SeriesGroup& units) {
  const Words& words = words_of(view.language);
  const Measurement& first = *units.front();
  const std::string worst = worst_text(view, units);
  page.text(case_name(first) + params_text(first.params), 2, 2);
  page.text(fmt::format("{}, n={}: {}{}", unit_label(first.unit), counts_text(units),
                        limit_text(view, first),
                        worst.empty() ? "" : fmt::format(", {} {}", words.worst, worst)),
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
void write_shared(Page& page, const View& view, std::string_view label, Known<T> Topic::*field,
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

void write_verdicts(Page& page, const View& view) {
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

void write_numbers(Page& page, const View& view) {
  page.heading(words_of(view.language).numbers);
  const auto all = series_of(view.report);
  if (all.empty()) page.text(words_of(view.language).none, 2);
  for (const SeriesGroup& units : all) write_series(page, view, units);
}

void write_facts(Page& page, const View& view) {
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
