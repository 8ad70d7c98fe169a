// The grid: gates down, the node and its GPUs across, each cell a link to its finding.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/render/html_sections.h"

namespace ga {
namespace {

constexpr int kClasses = 4;
constexpr std::string_view kNode = "node";

bool is_gpu(std::string_view unit) {
  return unit.starts_with("gpu/") &&
         unit.find_first_not_of("0123456789", 4) == std::string_view::npos;
}

// The column of a finding: its GPU's, or the node's for a pair, a port, the node itself.
std::string_view column_of(const Finding& finding) {
  return is_gpu(finding.unit_id) ? std::string_view(finding.unit_id) : kNode;
}

std::vector<std::string> columns_of(const View& view) {
  std::vector<std::string> columns;
  for (const std::string& unit : units_of(view)) {
    if (is_gpu(unit)) columns.push_back(unit);
  }
  return columns;
}

// The worst finding of a gate in a column; null where there is none.
const Finding* cell_of(const View& view, std::string_view gate, std::string_view column) {
  const Finding* worst = nullptr;
  for (const Finding& finding : view.shown.findings) {
    if (finding.gate != gate || column_of(finding) != column) continue;
    if (worst == nullptr || rank_of(finding.verdict) < rank_of(worst->verdict)) worst = &finding;
  }
  return worst;
}

void write_cell(Html& html, const View& view, const Finding* finding) {
  if (finding == nullptr) return html.leaf("td", "");
  const auto cell = html.element("td", {{"class", std::string(verdict_id(finding->verdict))}});
  const auto link = html.link(anchor_of(view.shown, *finding));
  html.symbol(verdict_id(finding->verdict));
  html.leaf("span", verdict_cell(finding->verdict, view.language));
}

void write_gate(Html& html, const View& view, const std::string& gate,
                const std::vector<std::string>& columns) {
  const auto row = html.element("tr");
  {
    const auto head = html.element("th", {{"scope", "row"}});
    html.name(gate);
  }
  write_cell(html, view, cell_of(view, gate, kNode));
  for (const std::string& column : columns) write_cell(html, view, cell_of(view, gate, column));
}

void write_head(Html& html, const Words& words, const std::vector<std::string>& columns) {
  const auto head = html.element("thead");
  const auto row = html.element("tr");
  html.leaf("th", words.gate, {{"scope", "col"}});
  html.leaf("th", words.node_column, {{"scope", "col"}});
  for (const std::string& column : columns) {
    const auto cell = html.element("th", {{"scope", "col"}});
    html.leaf("span", "gpu/", {{"class", "wide"}});
    html.text(column.substr(4));
  }
}

void write_legend(Html& html, const View& view) {
  const auto list = html.element("ul", {{"class", "legend"}});
  for (const Verdict verdict : {Verdict::pass, Verdict::fail, Verdict::borderline,
                                Verdict::not_measured, Verdict::not_applicable}) {
    const auto item = html.element("li", {{"class", std::string(verdict_id(verdict))}});
    html.symbol(verdict_id(verdict));
    html.leaf("span", verdict_label(verdict, view.language));
  }
}

}  // namespace

std::string_view verdict_id(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "v-pass";
    case Verdict::fail:
      return "v-fail";
    case Verdict::borderline:
      return "v-border";
    case Verdict::not_measured:
      return "v-open";
    case Verdict::not_applicable:
      return "v-none";
  }
  return "v-open";
}

std::string anchor_of(const Shown& shown, const Finding& finding) {
  return fmt::format("f{}", &finding - shown.findings.data());
}

int class_of(std::string_view gate) {
  if (gate.ends_with(".exact") || gate == "hbm.pattern" || gate == "soak.digest") return 3;
  if (gate.starts_with("events.")) return 1;
  for (const std::string_view start : {"hbm.", "pcie.", "gemm.", "attention.", "nvlink.p2p",
                                       "allreduce.", "power.", "thermal.", "node.uniformity"}) {
    if (gate.starts_with(start)) return 2;
  }
  return 0;
}

std::string_view class_label(int of, const Words& words) {
  const std::array<std::string_view, kClasses> labels{words.class_a, words.class_b, words.class_c,
                                                      words.class_d};
  return labels[static_cast<std::size_t>(of)];
}

void write_symbols(Html& html) {
  const auto svg = html.element("svg", {{"class", "defs"}, {"aria-hidden", "true"}});
  const auto symbol = [&](std::string_view id, std::string_view shape, std::string_view stroke) {
    const auto drawing =
        html.element("symbol", {{"id", std::string(id)}, {"viewBox", "0 0 16 16"}});
    if (!shape.empty()) {
      html.empty("path", {{"d", std::string(shape)}, {"fill", "currentColor"}});
    }
    html.empty("path", {{"d", std::string(stroke)},
                        {"fill", "none"},
                        {"stroke", shape.empty() ? "currentColor" : "#fff"},
                        {"stroke-width", "2"},
                        {"stroke-linecap", "round"},
                        {"stroke-linejoin", "round"}});
  };
  symbol("v-pass", "", "M3 8.5l3.5 3.5L13 4.5");
  symbol("v-fail", "M2 2h12v12H2z", "M5.5 5.5l5 5M10.5 5.5l-5 5");
  symbol("v-border", "M8 .8L15.2 8 8 15.2.8 8z", "M8 4.8v3.6M8 11.2v.1");
  symbol("v-open", "", "M8 2a6 6 0 1 0 .01 0M6.2 6.4A1.9 1.9 0 1 1 8 8.6M8 11.3v.1");
  symbol("v-none", "", "M4.5 8h7");
  symbol("rehearsal", "", "M4 2.8v10.4L13.2 8z");
}

void write_grid(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const Section section(html, "grid", words.verdicts);
  write_legend(html, view);
  const std::vector<std::string> columns = columns_of(view);
  {
    const auto scroll = html.element("div", {{"class", "scroll"}});
    const auto table = html.element("table", {{"class", "grid"}});
    html.leaf("caption", words.grid_note);
    write_head(html, words, columns);
    for (int of = 0; of < kClasses; ++of) {
      std::vector<std::string> gates = gates_of(view.shown);
      std::erase_if(gates, [&](const std::string& gate) { return class_of(gate) != of; });
      if (gates.empty()) continue;
      const auto body = html.element("tbody");
      {
        const auto row = html.element("tr", {{"class", "class"}});
        html.leaf("th", class_label(of, words),
                  {{"scope", "rowgroup"}, {"colspan", std::to_string(columns.size() + 2)}});
      }
      for (const std::string& gate : gates) write_gate(html, view, gate, columns);
    }
  }
}

}  // namespace ga
