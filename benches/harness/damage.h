// The injections that spoil data, applied to one output on the device.
#pragma once

#include <cuda_runtime_api.h>

#include "benches/harness/bench.h"
#include "kernels/check/inject.h"
#include "kernels/data/element.h"
#include "reports/model/injection.h"
#include "reports/model/result.h"

namespace ga {

// Whether this launch of a block is hit; `first` of its block. A fault of one SM or of a clock is
// always there, and shows itself where they are.
bool strikes(const Injection& injection, std::uint64_t serial, bool first);

// The bit below the top one: of a float the top of its exponent, which no rounding reaches; of an
// int32 2^30.
int damaged_bit(ElementType type);

// In the middle of the output; of a bitflip damaged_bit(). Precondition: the injection damages
// outputs.
Status damage_output(Inject output, const Injection& injection, const TileMap& tiles,
                     cudaStream_t stream);

}  // namespace ga
