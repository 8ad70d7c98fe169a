// What decode_request accepts has one byte form, and that form is read back as the same request.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "acceptance/wire/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto request = ga::decode_request(line);
  if (!request) return 0;
  const std::string again = ga::encode(*request);
  const auto reread = ga::decode_request(again);
  if (!reread || !(*reread == *request) || ga::encode(*reread) != again) std::abort();
  return 0;
}
