// Attention data with an exact answer, and the answer by additions alone.
//
// Keys carry Walsh codes: key j of a key head is the code of its class, `dim` elements of +1 or -1,
// any two codes of different classes orthogonal. Query i is a code too, times kExactAmplitude. So a
// score before scaling is kExactAmplitude * dim, a power of two, or exactly 0, whatever the order
// of additions. The scale makes the difference of the two larger than any exponent of fp32: the
// softmax is 1/n over the n visible keys of the query's class, and exactly 0 elsewhere; where no
// visible key is of the class, 1/n over all n visible keys. V holds small integers, so that a row
// of O is a sum of integers, exact in any order, over n. With n at most kExactMostMembers that
// quotient is either held exactly by the type or farther from a midpoint between two of its values
// than fp32 rounding reaches (derived in the .cpp): every correct attention rounds it alike, and
// equality can be asked.
//
// Classes and codes are drawn by Philox from the seed, so that every element of Q, K and V and
// every instruction of both products takes part, and running maxima change on the way.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/data/attention_shape.h"
#include "reports/model/result.h"

namespace ga {

struct ExactAttention {
  AttentionShape shape;
  std::uint64_t seed = 0;
};

// Of the scores, in natural units: what the kernels take as Attention::scale.
float exact_attention_scale(std::int64_t dim);

// A usage error, with the limit, for a shape whose answers would not be exact: dim is no power of
// two, or a class has more than kExactMostMembers members.
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
