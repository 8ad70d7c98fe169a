// Warm-up: was the GPU loaded long enough before its steady blocks, and had it settled?
#pragma once

#include <string_view>

#include "acceptance/core/profile.h"
#include "reports/model/report.h"

namespace ga {

// not_settled: the temperature still moved at the end. The finding says so, and the trend rule
// judges the last blocks. Quick is too short to tell and counts as settled.
enum class WarmupState { absent, not_settled, settled };

// absent where the unit's last warm-up is: none, a reading that cannot be a temperature, or fewer
// readings, one a second, than the level demands (a few may be late). not_settled if any complete
// warm-up was: a run that is resumed warms up again, and what was asked for stays asked for.
WarmupState warmup_state(const Evidence& evidence, std::string_view unit_id, Level level);

}  // namespace ga
