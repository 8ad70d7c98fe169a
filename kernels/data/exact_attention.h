// Attention data with an exact answer, and the answer by additions alone.
//
// Keys carry Walsh codes: key j of a key head is the code of its class, `dim` elements of +1 or -1,
// twice that from key `dim` on; codes of different classes are orthogonal. Each run of `dim` keys
// has every class once, in an order of its own. A query is a code too, times kExactAmplitude. So a
// score before scaling is kExactAmplitude * dim, or twice that, a power of two, or exactly 0,
// whatever the order of additions. The scale makes the difference of any two larger than any
// exponent of fp32: the softmax is 1/n over the n visible keys of the query's class, over those
// with the larger code where one of them is visible, and exactly 0 elsewhere; where no visible key
// is of the class, 1/n over all n visible keys, fewer than `dim`. V holds small integers, so that a
// row of O is a sum of integers, exact in any order, over n. With n at most kExactMostMembers that
// quotient is either held exactly by the type or farther from a midpoint between two of its values
// than fp32 rounding reaches (derived in the .cpp): every correct attention rounds it alike, and
// equality can be asked.
//
// Classes and codes are drawn by Philox from the seed, so that every element of Q, K and V and
// every instruction of both products takes part, and running maxima change on the way: after the
// first `dim` keys, and where a tile lacks the class.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/data/attention_shape.h"
#include "reports/model/result.h"

namespace ga {

inline constexpr int kExactAmplitude = 16;
inline constexpr std::int64_t kExactMostMembers = 127;
inline constexpr int kExactValueRange = 4;  // V's integers, in both directions

struct ExactAttention {
  AttentionShape shape;
  std::uint64_t seed = 0;
};

// Of the scores, in natural units: what the kernels take as Attention::scale.
float exact_attention_scale(std::int64_t dim);

// A usage error, with the limit, for a shape whose answers would not be exact: dim is neither 64
// nor 128, or a class may have more than kExactMostMembers members.
Status exact_attention_check(const AttentionShape& shape);

// Bits of the elements, as they lie in memory.
struct ExactAttentionData {
  std::vector<std::uint16_t> q, k, v;
};
ExactAttentionData exact_attention_data(const ExactAttention& attention);

// O's bits, and the hash of them that hash_buffer() finds on a device.
std::vector<std::uint16_t> exact_attention_output(const ExactAttention& attention);
std::uint64_t exact_attention_hash(const ExactAttention& attention);

}  // namespace ga
