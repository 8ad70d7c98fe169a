// Base64 and DER have one form: what is read is written back as the same bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "reports/seal/ecdsa.h"
#include "reports/seal/envelope.h"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto bytes = ga::base64_decode(text)) demand(ga::base64_encode(*bytes) == text);
  demand(*ga::base64_decode(ga::base64_encode(text)) == text);
  if (const auto signature = ga::parse_der(text)) {
    demand(ga::to_der(*signature) == text);
    if (ga::in_range(*signature)) demand(ga::is_low_s(ga::lowered(*signature)));
  }
  return 0;
}
