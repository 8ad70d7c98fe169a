// Strict JSON: what is accepted has one compact form, which is read back as the same value, and
// indented it is still the same value. Nothing that we do not carry gets in.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "reports/codec/json.h"

namespace {

// Depth and integers are what parse_json promised of an accepted document.
bool within_bounds(const ga::Json& json, int depth) {
  if (json.is_int()) return std::abs(json.as_int()) <= ga::kMaxJsonInteger;
  if (!json.is_array() && !json.is_object()) return true;
  if (depth >= ga::kMaxJsonDepth) return false;
  if (json.is_array()) {
    for (const ga::Json& element : json.as_array()) {
      if (!within_bounds(element, depth + 1)) return false;
    }
    return true;
  }
  for (const auto& [key, value] : json.as_object()) {
    if (json.find(key) != &value || !within_bounds(value, depth + 1)) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto json = ga::parse_json(text);
  if (!json) return 0;
  if (!within_bounds(*json, 0)) std::abort();
  const std::string compact = ga::dump(*json);
  const auto again = ga::parse_json(compact);
  if (!again || *again != *json || ga::dump(*again) != compact) std::abort();
  const auto pretty = ga::parse_json(ga::dump_pretty(*json));
  if (!pretty || *pretty != *json) std::abort();
  return 0;
}
