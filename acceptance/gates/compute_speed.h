// Speed of a computation: one implementation for GEMM of all types and attention, and for both
// kernels.
#pragma once

#include <vector>

#include "acceptance/core/gate.h"
#include "acceptance/gates/subject.h"

namespace ga {

std::vector<Request> next_compute_speed(const ComputeSubject& subject, const Order& order,
                                        const Evidence& evidence);

// As every floor gate, but a kernel that is wrong on every GPU while the other is right on every
// GPU is accused itself, and not the GPUs. The library is trusted where there is only one GPU; ours
// accuses no GPU where it is wrong on all of them and nothing is known of the library's answers.
std::vector<Finding> judge_compute_speed(const ComputeSubject& subject, const Order& order,
                                         const Evidence& evidence);

}  // namespace ga
