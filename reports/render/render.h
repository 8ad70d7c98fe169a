// Renderings of a report for people and for CI. Pure: a report in, text out.
#pragma once

#include <string>
#include <string_view>

#include "reports/model/report.h"

namespace ga {

enum class Language { en, ko };

// What is shown beside the report itself: by whom it was judged, and with what result.
struct Shown {
  std::string decision, cause;      // of this judgement, not the claimed one
  std::vector<Finding> findings;    // of this judgement
  std::string judged_by;            // "run" or "verify with profile hgx-h200 2026.1"
  std::string report_id;            // SHA-256 of the payload; empty before sealing
};

// Everything a person needs, worst first: decision, findings that are no pass with next steps, a
// table gate x unit with the numbers, what the signature proves and what it does not.
std::string render_text(const Report& report, const Shown& shown, Language language);

// JUnit XML: fail = failure, borderline and not measured = error, not applicable = skipped, and one
// test named "decision".
std::string render_junit(const Report& report, const Shown& shown);

}  // namespace ga
