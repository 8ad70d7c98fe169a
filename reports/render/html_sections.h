// The sections of the page, each written in its place; html_page.cpp has the order.
#pragma once

#include <string>
#include <string_view>

#include "reports/render/html.h"
#include "reports/render/view.h"

namespace ga {

void write_style(Html& html);
// The drawings that stand for verdicts, each of its own shape, to be used by symbol().
void write_symbols(Html& html);

void write_decision(Html& html, const View& view);
void write_about(Html& html, const View& view);  // who, what, when, where
void write_proof(Html& html, const View& view);
void write_grid(Html& html, const View& view);  // gate x unit
void write_findings(Html& html, const View& view);
void write_warnings(Html& html, const View& view);
void write_numbers(Html& html, const View& view);
void write_links(Html& html, const View& view);
void write_conditions(Html& html, const View& view);  // clock, power, temperature
void write_corruption(Html& html, const View& view);
void write_passes(Html& html, const View& view);
void write_node(Html& html, const View& view);  // facts of node and GPUs
void write_versions(Html& html, const View& view);
void write_verify(Html& html, const View& view);

// The series of a gate: every unit's blocks against the limit.
void write_strips(Html& html, const View& view, std::string_view gate);

// Whether the cells of the gate's series have a table in the section of links.
bool has_link_table(const View& view, std::string_view gate);

// "v-pass", "v-fail" ...: the drawing of a verdict, and the class of what has it.
std::string_view verdict_id(Verdict verdict);
// Where the finding stands in the page: "f12".
std::string anchor_of(const Shown& shown, const Finding& finding);
// The group of gates that it belongs to: 0 identity and configuration, 1 events, 2 speed, 3
// correctness.
int class_of(std::string_view gate);
std::string_view class_label(int of, const Words& words);

// <section id=ID> with its heading.
class Section {
 public:
  Section(Html& html, std::string_view id, std::string_view title);

 private:
  Html::Element element_;
};

}  // namespace ga
