// Exact GEMM, one implementation for both kernels: small integers, so that every sum is exact in
// any order and the digest of the answer can be computed without a GPU.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/core/gate.h"

namespace ga {

// Without a challenge the data come from a published constant: the first 52 bits of the SHA-256 of
// kConstantSeedText. 52, because a report carries integers up to 2^53-1.
inline constexpr std::string_view kConstantSeedText = "gpuaccept constant seed 1";
inline constexpr std::int64_t kConstantSeed = 1128655123493413;

// The case has the gate's own name.
struct ExactGate {
  std::string_view id;
  std::string_view other;    // the gate of the other kernel, which helps to tell whom to blame
  std::string_view accused;  // the code where this kernel alone is wrong, on every GPU
  // Whether this kernel has to be qualified on each machine before it may fail a GPU. The vendor's
  // is trusted on a single GPU; ours never is.
  bool needs_qualifying = false;
};

std::vector<Request> next_exact(const ExactGate& gate, const Order& order,
                                const Evidence& evidence);
std::vector<Finding> judge_exact(const ExactGate& gate, const Order& order,
                                 const Evidence& evidence);

}  // namespace ga
