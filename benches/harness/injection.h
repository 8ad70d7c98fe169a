// What --inject-unsafe does to a measurement, so that a gate is seen to fail on real hardware.
#pragma once

#include <string_view>

#include "reports/model/result.h"

namespace ga {

// bitflip, zero_tile, nan: one output of each block is damaged between its launch and its check.
// wrong_everywhere: a bit of every output, own and vendor alike, warm-up included.
// slow: the timed region is a quarter longer, so that a rate falls by a fifth.
// hang, crash: a kernel that never ends, or stores to no address, in the first timed region.
enum class Injection { none, bitflip, zero_tile, nan, slow, hang, crash, wrong_everywhere };

// "bitflip" "zero-tile" "nan" "slow" "hang" "crash" "wrong-everywhere"; "" is none.
Result<Injection> parse_injection(std::string_view word);

}  // namespace ga
