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
//   fp32.
// - Accumulation: a tensor core adds at least 4 products per step and loses at most one unit of the
//   partial sum, 2^-23 |s|; there are at most k/4 + 1 steps (any order, any split of k). Partial
//   sums of k products of independent random elements of mean square q have standard deviation q
//   sqrt(k) and are taken below 10 of them. So (k/4 + 1) 2^-23 10 q sqrt(k). This part is a model
//   of random data, not a worst case: the worst case over all data grows with k, not sqrt(k), and
//   would hide real faults.
// Rounding in double is below 1e-12 of all this.
//
// What it finds: for 8192^3 and uniform data the bound is about 10 while elements are about 30, so
// a NaN, an infinity, a lost tile, a wrong sign or exponent; not one wrong low bit of a mantissa.
// That is what the exact gates are for.
#pragma once

#include <cstdint>

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

inline ChecksumModel checksum_model(double output_bits, double root_k, std::int64_t k,
                                    double mean_square) {
  const double steps = static_cast<double>(k) / 4 + 1;
  return {output_bits, steps * 0x1p-23 * 10 * mean_square * root_k};
}

GA_HOST_DEVICE double checksum_delta(const ChecksumModel& model, double c) {
  return model.output * (c < 0 ? -c : c) + model.accumulation;
}

// NaN fails, and so does a bound that an infinite C has blown up.
GA_HOST_DEVICE bool checksum_holds(double difference, double bound) {
  return difference <= bound && bound < 1e300;
}

}  // namespace ga
