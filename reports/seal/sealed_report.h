// A report as it lies on disk: sealed into its envelope, and opened again with every check that
// does not need a profile.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "reports/model/report.h"
#include "reports/seal/envelope.h"

namespace ga {

// Sets the subjects from the facts, writes and signs. Refuses what open_report would refuse.
Result<std::string> seal_report(Report report, const SigningKey& key);

struct OpenedReport {
  Report report;
  std::string id;       // SHA-256 of the payload bytes: what a report is known by
  std::string key_id;   // of the trusted key that signed it
  std::string payload;  // the very bytes that were verified
};

// open_envelope, report_from_payload and check_subjects, in that order; the error names the step.
Result<OpenedReport> open_report(std::string_view bytes, std::span<const PublicKey> trusted);

}  // namespace ga
