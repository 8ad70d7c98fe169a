// Seeds of data that a challenge binds: nobody could prepare them before its nonce was known.
//
// A seed is the first 52 bits of the SHA-256 of lines: "gpuaccept seed 1", the nonce, the gate,
// each parameter but the seed as "name=value", and of a GPU's own seed its UUID. 52, because a
// report carries integers up to 2^53-1.
#pragma once

#include <cstdint>
#include <string_view>

#include "acceptance/core/gate.h"

namespace ga {

// Without a challenge the nonce is this constant, and so the seed is known to everybody.
inline constexpr std::string_view kConstantSeedText = "gpuaccept constant seed 1";
inline constexpr std::int64_t kConstantSeed = 1128655123493413;

// The same on all GPUs, so that their answers can be compared. kConstantSeed without a challenge.
std::int64_t node_seed(const Order& order, std::string_view gate, const Params& params);

// A GPU's own. Precondition: the order is challenged.
std::int64_t gpu_seed(const Order& order, std::string_view gate, const Params& params,
                      std::string_view uuid);

}  // namespace ga
