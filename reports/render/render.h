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

// What a gate asks, in one sentence.
struct GateText {
  std::string question, question_ko;
};

// What the judgement made of the samples of one series.
struct ShownSeries {
  std::int64_t limit = 0, gross = 0;  // in the unit of the samples; 0: none
  bool is_ceiling = false;
  std::int64_t low = 0, high = 0;    // bounds of the median; 0 where the blocks were too few
  std::string status, source, date;  // of the limit
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
  // For pages: one for each measurement of the report, or none at all where nobody worked it out.
  std::vector<ShownSeries> series = {};
  std::map<std::string, GateText> gates = {};  // by gate
  bool draft_profile = false;                  // a profile that cannot accept
};

// Everything a person needs, worst first: decision, findings that are no pass with next steps, a
// table gate x unit with the numbers, what the signature proves and what it does not.
std::string render_text(const Report& report, const Shown& shown, Language language);

// The same as one page that needs nothing else: no script, no network, drawings inline.
std::string render_html(const Report& report, const Shown& shown, Language language);

// CTRF (ctrf.io, spec 0.0.0): fail, borderline and not measured = failed, each with its own word as
// rawStatus, not applicable = skipped, and one test named "decision".
std::string render_ctrf(const Report& report, const Shown& shown);

// JUnit XML: fail = failure, borderline and not measured = error, not applicable = skipped, and one
// test named "decision".
std::string render_junit(const Report& report, const Shown& shown);

}  // namespace ga
