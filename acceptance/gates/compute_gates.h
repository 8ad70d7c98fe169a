// The gates of computing: two questions, speed and exactness, to two kernels, the vendor's library
// and ours, of GEMM in every type of kGemmTypes and of attention, forward and backward, in bf16.
// One table: they differ in nothing but their names and their data.
#pragma once

#include <span>

#include "acceptance/core/gate.h"

namespace ga {

// Four of each, of GEMM in the order of kGemmTypes, then of attention and of its backward:
// gemm.<type>.cublaslt, .own, .own.exact and .cublaslt.exact.
std::span<const Gate> compute_gates();

}  // namespace ga
