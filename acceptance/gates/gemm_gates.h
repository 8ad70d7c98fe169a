// The gates of GEMM: for every type of kGemmTypes two questions, speed and exactness, to two
// kernels, the vendor's library and ours. One table: a type differs in nothing but its name and its
// data.
#pragma once

#include <span>

#include "acceptance/core/gate.h"

namespace ga {

// Four of each type, in the order of kGemmTypes: gemm.<type>.cublaslt, .own, .own.exact and
// .cublaslt.exact.
std::span<const Gate> gemm_gates();

}  // namespace ga
