// Shared memory of the plain checks' kernels: for them, their launches, and scripts/kernel-table.
#pragma once

namespace ga {

inline constexpr int kAttentionCheckEdge = 64;       // queries, and keys of a step
inline constexpr int kAttentionCheckPitch = 64 + 4;  // floats: rows of 16 bytes, on other banks

// Q and K transposed, [dim][pitch]; V in K's place, [64][dim]; probabilities [key][pitch].
template <int kDim>
struct AttentionCheckShared {
  float q[kDim * kAttentionCheckPitch];
  float kv[kDim * kAttentionCheckPitch];
  float p[kAttentionCheckEdge * kAttentionCheckPitch];
};

inline constexpr int kGradientCheckSlice = 32;  // dimensions of both operands at a time

// Slices of the own and the other rows transposed, [dim][pitch], of a product; then all dimensions
// of the other rows, [row][dim]. Weights [other][pitch].
template <int kDim>
struct GradientCheckShared {
  static constexpr int kSlice = kGradientCheckSlice * kAttentionCheckPitch;
  static constexpr int kRows = kAttentionCheckEdge * kDim;
  union {
    float slice[2][kSlice];
    float rows[kRows];
  };
  float weight[kAttentionCheckEdge * kAttentionCheckPitch];
  float lse[kAttentionCheckEdge], delta[kAttentionCheckEdge];
};

}  // namespace ga
