// The sections of the text rendering, each written to the page.
#pragma once

#include "reports/render/layout.h"
#include "reports/render/view.h"

namespace ga {

void write_decision(Page& page, const View& view);
void write_findings(Page& page, const View& view);  // those that are no pass
void write_warnings(Page& page, const View& view);
void write_verdicts(Page& page, const View& view);  // gate x unit
void write_numbers(Page& page, const View& view);   // series x unit, with floor and margin
void write_corruption(Page& page, const View& view);
void write_facts(Page& page, const View& view);
void write_run(Page& page, const View& view);
void write_proof(Page& page, const View& view);

}  // namespace ga
