// Warm-up: was the GPU loaded long enough before its steady blocks, and had it settled?
#pragma once

#include <string_view>

#include "acceptance/core/profile.h"
#include "reports/model/report.h"

namespace ga {

// not_settled: the temperature still moved at the end. The finding says so, and the trend rule
// judges the last blocks. Quick is too short to tell and counts as settled.
enum class WarmupState { absent, not_settled, settled };

// Of the unit's last warm-up. absent too where a reading cannot be a temperature, or where there
// are fewer readings, one a second, than the level demands (a few may be late).
WarmupState warmup_state(const Evidence& evidence, std::string_view unit_id, Level level);

}  // namespace ga
