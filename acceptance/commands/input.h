// Reports as files: read whole, and looked into without a key where nobody asks who signed.
#pragma once

#include <string>

#include "reports/codec/json.h"
#include "reports/model/report.h"
#include "reports/model/result.h"

namespace ga {

// The file's bytes, whatever they are. An io error for what is no readable file, a parse error for
// one that is too large for a report.
Result<std::string> read_envelope_file(const std::string& path);

struct Unverified {
  Json payload;
  Report report;
  std::string report_id;
};
// The report inside, its signature NOT checked: for render and diff. The error names the file.
Result<Unverified> read_unverified(const std::string& path);

// Complains; the exit code is 6 for a file that is no report, and fail()'s for everything else.
int fail_on_report(const Error& error);

}  // namespace ga
