// Report <-> the payload bytes that are signed: an in-toto Statement v1. docs/report-format.md.
#pragma once

#include <string>
#include <string_view>

#include "reports/codec/json.h"
#include "reports/model/report.h"

namespace ga {

inline constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
inline constexpr std::string_view kPredicateType = "urn:gpuaccept:report:1";

// The one byte form of a report: dump(report_to_json(report)).
Json report_to_json(const Report& report);

// Strict. The error names the first step that failed: "statement", "predicate type", "schema",
// then the path of the field, then "form" where the keys stand in another order.
// What it accepts, report_to_json writes back unchanged.
Result<Report> report_from_json(const Json& json);

// The same over bytes. Writing refuses a report that the reader would refuse (an integer over
// 2^53-1, a unit that is unknown): it must not be signed. Reading also refuses other spellings of
// the same JSON ("form"), so that one report has one digest.
Result<std::string> report_to_payload(const Report& report);
Result<Report> report_from_payload(std::string_view bytes);

}  // namespace ga
