// What two reports say differently, as lines "- a" and "+ b". Pure.
#pragma once

#include <string>

#include "reports/model/report.h"

namespace ga {

// "no difference\n" where decision, findings, facts and medians are the same.
std::string difference_text(const Report& a, const Report& b);

}  // namespace ga
