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
// then the path of the field.
Result<Report> report_from_json(const Json& json);

}  // namespace ga
