#include "reports/seal/sealed_report.h"

#include "reports/codec/report_codec.h"
#include "reports/model/digest.h"
#include "reports/seal/identity.h"

namespace ga {

Result<std::string> seal_report(Report report, const SigningKey& key) {
  report.subject = subjects_of(report.evidence.facts);
  GA_TRY(const std::string payload, report_to_payload(report));
  return seal(payload, key);
}

Result<OpenedReport> open_report(std::string_view bytes, std::span<const PublicKey> trusted) {
  GA_TRY(Opened opened, open_envelope(bytes, trusted));
  GA_TRY(Report report, report_from_payload(opened.payload));
  GA_CHECK(check_subjects(report));
  std::string id = sha256_hex(opened.payload);
  return OpenedReport{.report = std::move(report),
                      .id = std::move(id),
                      .key_id = std::move(opened.key_id),
                      .payload = std::move(opened.payload)};
}

}  // namespace ga
