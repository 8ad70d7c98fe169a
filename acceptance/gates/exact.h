// Exactness of a computation, one implementation for GEMM of all types, attention and its backward,
// and for both kernels: data whose answer is exact in any order of additions, so that its digest
// (of GEMM) or its hash (of attention) can be computed without a GPU.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "acceptance/core/gate.h"
#include "acceptance/gates/subject.h"

namespace ga {

// Our kernel has to be qualified on each machine before it may fail a GPU; the vendor's is trusted
// on a single GPU.
std::vector<Request> next_exact(const ComputeSubject& subject, const Order& order,
                                const Evidence& evidence);
// On how many units the kernel's exact answers are wrong, and on how many right in both corners.
struct KernelVotes {
  std::size_t units = 0, wrong = 0, right = 0;
};
KernelVotes exact_votes(const ComputeSubject& subject, const Order& order,
                        const Evidence& evidence);
std::vector<Finding> judge_exact(const ComputeSubject& subject, const Order& order,
                                 const Evidence& evidence);

}  // namespace ga
