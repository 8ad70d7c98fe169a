// The sections of the text rendering, each written to the page.
#pragma once

#include "reports/render/layout.h"
#include "reports/render/render.h"

namespace ga {

struct TextView {
  const Report& report;
  const Shown& shown;
  Language language;
};

void write_decision(Page& page, const TextView& view);
void write_findings(Page& page, const TextView& view);  // those that are no pass
void write_warnings(Page& page, const TextView& view);
void write_verdicts(Page& page, const TextView& view);  // gate x unit
void write_numbers(Page& page, const TextView& view);   // series x unit, with floor and margin
void write_corruption(Page& page, const TextView& view);
void write_facts(Page& page, const TextView& view);
void write_run(Page& page, const TextView& view);
void write_proof(Page& page, const TextView& view);

// "node", "gpu/0" ...: the units of the report and of the findings, GPUs by number.
std::vector<std::string> units_of(const TextView& view);

// "gpu/3 (PCI 0000:5d:00.0, GPU-41f0..., serial 165...)": the part as a field engineer finds it.
std::string part_name_of(const TextView& view, const std::string& unit_id);

}  // namespace ga
