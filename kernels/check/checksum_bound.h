// How far a checksum of a correct product may be off, and how often a correct GPU would exceed it.
//
// For row i and a group of 32 columns with random signs x, S = sum_j C[i][j] x[j] and
// P = sum_k A[i][k] (sum_j B[k][j] x[j]), both in double, differ by sum_j x[j] e[j], e[j] being the
// error of C[i][j]. The signs do not depend on the errors, so Hoeffding's inequality holds:
//   Pr( |S - P| > t sqrt(sum_j delta_j^2) ) <= 2 exp(-t^2 / 2)    where |e[j]| <= delta_j.
// With t = 10 that is 3.9e-22 for a group, 8e-16 for the two million groups of an 8192^3 product.
//
// delta_j = rounding of the output + error of the accumulation.
// - Output: 2^-8 |c| for bf16 (8 bits, half a unit, nearest), 2^-11 |c| for fp16, 2^-24 |c| for
//   fp32, 2^-53 |c| for fp64.
// - Accumulation: steps, each of which loses at most one unit of a partial sum, in any order and
//   any split of k. Partial sums of k products of independent random elements of mean square q have
//   standard deviation q sqrt(k) and are taken below 10 of them: steps x unit x 10 q sqrt(k). This
//   part is a model of random data, not a worst case: the worst case over all data grows with k,
//   not sqrt(k), and would hide real faults.
//   bf16, fp16, tf32: a tensor core adds at least 4 products a step: k/4 + 1 steps of 2^-23.
//   fp32: one product a step, rounded to nearest: k + 1 steps of 2^-24. fp64: the same of 2^-53.
//   fp8: Hopper keeps about 14 bits (DeepSeek-V3 report, section 3.3.2), so k/32 + 1 steps of
//   2^-13; of sums of 128 products, which are then added in fp32. Where they are not, the losses
//   are larger by sqrt(k / 128) at worst, 8 for k = 8192, and stay below a tenth of this in
//   practice, because half a unit of the typical sum is lost and not a unit of ten times that.
// - int8 is exact: no difference is right.
// Rounding in double is below 1e-12 of all this; for fp64 it is a tenth of it.
//
// What it finds: for 8192^3 and uniform bf16 data the bound is about 10 while elements are about
// 30, so a NaN, an infinity, a lost tile, a wrong sign or exponent; not one wrong low bit of a
// mantissa. That is what the exact gates are for.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/data/element.h"
#include "kernels/data/philox.h"

namespace ga {

inline constexpr int kChecksumGroup = 32;
inline constexpr double kChecksumDeviations = 10;
inline constexpr std::uint32_t kStreamSigns = 8;

// Bit j of the word is set where column 32 group + j has sign -1.
GA_HOST_DEVICE std::uint32_t checksum_signs(std::uint64_t seed, std::uint64_t group) {
  return philox_word(seed, group, kStreamSigns);
}

struct ChecksumModel {
  double output;        // relative rounding of the output
  double accumulation;  // absolute error of the accumulation
};

// Of a product of `in` that is stored as `out`, each element's mean square being given.
inline ChecksumModel checksum_model(ElementType in, ElementType out, std::int64_t k,
                                    double mean_square) {
  const auto depth = static_cast<double>(k);
  double output = 0x1p-24;
  if (out == ElementType::bf16) output = 0x1p-8;
  if (out == ElementType::fp16) output = 0x1p-11;
  if (out == ElementType::fp64) output = 0x1p-53;
  const auto lost = [&](double steps, double unit, double added) {
    return ChecksumModel{output, steps * unit * 10 * mean_square * std::sqrt(added)};
  };
  switch (in) {
    case ElementType::int8:
      return {0, 0};
    case ElementType::fp8:
      return lost(depth / 32 + 1, 0x1p-13, 128);
    case ElementType::fp32:
      return lost(depth + 1, 0x1p-24, depth);
    case ElementType::fp64:
      return lost(depth + 1, 0x1p-53, depth);
    default:
      return lost(depth / 4 + 1, 0x1p-23, depth);
  }
}

GA_HOST_DEVICE double checksum_delta(const ChecksumModel& model, double c) {
  return model.output * (c < 0 ? -c : c) + model.accumulation;
}

// NaN fails, and so does a bound that an infinite C has blown up.
GA_HOST_DEVICE bool checksum_holds(double difference, double bound) {
  return difference <= bound && bound < 1e300;
}

}  // namespace ga
