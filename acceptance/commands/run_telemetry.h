// Compressed telemetry: the sidecar that a report binds by digest.
#pragma once

#include <string>

#include "reports/model/report.h"
#include "reports/model/result.h"

namespace ga {

// Compresses `from` into `to` (zstd), which appears whole or not at all; `from` is left. A file
// that is not there is empty telemetry.
Result<TelemetryRef> compress_telemetry(const std::string& from, const std::string& to);

}  // namespace ga
