// The softmax of the Hopper attention, in registers: scores of one step to probabilities, and what
// is kept of the steps before.
//
// A thread has two rows, 8 apart, and of each the columns 8 j + 2 t, + 1; the four lanes of a quad
// have a row between them. c[4 j + 2 half + side], as wgmma.cuh has it. Exponents are of base 2:
// scale log2(e) is one factor in the multiply-add that takes the maximum off.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/attention/attention_sm90_shape.h"
#include "kernels/ptx/convert.cuh"
#include "kernels/ptx/softmax.cuh"

namespace ga {

inline constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

using Scores = float[kAttentionScores];
// As the registers of the second product's first operand: 16 keys each.
using Probabilities = std::uint32_t[kAttentionSteps][4];

// Of a thread's two rows: the largest score so far, before scaling, and the sum of the powers over
// the columns of this lane, relative to it.
struct RowStates {
  float largest[2] = {kMinusInfinity, kMinusInfinity};
  float sum[2] = {0, 0};
};

// Keys from `seen` on are invisible to the row; `first_key` is that of column 0.
__device__ __forceinline__ void mask_scores(Scores& s, const std::int32_t (&seen)[2],
                                            std::int32_t first_key, int lane) {
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const std::int32_t end = seen[half] - first_key - 2 * (lane % 4);
#pragma unroll
    for (int j = 0; j < kAttentionScores / 4; ++j) {
      if (8 * j >= end) s[4 * j + 2 * half] = kMinusInfinity;
      if (8 * j + 1 >= end) s[4 * j + 2 * half + 1] = kMinusInfinity;
    }
  }
}

// Scores become powers; `factor` is what earlier sums of either row are to be multiplied by. While
// a row has seen no score above -infinity, that is taken off as 0, so that its powers are 0 and not
// NaN. A NaN is no maximum, and reaches the sum.
__device__ __forceinline__ void soften(Scores& s, RowStates& rows, float (&factor)[2],
                                       float scale_log2) {
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    float largest = rows.largest[half];
#pragma unroll
    for (int j = 0; j < kAttentionScores / 4; ++j) {
      largest = fmaxf(largest, fmaxf(s[4 * j + 2 * half], s[4 * j + 2 * half + 1]));
    }
    largest = fmaxf(largest, ptx::lane_xor(largest, 1));
    largest = fmaxf(largest, ptx::lane_xor(largest, 2));
    const float off = largest == kMinusInfinity ? 0.0f : largest * scale_log2;
    // Exactly 1 where nothing changed: `off` is rounded, and the fused difference would not be 0.
    const float lower = ptx::exp2_approx(fmaf(rows.largest[half], scale_log2, -off));
    factor[half] = rows.largest[half] == largest ? 1.0f : lower;
    rows.largest[half] = largest;
    float sum = 0;
#pragma unroll
    for (int j = 0; j < kAttentionScores / 4; ++j) {
#pragma unroll
      for (int side = 0; side < 2; ++side) {
        float& x = s[4 * j + 2 * half + side];
        x = ptx::exp2_approx(fmaf(x, scale_log2, -off));
        sum += x;
      }
    }
    rows.sum[half] = fmaf(rows.sum[half], factor[half], sum);
  }
}

template <class T>
__device__ __forceinline__ void pack_probabilities(const Scores& s, Probabilities& p) {
#pragma unroll
  for (int step = 0; step < kAttentionSteps; ++step) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      p[step][i] = ptx::pack<T>(s[8 * step + 2 * i], s[8 * step + 2 * i + 1]);
    }
  }
}

template <int kCount>
__device__ __forceinline__ void scale_rows(float (&o)[kCount], const float (&factor)[2]) {
#pragma unroll
  for (int i = 0; i < kCount; ++i) o[i] *= factor[i / 2 % 2];
}

// The sums of whole rows. Lanes are added here alone, once a tile.
__device__ __forceinline__ void add_lanes(RowStates& rows) {
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    rows.sum[half] += ptx::lane_xor(rows.sum[half], 1);
    rows.sum[half] += ptx::lane_xor(rows.sum[half], 2);
  }
}

// The natural logarithm of the sum of exp(scale score): -infinity where nothing was visible.
__device__ __forceinline__ float log_sum(const RowStates& rows, int half, float scale_log2) {
  constexpr float kLn2 = 0.693147181f;
  const float largest = rows.largest[half];
  const float off = largest == kMinusInfinity ? 0.0f : largest * scale_log2;
  return (off + ptx::log2_approx(rows.sum[half])) * kLn2;
}

}  // namespace ga
