#include "kernels/data/exact_gemm.h"

#include <vector>

namespace ga {
namespace {

__extension__ typedef unsigned __int128 Wide;

// x * y mod 2^61-1 by folding the high part: 2^61 = 1.
std::uint64_t mul(std::uint64_t x, std::uint64_t y) {
  const Wide product = static_cast<Wide>(x) * y;
  const auto low = static_cast<std::uint64_t>(product) & kDigestPrime;
  const auto high = static_cast<std::uint64_t>(product >> 61);
  const std::uint64_t sum = low + high;
  return sum >= kDigestPrime ? sum - kDigestPrime : sum;
}

std::uint64_t residue(std::int64_t x) {
  const auto p = static_cast<std::int64_t>(kDigestPrime);
  const std::int64_t r = x % p;
  return static_cast<std::uint64_t>(r < 0 ? r + p : r);
}

std::uint64_t add(std::uint64_t x, std::uint64_t y) {
  const std::uint64_t sum = x + y;
  return sum >= kDigestPrime ? sum - kDigestPrime : sum;
}

// Walks elements first .. first+count-1 of a stream without computing a Philox block twice.
template <class F>
void walk(std::uint64_t seed, std::uint64_t first, std::uint64_t count, std::uint32_t stream,
          F&& f) {
  Philox4 block{};
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t index = first + i;
    if (i == 0 || index % 4 == 0) block = philox(seed, index / 4, stream);
    f(i, exact_from_word(block.word[index % 4]));
  }
}

}  // namespace

std::uint64_t exact_gemm_digest(const ExactGemm& gemm) {
  const auto m = static_cast<std::uint64_t>(gemm.m);
  const auto n = static_cast<std::uint64_t>(gemm.n);
  const auto k = static_cast<std::uint64_t>(gemm.k);
  // |element| <= 8 and a weight is below 2^61, so a sum of 2^40 products fits 128 bits with ease;
  // signed sums are kept apart from the modulus until each row or column is done.
  __extension__ typedef __int128 Sum;
  const auto fold = [](Sum sum) {
    const auto p = static_cast<Sum>(kDigestPrime);
    const Sum r = sum % p;
    return static_cast<std::uint64_t>(r < 0 ? r + p : r);
  };
  std::vector<std::uint64_t> v(n);
  for (std::uint64_t j = 0; j < n; ++j) v[j] = digest_weight(gemm.seed, j, kStreamDigestV);
  std::vector<Sum> ua(k, 0);
  for (std::uint64_t i = 0; i < m; ++i) {
    const auto u = static_cast<Sum>(digest_weight(gemm.seed, i, kStreamDigestU));
    walk(gemm.seed, i * k, k, kStreamExactA, [&](std::uint64_t l, int a) { ua[l] += u * a; });
  }
  std::uint64_t digest = 0;
  for (std::uint64_t l = 0; l < k; ++l) {
    Sum bv = 0;
    walk(gemm.seed, l * n, n, kStreamExactB,
         [&](std::uint64_t j, int b) { bv += static_cast<Sum>(v[j]) * b; });
    digest = add(digest, mul(fold(ua[l]), fold(bv)));
  }
  return digest;
}

void exact_gemm_product(const ExactGemm& gemm, std::int64_t* c) {
  const auto at = [](std::int64_t x) { return static_cast<std::uint64_t>(x); };
  std::vector<std::int64_t> b(at(gemm.k * gemm.n));
  walk(gemm.seed, 0, b.size(), kStreamExactB, [&](std::uint64_t i, int x) { b[i] = x; });
  for (std::int64_t i = 0; i < gemm.m; ++i) {
    std::int64_t* row = c + i * gemm.n;
    for (std::int64_t j = 0; j < gemm.n; ++j) row[j] = 0;
    walk(gemm.seed, at(i * gemm.k), at(gemm.k), kStreamExactA, [&](std::uint64_t l, int a) {
      const std::int64_t* source = b.data() + static_cast<std::int64_t>(l) * gemm.n;
      for (std::int64_t j = 0; j < gemm.n; ++j) row[j] += a * source[j];
    });
  }
}

std::uint64_t digest_of_product(const ExactGemm& gemm, const std::int64_t* c) {
  std::vector<std::uint64_t> v(static_cast<std::uint64_t>(gemm.n));
  for (std::uint64_t j = 0; j < v.size(); ++j) v[j] = digest_weight(gemm.seed, j, kStreamDigestV);
  std::uint64_t digest = 0;
  for (std::int64_t i = 0; i < gemm.m; ++i) {
    std::uint64_t row = 0;
    for (std::uint64_t j = 0; j < v.size(); ++j) {
      row = add(row, mul(residue(c[i * gemm.n + static_cast<std::int64_t>(j)]), v[j]));
    }
    const auto u = digest_weight(gemm.seed, static_cast<std::uint64_t>(i), kStreamDigestU);
    digest = add(digest, mul(row, u));
  }
  return digest;
}

}  // namespace ga
