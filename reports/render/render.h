// Renderings of a report for people and for CI. Pure: a report in, text out.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/report.h"

namespace ga {

enum class Language { en, ko };

// A floor or ceiling that the judgement held a series to: absolute in `unit`, or a share of another
// case.
struct ShownLimit {
  std::string gate, case_id;
  std::int64_t value = 0;  // 0 for a ratio
  std::string unit;
  std::string of_case;  // empty for an absolute floor
  std::int64_t min_ppm = 0;
  std::string status;  // "calibrated", "published", "provisional"
  bool is_ceiling = false;
  std::int64_t bytes = 0;  // of series with that parameter alone; 0: of any
};

// What the code table says beside a finding's own English text.
struct CodeText {
  std::string message_ko, next_step_ko;
  std::string action;  // "return_part"
  bool rma = false;
};

// What is shown beside the report itself: by whom it was judged, and with what result.
struct Shown {
  std::string decision, cause;    // of this judgement, not the claimed one
  std::vector<Finding> findings;  // of this judgement
  std::string judged_by;          // "run" or "verify with profile hgx-h200 2026.1"
  std::string report_id;          // SHA-256 of the payload; empty before sealing
  std::string key_id = {};        // of the key whose signature was checked; empty: not checked
  std::vector<ShownLimit> limits = {};
  std::map<std::string, CodeText> codes = {};  // by code; a code that lacks here keeps English
};

// Everything a person needs, worst first: decision, findings that are no pass with next steps, a
// table gate x unit with the numbers, what the signature proves and what it does not.
std::string render_text(const Report& report, const Shown& shown, Language language);

// JUnit XML: fail = failure, borderline and not measured = error, not applicable = skipped, and one
// test named "decision".
std::string render_junit(const Report& report, const Shown& shown);

}  // namespace ga
