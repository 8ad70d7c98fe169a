// What decode_event accepts has one byte form, and that form is read back as the same event.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "acceptance/wire/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto event = ga::decode_event(line);
  if (!event) return 0;
  const std::string again = ga::encode(*event);
  const auto reread = ga::decode_event(again);
  if (!reread || !(*reread == *event) || ga::encode(*reread) != again) std::abort();
  return 0;
}
