// The report's reader on payload bytes: what is accepted is written back byte for byte, and is read
// again as the same report.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "reports/codec/report_codec.h"
#include "reports/seal/identity.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto report = ga::report_from_payload(bytes);
  if (!report) return 0;
  const auto again = ga::report_to_payload(*report);
  if (!again || *again != bytes) std::abort();
  const auto twice = ga::report_from_payload(*again);
  if (!twice || !(*twice == *report)) std::abort();
  ga::Report named = *report;
  named.subject = ga::subjects_of(named.evidence.facts);
  if (!ga::check_subjects(named)) std::abort();
  return 0;
}
