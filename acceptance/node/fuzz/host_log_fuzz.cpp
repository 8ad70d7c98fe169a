// What journald and a BMC write is theirs: any bytes are read or refused, and what is read can be
// written in our own form.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "acceptance/node/kernel_log.h"
#include "reports/codec/foreign_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto json = ga::parse_foreign_json(text)) {
    if (!ga::parse_json(ga::dump(*json))) std::abort();
  }
  if (const auto line = ga::parse_journal_line(text)) {
    if (line->t_ns < 0) std::abort();
  }
  return 0;
}
