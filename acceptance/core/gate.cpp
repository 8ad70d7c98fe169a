#include "acceptance/core/gate.h"

namespace ga {

bool Order::asks(std::string_view gate) const {
  if (gate == kFreshnessGate) return !nonce.empty();
  if (gate == kSoakGate && level != Level::soak) return false;
  return profile.requires_gate(gate) && (level != Level::quick || !profile.skips_at_quick(gate));
}

const Measurement* find_series(const Evidence& evidence, const Request& name) {
  for (const Measurement& series : evidence.measurements) {
    if (series.gate == name.gate && series.case_id == name.case_id &&
        series.unit_id == name.unit_id && series.params == name.params) {
      return &series;
    }
  }
  return nullptr;
}

std::vector<std::string> ordered_units(const Profile& profile) {
  std::vector<std::string> units;
  for (std::int64_t i = 0; i < profile.ordered.gpus; ++i) {
    units.push_back("gpu/" + std::to_string(i));
  }
  return units;
}

}  // namespace ga
