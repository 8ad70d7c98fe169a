// GEMM speed: one implementation for all types and both kernels.
#pragma once

#include <vector>

#include "acceptance/core/gate.h"
#include "acceptance/gates/gemm_subject.h"

namespace ga {

std::vector<Request> next_gemm_speed(const GemmSubject& subject, const Order& order,
                                     const Evidence& evidence);

// As every floor gate, but a kernel that is wrong on every GPU while the other is right on every
// GPU is accused itself, and not the GPUs. The library is trusted where there is only one GPU.
std::vector<Finding> judge_gemm_speed(const GemmSubject& subject, const Order& order,
                                      const Evidence& evidence);

}  // namespace ga
