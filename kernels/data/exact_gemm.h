// Small-integer GEMM data with an exact answer, and a digest of the answer that needs no GEMM.
//
// A is m x k and B is k x n, row-major, elements integers in [-8, 8] from Philox. C = A B has every
// partial sum below 64 k in magnitude, so float32 accumulation is exact in any order while
// k < 2^18. The digest is linear: sum over i,j of C[i][j] * u[i] * v[j] modulo p = 2^61 - 1, with u
// and v from Philox too, so that a verifier computes it as (u' A)(B v) in m k + k n steps. A C that
// differs anywhere keeps the digest with probability at most 2/p (Freivalds; Schwartz-Zippel).
#pragma once

#include <cstdint>

#include "kernels/data/philox.h"

namespace ga {

inline constexpr std::uint64_t kDigestPrime = (std::uint64_t{1} << 61) - 1;

// Philox streams, so that no two kinds of data share numbers.
inline constexpr std::uint32_t kStreamExactA = 1, kStreamExactB = 2;
inline constexpr std::uint32_t kStreamDigestU = 3, kStreamDigestV = 4;
inline constexpr std::uint32_t kStreamRandomA = 5, kStreamRandomB = 6, kStreamMemory = 7;

struct ExactGemm {
  std::int64_t m = 0, n = 0, k = 0;
  std::uint64_t seed = 0;
};

// A Philox word as an integer in [-8, 8].
GA_HOST_DEVICE int exact_from_word(std::uint32_t word) {
  return static_cast<int>((std::uint64_t{word} * 17) >> 32) - 8;
}

// Element `index` (row-major) of A or B.
GA_HOST_DEVICE int exact_element(std::uint64_t seed, std::uint64_t index, std::uint32_t stream) {
  return exact_from_word(philox_word(seed, index, stream));
}

// Weight `index` of the digest, in [1, p-1].
GA_HOST_DEVICE std::uint64_t digest_weight(std::uint64_t seed, std::uint64_t index,
                                           std::uint32_t stream) {
  const Philox4 r = philox(seed, index, stream);
  const std::uint64_t wide = (std::uint64_t{r.word[0]} << 32) | r.word[1];
  return 1 + wide % (kDigestPrime - 1);
}

// The digest of the exact C, from the data alone. Precondition: m, n, k >= 1; k < 2^18, m and n at
// most 2^29.
std::uint64_t exact_gemm_digest(const ExactGemm& gemm);

// C itself, row-major, for small sizes and for tests: m*n values.
void exact_gemm_product(const ExactGemm& gemm, std::int64_t* c);

// The digest of a given C (row-major, m x n).
std::uint64_t digest_of_product(const ExactGemm& gemm, const std::int64_t* c);

}  // namespace ga
