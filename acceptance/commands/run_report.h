// RunReport: from a measured attempt to the files that it leaves.
#pragma once

#include <string>

#include "acceptance/commands/run_setup.h"
#include "acceptance/core/judge.h"
#include "acceptance/journal/attempt.h"
#include "reports/model/report.h"
#include "reports/seal/keys.h"

namespace ga {

// Whether a signal ended the run; it lends the decision a cause.
enum class Closing { complete, interrupted };

// Judged by all gates, whichever were asked. Telemetry is added when it is written.
Report make_report(const RunSetup& setup, const Attempt& attempt, Closing closing);

struct WrittenReport {
  std::string id;    // SHA-256 of the payload
  std::string text;  // the rendering for stdout
};

// Telemetry, report and JUnit, each whole or not at all; an ephemeral key's public half.
Result<WrittenReport> write_report(const RunSetup& setup, Report report, const SigningKey& key);

}  // namespace ga
