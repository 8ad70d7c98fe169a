// How far a correct attention on random data may be from a plain one, and how often a correct GPU
// would exceed it.
//
// Row: probabilities p_j >= 0 that add up to 1, over n keys. A fused attention computes e_j =
// exp(s_j - m) in fp32, rounds it to the type for the second product, and divides by the sum of the
// e_j. O_d = sum_j p_j v_jd then differs from the plain value by four things.
// - Rounding of e_j: by a factor 1 + r_j, |r_j| <= u, half a unit of the type (2^-8 bf16, 2^-11
//   fp16); below the smallest normal fp16 by at most f = 2^-25 instead (bf16 has fp32's exponents:
//   f = 0). Signs of random V are independent of Q, K and so of r_j: Hoeffding's inequality gives
//     Pr( |sum_j (u p_j + f / l) x_j v_jd| > t V (u sqrt(sum p_j^2) + f sqrt(n) / l) )
//       <= 2 exp(-t^2 / 2)      for any |x_j| <= 1,
//   where V is the largest |v_jd| of the column and l the sum of the e_j, at least 1.
// - The same in the divisor, for a kernel that adds up rounded e_j: |O_d| in V's place, r_j taken
//   as independent. Together (V + |O_d|) t (...), with t = 10: 8e-22 for an element, 1e-13 for
//   the 134 million of b4 h32 s8192 d128.
// - fp32: sums of scores, differences, exponentials, quotients and sums, on both sides. Taken as at
//   most 2^-17 (1 + S) of each p_j, S the largest |scale s_j| of the row: a sum of dim products is
//   added in at most dim/4 + 1 steps that lose 2^-23 of a partial sum, which for random data is of
//   the size of the largest scores. An error of that much in each p_j moves O_d by at most twice
//   it times V. A model of random data, not a worst case, as in checksum_bound.h.
// - Rounding of the output: u of the value, at least f.
// The log-sum-exp is only moved by fp32: by 2^-16 (1 + S), and 2^-22 of its own rounding.
//
// What it finds: t u V sqrt(sum p_j^2) is about 7 % of a typical |O_d| in bf16, 1 % in fp16, of
// uniform data: a wrong tile, row, head, sign or exponent, a lost block of keys; not one wrong key
// among thousands, nor a low bit. That is what the exact data are for.
#pragma once

#include <cmath>

#include "kernels/data/element.h"

namespace ga {

// Of one row; of the plain attention.
struct AttentionRowModel {
  float sum = 0;      // of exp(s_j - m)
  float squares = 0;  // of p_j^2, added up
  float keys = 0;     // n
  float reach = 0;    // the largest |scale s_j|
};

GA_HOST_DEVICE float attention_bound(ElementType type, const AttentionRowModel& row, float value,
                                     float largest_v) {
  constexpr float kDeviations = 10;
  const bool fp16 = type == ElementType::fp16;
  const float u = fp16 ? 0x1p-11f : 0x1p-8f, f = fp16 ? 0x1p-25f : 0.0f;
  const float magnitude = fabsf(value);
  const float rounding = u * sqrtf(row.squares) + f * sqrtf(row.keys) / row.sum;
  const float inner =
      (largest_v + magnitude) * kDeviations * rounding + largest_v * 0x1p-16f * (1 + row.reach);
  return inner + u * (magnitude + inner) + f;
}

GA_HOST_DEVICE float attention_lse_bound(const AttentionRowModel& row, float value) {
  return 0x1p-16f * (1 + row.reach) + 0x1p-22f * fabsf(value);
}

// The gradients, from the same O and log-sum-exp as the judged kernel had. An element is a sum
// factor sum_j w_j x_jd over the n pairs of its row (dQ: keys; dK, dV: queries of all heads that
// read the key), w = P, x = dO, factor 1 for dV, and w = dS = P (dP - D), factor = scale for the
// others. It differs from the plain value by
// - rounding of w_j to the type, as above: t X (factor u sqrt(sum v_j^2) + f sqrt(n)), X the
//   largest |x_jd| of the column, v_j = P_j m_j with m_j = |dP_j| + |D|, at least |dS_j| (dV: m_j
//   is 1). So dP may be rounded in place of dS, and dS before or after its scale. Signs of x are
//   taken as independent of the rounding. t = 12, which leaves room for kernels that round P before
//   they make dS, or the sum of each head before they add up the heads.
// - fp32: each P_j off by 2^-17 (1 + S) of it, S the largest |scale s_j|, and each dP_j - D by
//   2^-17 of M, the largest m_j: together factor X 2^-16 (1 + S) M sum P_j. Steps of a long sum
//   lose less: n / 16 times 2^-23 of a partial sum, 2^-10 of one of four heads of 32k queries, of
//   X sqrt(sum v^2) where the first term has 12 u.
// - rounding of the output.
// What it finds: about 8 % of a typical element in bf16, as above; of dQ and dK where few pairs are
// seen, of what dP and D alone would make. A row's D matters there; on long rows it is small beside
// the bound.
struct GradientRowModel {
  float squares = 0;  // of v_j, added up
  float weight = 0;   // of P_j, added up
  float keys = 0;     // n
  float reach = 0;    // S
  float margin = 1;   // M
};

GA_HOST_DEVICE float gradient_bound(ElementType type, const GradientRowModel& row, float factor,
                                    float value, float largest_x) {
  constexpr float kDeviations = 12;
  const bool fp16 = type == ElementType::fp16;
  const float u = fp16 ? 0x1p-11f : 0x1p-8f, f = fp16 ? 0x1p-25f : 0.0f;
  const float magnitude = fabsf(value);
  const float coarse = factor > 1 ? factor * f : f;
  const float rounding = factor * u * sqrtf(row.squares) + coarse * sqrtf(row.keys);
  const float sums = factor * 0x1p-16f * (1 + row.reach) * row.margin * row.weight;
  const float inner = largest_x * (kDeviations * rounding + sums);
  return inner + u * (magnitude + inner) + f;
}

// NaN where the plain one has none is wrong, and the other way round; so is anything beside a bound
// that an infinity has blown up.
GA_HOST_DEVICE bool attention_holds(float got, float right, float bound) {
  if (right != right) return got != got;
  return got == right || (fabsf(got - right) <= bound && bound < 1e30f);
}

}  // namespace ga
