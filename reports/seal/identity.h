// Identity records: the lines that a subject's digest stands for. docs/report-format.md.
//
// A record is text and no JSON, so that nobody needs a canonical form of JSON to compute a digest:
//   gpu-identity/v1\nserial <serial>\nuuid <uuid>\nboard <board part>\n
//   node-identity/v1\nname <name>\n
// A fact that is absent is its key alone on the line ("serial\n"), which no value can look like.
#pragma once

#include <string>
#include <vector>

#include "reports/model/report.h"
#include "reports/model/result.h"

namespace ga {

std::string gpu_identity_record(const GpuFacts& gpu);
std::string node_identity_record(const NodeFacts& node);

// The node, then every GPU: name and SHA-256 of the record.
std::vector<Subject> subjects_of(const Facts& facts);

// The report's subjects are those of its facts. The error begins with "subject:".
Status check_subjects(const Report& report);

}  // namespace ga
