// CUDA status codes as Errors.
#pragma once

#include <cuda_runtime_api.h>

#include "reports/model/result.h"

namespace ga {

// Ok, or the Error of a failed CUDA runtime call, with a hint where the remedy is known.
Status cuda_status(cudaError_t code, const char* call, Location at = here());

// True where it says that an allocation found no room: no fault of the GPU.
bool out_of_memory(const Error& error);

}  // namespace ga

// Returns the Error of a failed CUDA runtime call from the enclosing function.
#define GA_CUDA(call) GA_CHECK(::ga::cuda_status((call), #call))
