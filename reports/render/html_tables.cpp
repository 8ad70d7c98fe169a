// The tables: numbers of every series, silent corruption, facts of node and GPUs, versions.
#include <fmt/format.h>

#include <algorithm>

#include "reports/render/html_sections.h"
#include "reports/render/numbers.h"

namespace ga {
namespace {

std::vector<std::string> gpu_units(const View& view) {
  std::vector<std::string> units;
  for (const GpuFacts& gpu : view.report.evidence.facts.gpus) units.push_back(gpu.unit_id);
  return units;
}

void write_head(Html& html, const std::vector<std::string_view>& labels) {
  const auto head = html.element("thead");
  const auto row = html.element("tr");
  for (const std::string_view label : labels) html.leaf("th", label, {{"scope", "col"}});
}

std::string median_text(const Measurement& series, const Words& words) {
  const auto median = median_of(series.samples);
  return median ? in_unit(*median, series.unit) : std::string(words.no_samples);
}

// Series of the node alone have one number, across all GPUs.
void write_numbers_row(Html& html, const View& view, const SeriesGroup& units,
                       const std::vector<std::string>& columns) {
  const Words& words = words_of(view.language);
  const Measurement& first = *units.front();
  const auto row = html.element("tr");
  {
    const auto head = html.element("th", {{"scope", "row"}});
    html.name(case_name(first));
    html.leaf("small", fmt::format("{}, n={},{}", unit_label(first.unit), counts_text(units),
                                   params_text(first.params)));
  }
  html.leaf("td", limit_of(view.shown, first) == nullptr ? "–" : limit_text(view, first),
            {{"class", "limit"}});
  const bool of_gpus = std::any_of(units.begin(), units.end(), [&](const Measurement* series) {
    return std::find(columns.begin(), columns.end(), series->unit_id) != columns.end();
  });
  if (!of_gpus) {
    html.leaf("td", fmt::format("{}: {}", first.unit_id, median_text(first, words)),
              {{"colspan", std::to_string(std::max<std::size_t>(columns.size(), 1))},
               {"class", "value whole"}});
  } else {
    for (const std::string& column : columns) {
      const auto series =
          std::find_if(units.begin(), units.end(),
                       [&](const Measurement* candidate) { return candidate->unit_id == column; });
      html.leaf("td", series == units.end() ? "" : median_text(**series, words),
                {{"class", "value"}});
    }
  }
  html.leaf("td", worst_text(view, units), {{"class", "value"}});
}

void write_fact(Html& html, std::string_view label, std::string_view value) {
  html.leaf("dt", label);
  html.leaf("dd", value);
}

void write_fact(Html& html, const View& view, std::string_view label, const KnownText& fact) {
  write_fact(html, label,
             fact ? *fact : fmt::format("{} ({})", words_of(view.language).absent, fact.absent));
}

template <class T>
void write_fact_cell(Html& html, const View& view, const Known<T>& fact,
                     std::string (*show)(const T&)) {
  const Words& words = words_of(view.language);
  const auto cell = html.element("td");
  if (fact) return html.text(show(*fact));
  html.leaf("span", fmt::format("{} ({})", words.absent, fact.absent), {{"class", "muted"}});
}

std::string as_is(const std::string& text) { return text; }
std::string as_gib(const std::int64_t& bytes) {
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1 << 30));
}
std::string as_watts(const std::int64_t& mw) { return fmt::format("{} W", mw / 1000); }
std::string as_mhz(const std::int64_t& mhz) { return fmt::format("{} MHz", mhz); }

void write_gpus(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const auto scroll = html.element("div", {{"class", "scroll"}});
  const auto table = html.element("table", {{"class", "rows parts"}});
  write_head(html, {words.index, words.slot, words.serial, "UUID", words.part, "VBIOS",
                    words.memory, words.power_limit, words.max_clock});
  const auto body = html.element("tbody");
  for (const GpuFacts& gpu : view.report.evidence.facts.gpus) {
    const auto row = html.element("tr");
    html.leaf("th", gpu.unit_id, {{"scope", "row"}});
    write_fact_cell(html, view, gpu.pci_bus_id, as_is);
    write_fact_cell(html, view, gpu.serial, as_is);
    write_fact_cell(html, view, gpu.uuid, as_is);
    write_fact_cell(html, view, gpu.part_name, as_is);
    write_fact_cell(html, view, gpu.vbios, as_is);
    write_fact_cell(html, view, gpu.memory_bytes, as_gib);
    write_fact_cell(html, view, gpu.power_limit_enforced_mw, as_watts);
    write_fact_cell(html, view, gpu.clock_sm_max_mhz, as_mhz);
  }
}

}  // namespace

void write_numbers(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const Section section(html, "numbers", words.numbers);
  const auto all = series_of(view.report);
  if (all.empty()) return html.leaf("p", words.no_numbers);
  const std::vector<std::string> columns = gpu_units(view);
  const auto scroll = html.element("div", {{"class", "scroll"}});
  const auto table = html.element("table", {{"class", "rows numbers"}});
  std::vector<std::string_view> labels{words.series_column, words.limit_column};
  labels.insert(labels.end(), columns.begin(), columns.end());
  if (columns.empty()) labels.push_back(words.median);
  labels.push_back(words.worst);
  write_head(html, labels);
  const auto body = html.element("tbody");
  for (const SeriesGroup& units : all) {
    // Launches are no speed; the corruption that they exclude has a place of its own.
    if (units.front()->unit != "launches") write_numbers_row(html, view, units, columns);
  }
}

void write_corruption(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  std::vector<std::pair<std::string, Exposure>> rows;
  for (const std::string& unit : units_of(view)) {
    Exposure exposure = exposure_of(view.report.evidence, unit);
    if (exposure.launches > 0) rows.emplace_back(unit, std::move(exposure));
  }
  if (rows.empty()) return;
  const Section section(html, "corruption", words.corruption);
  const auto list = html.element("dl", {{"class", "facts"}});
  for (const auto& [unit, exposure] : rows) {
    const std::string count = grouped(exposure.launches);
    html.leaf("dt", unit);
    html.leaf("dd",
              exposure.wrong.empty() ? fmt::format(fmt::runtime(words.excluded), count,
                                                   grouped(exposure.launches / kRuleOfThree))
                                     : fmt::format(fmt::runtime(words.not_excluded), count,
                                                   fmt::join(exposure.wrong, ", ")),
              {{"class", exposure.wrong.empty() ? "" : "wrong"}});
  }
}

void write_node(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const Facts& facts = view.report.evidence.facts;
  const Section section(html, "node", words.node_facts);
  {
    const auto list = html.element("dl", {{"class", "facts"}});
    write_fact(html, view, words.node_name, facts.node.name);
    write_fact(html, view, words.driver, facts.node.driver_version);
    write_fact(html, view, "NVML", facts.node.nvml_version);
    write_fact(html, view, words.kernel, facts.node.kernel_release);
  }
  write_gpus(html, view);
}

void write_versions(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const Report& report = view.report;
  const Section section(html, "versions", words.versions);
  {
    const auto list = html.element("dl", {{"class", "facts"}});
    write_fact(html, words.suite,
               fmt::format("gpuaccept {} {}", report.suite.version, report.suite.commit));
    write_fact(html, words.worker, worker_text(report.worker, words));
    for (const std::string& line : failed_exits_of(report.evidence.exits)) {
      write_fact(html, words.worker_exits, line);
    }
    for (const std::string& line : algorithms_of(report.evidence.measurements)) {
      write_fact(html, words.algorithms, line);
    }
  }
  const auto scroll = html.element("div", {{"class", "scroll"}});
  const auto table = html.element("table", {{"class", "rows"}});
  write_head(html, {words.file, words.version, words.digest});
  const auto body = html.element("tbody");
  const auto write_file = [&](const std::string& name, const std::string& path,
                              const std::string& version, const std::string& sha256) {
    const auto row = html.element("tr");
    {
      const auto head = html.element("th", {{"scope", "row"}});
      html.text(name);
      if (!path.empty()) html.leaf("small", path);
    }
    html.leaf("td", version);
    const auto cell = html.element("td");
    html.leaf("code", sha256);
  };
  for (const Program& program : report.suite.programs) {
    write_file(program.name, "", report.suite.version, program.sha256);
  }
  for (const Library& library : report.suite.libraries) {
    write_file(library.name, library.path, library.version, library.sha256);
  }
}

}  // namespace ga
