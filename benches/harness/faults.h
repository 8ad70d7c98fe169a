// Kernels that misbehave on purpose: behind --inject-unsafe, and nowhere else.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "reports/model/result.h"

namespace ga {

Status spin_for(std::int64_t nanoseconds, cudaStream_t stream);  // one thread waits, then ends
Status spin_forever(cudaStream_t stream);
Status store_to_nowhere(cudaStream_t stream);  // an illegal address: the context is lost

}  // namespace ga
