// Between the parts of the node: copies from each GPU to each, and to each NUMA node, as tables
// shaded by how far a cell lies below the middle of its table.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "reports/render/html_sections.h"
#include "reports/render/numbers.h"

namespace ga {
namespace {

constexpr double kTold = 0.95;  // below this share of the middle a cell says by how much

struct Table {
  std::string caption, corner;
  std::vector<std::string> across;
  std::vector<std::vector<std::int64_t>> rows;  // a row for each GPU; 0: no such cell
};

// The middle of each cell over the blocks; nothing where they are not all of that width.
std::optional<std::vector<std::int64_t>> middles_of(const Measurement& series, std::size_t width) {
  std::vector<std::int64_t> middles;
  for (const auto& row : series.cells) {
    if (row.size() != width) return std::nullopt;
  }
  for (std::size_t cell = 0; cell < width; ++cell) {
    std::vector<std::int64_t> values;
    for (const auto& row : series.cells) values.push_back(row[cell]);
    middles.push_back(median_of(values).value_or(0));
  }
  return middles;
}

std::int64_t param_of(const Measurement& series, const char* name) {
  const auto param = series.params.find(name);
  return param == series.params.end() ? 0 : param->second;
}

std::optional<Table> p2p_table(const View& view, const Measurement& series, std::size_t gpus) {
  const Words& words = words_of(view.language);
  const auto middles = middles_of(series, gpus * gpus);
  if (!middles) return std::nullopt;
  Table table;
  table.caption =
      fmt::format(fmt::runtime(param_of(series, "shift") == 0 ? words.p2p_one : words.p2p_all),
                  param_of(series, "engine") == 0 ? words.by_sms : words.by_copy_engine);
  table.corner = words.from_to;
  for (std::size_t from = 0; from < gpus; ++from) {
    table.across.push_back(fmt::format("gpu/{}", from));
    const auto begin = middles->begin() + static_cast<std::ptrdiff_t>(from * gpus);
    table.rows.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(gpus));
  }
  return table;
}

// cells[way][gpu][numa node]; the GPU's page has both ways side by side.
std::optional<Table> numa_table(const View& view, const Measurement& series, std::size_t gpus) {
  const Words& words = words_of(view.language);
  const KnownInt& known = view.report.evidence.facts.host.numa_nodes;
  if (!known || *known < 1 || *known > 64) return std::nullopt;
  const auto nodes = static_cast<std::size_t>(*known);
  const auto middles = middles_of(series, 2 * gpus * nodes);
  if (!middles) return std::nullopt;
  Table table;
  table.caption = param_of(series, "together") == 0 ? words.numa_alone : words.numa_together;
  table.corner = words.index;
  table.rows.resize(gpus);
  for (const std::size_t way : {0, 1}) {
    for (std::size_t node = 0; node < nodes; ++node) {
      table.across.push_back(
          fmt::format(fmt::runtime(way == 0 ? words.numa_to : words.numa_from), node));
      for (std::size_t gpu = 0; gpu < gpus; ++gpu) {
        table.rows[gpu].push_back((*middles)[(way * gpus + gpu) * nodes + node]);
      }
    }
  }
  return table;
}

std::int64_t middle_of(const Table& table) {
  std::vector<std::int64_t> values;
  for (const auto& row : table.rows) {
    for (const std::int64_t value : row) {
      if (value > 0) values.push_back(value);
    }
  }
  return median_of(values).value_or(0);
}

// From h0, at the middle or above, to h4, 15 % below it and worse.
std::string shade_of(double share) {
  return share >= 0.98    ? "h0"
         : share >= kTold ? "h1"
         : share >= 0.9   ? "h2"
         : share >= 0.85  ? "h3"
                          : "h4";
}

void write_table(Html& html, const View& view, const Measurement& series, const Table& table) {
  const std::int64_t middle = middle_of(table);
  const auto scroll = html.element("div", {{"class", "scroll"}});
  const auto element = html.element("table", {{"class", "heat"}});
  {
    const auto caption = html.element("caption");
    html.leaf("b", table.caption);
    html.text(fmt::format(" {}, n={}, {}", unit_label(series.unit), series.cells.size(),
                          limit_text(view, series)));
  }
  {
    const auto head = html.element("thead");
    const auto row = html.element("tr");
    html.leaf("th", table.corner, {{"scope", "col"}});
    for (const std::string& label : table.across) html.leaf("th", label, {{"scope", "col"}});
  }
  const auto body = html.element("tbody");
  for (std::size_t gpu = 0; gpu < table.rows.size(); ++gpu) {
    const auto row = html.element("tr");
    html.leaf("th", fmt::format("gpu/{}", gpu), {{"scope", "row"}});
    for (const std::int64_t value : table.rows[gpu]) {
      if (value <= 0 || middle <= 0) {
        html.leaf("td", "–", {{"class", "self"}});
        continue;
      }
      const double share = static_cast<double>(value) / static_cast<double>(middle);
      const auto cell = html.element("td", {{"class", shade_of(share)}});
      html.text(in_unit(value, series.unit));
      if (share < kTold) html.leaf("small", margin(value, middle));
    }
  }
}

std::vector<std::pair<const Measurement*, Table>> tables_of(const View& view) {
  const std::size_t gpus = view.report.evidence.facts.gpus.size();
  std::vector<std::pair<const Measurement*, Table>> tables;
  for (const Measurement& series : view.report.evidence.measurements) {
    if (series.cells.empty() || gpus == 0) continue;
    std::optional<Table> table;
    if (series.gate == "nvlink.p2p") table = p2p_table(view, series, gpus);
    if (series.gate == "pcie.numa") table = numa_table(view, series, gpus);
    if (table) tables.emplace_back(&series, std::move(*table));
  }
  return tables;
}

}  // namespace

bool has_link_table(const View& view, std::string_view gate) {
  const auto tables = tables_of(view);
  return std::any_of(tables.begin(), tables.end(),
                     [&](const auto& table) { return table.first->gate == gate; });
}

void write_links(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const auto tables = tables_of(view);
  if (tables.empty()) return;
  const Section section(html, "links", words.links);
  html.leaf("p", words.links_note, {{"class", "muted"}});
  const auto side_by_side = html.element("div", {{"class", "tables"}});
  for (const auto& [series, table] : tables) write_table(html, view, *series, table);
}

}  // namespace ga
