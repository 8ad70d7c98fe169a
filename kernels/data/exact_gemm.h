// Small-integer GEMM data with an exact answer, and a digest of the answer that needs no GEMM.
//
// A is m x k and B is k x n, elements integers from Philox whose range and whose largest k are the
// type's, so that every partial sum is exact in any order: exact_range(), exact_most_k(). A is
// row-major; so is B, or its transpose where b_along_k() says so, and elements are numbered as they
// are stored. The digest is linear: sum over i,j of C[i][j] * u[i] * v[j] modulo p = 2^61 - 1, with
// u and v from Philox too, so that a verifier computes it as (u' A)(B v) in m k + k n steps. A C
// that differs anywhere keeps the digest with probability at most 2/p (Freivalds; Schwartz-Zippel).
#pragma once

#include <cstdint>

#include "kernels/data/element.h"
#include "kernels/data/philox.h"

namespace ga {

inline constexpr std::uint64_t kDigestPrime = (std::uint64_t{1} << 61) - 1;

// Philox streams, so that no two kinds of data share numbers.
inline constexpr std::uint32_t kStreamExactA = 1, kStreamExactB = 2;
inline constexpr std::uint32_t kStreamDigestU = 3, kStreamDigestV = 4;
inline constexpr std::uint32_t kStreamRandomA = 5, kStreamRandomB = 6, kStreamMemory = 7;
inline constexpr std::uint32_t kStreamAttentionQ = 10, kStreamAttentionK = 11;  // random_gemm.h's
inline constexpr std::uint32_t kStreamAttentionV = 12;
inline constexpr std::uint32_t kStreamExactQ = 13, kStreamExactK = 14, kStreamExactV = 15;
inline constexpr std::uint32_t kStreamExactOwn = 20, kStreamExactSpread = 21;
inline constexpr std::uint32_t kStreamExactGradient = 22, kStreamAttentionGradient = 23;

struct ExactGemm {
  std::int64_t m = 0, n = 0, k = 0;
  std::uint64_t seed = 0;
  ElementType in = ElementType::bf16;
};

// Elements are integers in [-range, range]. int8 takes all it has but -128. fp8 is added in
// registers of which Hopper keeps about 14 bits (DeepSeek-V3 report, section 3.3.2).
GA_HOST_DEVICE constexpr int exact_range(ElementType in) {
  return in == ElementType::int8 ? 127 : in == ElementType::fp8 ? 4 : 8;
}
// The largest k whose sums are exact. Floating point: 64 k is below 2^24, the integers of a float.
// int8: 127^2 k is below 2^31. fp8: what is added has a standard deviation of 6.7, so that 2^13 is
// more than nine of a sum's standard deviations.
constexpr std::int64_t exact_most_k(ElementType in) {
  if (in == ElementType::int8) return std::int64_t{1} << 17;
  return in == ElementType::fp8 ? std::int64_t{1} << 14 : (std::int64_t{1} << 18) - 1;
}

// A Philox word as an integer in [-range, range].
GA_HOST_DEVICE int exact_from_word(std::uint32_t word, int range) {
  const auto values = static_cast<std::uint64_t>(2 * range + 1);
  return static_cast<int>((word * values) >> 32) - range;
}

// Element `index` of A or B, as they are stored.
GA_HOST_DEVICE int exact_element(std::uint64_t seed, std::uint64_t index, std::uint32_t stream,
                                 ElementType in = ElementType::bf16) {
  return exact_from_word(philox_word(seed, index, stream), exact_range(in));
}

// Weight `index` of the digest, in [1, p-1].
GA_HOST_DEVICE std::uint64_t digest_weight(std::uint64_t seed, std::uint64_t index,
                                           std::uint32_t stream) {
  const Philox4 r = philox(seed, index, stream);
  const std::uint64_t wide = (std::uint64_t{r.word[0]} << 32) | r.word[1];
  return 1 + wide % (kDigestPrime - 1);
}

// The digest of the exact C, from the data alone. Precondition: m, n, k >= 1; k at most
// exact_most_k(), m and n at most 2^25.
std::uint64_t exact_gemm_digest(const ExactGemm& gemm);

// C itself, row-major, for small sizes and for tests: m*n values.
void exact_gemm_product(const ExactGemm& gemm, std::int64_t* c);

// The digest of a given C (row-major, m x n).
std::uint64_t digest_of_product(const ExactGemm& gemm, const std::int64_t* c);

}  // namespace ga
