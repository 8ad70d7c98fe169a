// Reports as files: read whole, and looked into without a key where nobody asks who signed.
#pragma once

#include <string>

#include "reports/codec/json.h"
#include "reports/model/report.h"
#include "reports/model/result.h"

namespace ga {

// The file's bytes, whatever they are; a file that is too large for an envelope comes cut to one
// byte more than the limit, for open_envelope to refuse. An io error for what is no readable file.
Result<std::string> read_envelope_file(const std::string& path);

struct Unverified {
  Json payload;
  Report report;
  std::string report_id;
};
// The report inside, its signature NOT checked: for render and diff. The error names the file.
Result<Unverified> read_unverified(const std::string& path);

}  // namespace ga
