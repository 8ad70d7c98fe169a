#include "acceptance/sim/scenarios.h"

namespace ga {

std::string_view profile_of_scenario(std::string_view name) {
  if (name.find("b200") != std::string_view::npos) return "hgx-b200";
  if (name.find("single") != std::string_view::npos) return "single-gpu";
  return "hgx-h200";
}

}  // namespace ga
