// The injections that spoil data, applied to one output on the device.
#pragma once

#include <cuda_runtime_api.h>

#include "benches/harness/injection.h"
#include "kernels/check/inject.h"
#include "reports/model/result.h"

namespace ga {

bool damages_output(Injection injection);

// In the middle of the output; of a bf16 the top exponent bit, of a wider word one that no rounding
// reaches. Precondition: damages_output(injection).
Status damage_output(Inject output, Injection injection, cudaStream_t stream);

}  // namespace ga
