// Attention data whose gradients are exact, and the gradients by additions of integers alone.
//
// Keys come in groups: 1, 1, 2, 4, ... keys up to a largest size, as many of that as fit, and what
// is left in smaller powers of two. So from the first key on there is always a group of which a
// query sees every key. Each group has a Walsh code; but the second half of the largest groups have
// those of the first half again, so that which keys are hidden matters. A query draws a group, and
// is its code times an amplitude. A key of the group is the code times 2 + u, with a Walsh function
// u of its own: elements are +-1 and +-3, and for a query of the code the sum over u vanishes, so
// that all n visible keys of the code have the same score, twice what any other key can have. The
// scale makes the difference more than fp32's exponents hold: P is 1/n there and exactly 0
// elsewhere, n a power of two.
//
// V has for each code one vector b, and each two neighbours have b + w and b - w: O is b, D = dO .
// b, and dS = +-(dO . w) / n, an integer of at most 2 dim over a power of two. All of Q, K, V, O,
// dO, P and dS are held exactly by both types, and every sum by fp32, in any order (counted in the
// .cpp); the scale is a power of two. What is rounded is the answer, once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/data/exact_attention.h"

namespace ga {

inline constexpr float kExactBackwardScale = 0.125f;  // of the scores: AttentionBackward::scale
inline constexpr int kExactGradientRange = 2;         // dO's integers, in both directions

// A usage error, with the limit, for a shape whose gradients would not be exact: dim is neither 64
// nor 128, or more keys or rows than sums in fp32 allow.
Status exact_attention_bwd_check(const AttentionShape& shape);

// Bits of the elements, as they lie in memory; o and lse are what the forward makes of q, k and v.
// A row that sees no key has o = 0 and lse = -infinity.
struct ExactAttentionBackwardData {
  std::vector<std::uint16_t> q, k, v, o, d_o;
  std::vector<float> lse;  // [batch][heads][seq_q]
};
ExactAttentionBackwardData exact_attention_bwd_data(const ExactAttention& attention);

struct ExactAttentionGradients {
  std::vector<std::uint16_t> q, k, v;
};
ExactAttentionGradients exact_attention_gradients(const ExactAttention& attention);

// What hash_buffer() finds of dQ, dK and dV on a device.
struct ExactAttentionGradientHashes {
  std::uint64_t q = 0, k = 0, v = 0;
  friend bool operator==(const ExactAttentionGradientHashes&,
                         const ExactAttentionGradientHashes&) = default;
};
ExactAttentionGradientHashes exact_attention_gradient_hashes(const ExactAttention& attention);

// The same of one buffer with dQ, dK and dV one behind the other, as the cases keep them.
std::uint64_t exact_attention_bwd_hash(const ExactAttention& attention);

// A group of keys of one head: `size` of them up to `end`. Of two with the same code the second is
// the first one's repeat; elsewhere both are the group's own number.
struct ExactKeyGroup {
  std::int64_t end = 0, size = 0;
  std::size_t original = 0, repeat = 0;
};
std::vector<ExactKeyGroup> exact_attention_groups(std::int64_t seq_kv, std::int64_t dim);

}  // namespace ga
