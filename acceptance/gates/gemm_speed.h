// GEMM speed, one implementation for both kernels: the two are each other's witness.
#pragma once

#include <string_view>
#include <vector>

#include "acceptance/gates/speed.h"

namespace ga {

// {m, n, k} of a square product; empty where the profile has no size.
Params gemm_params(const Sizes& sizes);

// The same product by the other kernel, and the code where one of them is wrong on every GPU.
struct GemmWitness {
  std::string_view other;          // its gate and case
  std::string_view accused;        // this kernel is wrong everywhere and the other right
  std::string_view accused_other;  // the other way round; for what is taken from the other kernel
};

// judge_speed(), but a kernel that is wrong on every GPU while the other is right on every GPU is
// accused itself, and not the GPUs. The library is trusted where there is only one GPU.
std::vector<Finding> judge_gemm_speed(const SpeedGate& gate, const GemmWitness& witness,
                                      const Order& order, const Evidence& evidence);

}  // namespace ga
