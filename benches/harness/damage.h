// The injections that spoil data, applied to one output on the device.
#pragma once

#include <cuda_runtime_api.h>

#include "benches/harness/bench.h"
#include "kernels/check/inject.h"
#include "reports/model/injection.h"
#include "reports/model/result.h"

namespace ga {

// Whether this launch of a block is hit; `first` of its block. A fault of one SM or of a clock is
// always there, and shows itself where they are.
bool strikes(const Injection& injection, std::uint64_t serial, bool first);

// In the middle of the output; of a 16-bit float the top exponent bit, of a wider word one that no
// rounding reaches. Precondition: the injection damages outputs.
Status damage_output(Inject output, const Injection& injection, const TileMap& tiles,
                     cudaStream_t stream);

}  // namespace ga
