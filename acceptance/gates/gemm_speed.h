// GEMM speed, one implementation for both kernels.
#pragma once

#include "acceptance/gates/speed.h"

namespace ga {

// {m, n, k} of a square product; empty where the profile has no size.
Params gemm_params(const Sizes& sizes);

}  // namespace ga
