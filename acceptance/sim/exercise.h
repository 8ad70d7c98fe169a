// Exercisers of the simulated node: the digest that one comes to, right or spoiled.
#pragma once

#include <cstdint>
#include <string_view>

#include "acceptance/sim/cases.h"

namespace ga {

inline bool exercises(std::string_view case_id) { return case_id.starts_with("exercise."); }

Check exercise_check(const Scenario& scenario, const BlockName& name, std::int64_t launches);

}  // namespace ga
