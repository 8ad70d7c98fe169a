// The injections that spoil data, applied to one output on the device.
#pragma once

#include <cuda_runtime_api.h>

#include "benches/harness/injection.h"
#include "kernels/check/inject.h"
#include "kernels/data/element.h"
#include "reports/model/result.h"

namespace ga {

bool damages_output(Injection injection);

// The bit below the top one: of a float the top of its exponent, which no rounding reaches; of an
// int32 2^30.
int damaged_bit(ElementType type);

// In the middle of the output; of a bitflip damaged_bit(). Precondition: damages_output(injection).
Status damage_output(Inject output, Injection injection, cudaStream_t stream);

}  // namespace ga
