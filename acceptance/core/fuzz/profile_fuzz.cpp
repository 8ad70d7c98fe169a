// Any bytes as a profile: refused with a place, or read into something that keeps its promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "acceptance/core/profile.h"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto profile = ga::parse_profile(text, "fuzz.toml", {"hbm.bandwidth", "config.ecc"});
  if (!profile) {
    demand(profile.error().what().find("fuzz.toml") != std::string::npos);
    return 0;
  }
  demand(!profile->required.empty() && profile->ordered.gpus >= 1);
  demand(profile->kind == ga::ProfileKind::acceptance || profile->limits.empty());
  for (const ga::Limit& limit : profile->limits) {
    demand(limit.value > 0 && !limit.source.empty() && !limit.unit.empty());
    demand(profile->requires_gate(limit.gate));
  }
  for (const ga::Ratio& ratio : profile->ratios) demand(ratio.min_ppm > 0 && !ratio.source.empty());
  return 0;
}
