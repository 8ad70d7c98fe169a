#include "kernels/data/exact_gemm.h"

#include <algorithm>
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

// Weights in two parts, so that their sums with small integers stay in 64 bits: 2^31 * 8 * count,
// for as many as 2^29 of them.
constexpr int kLowBits = 31;
struct Parts {
  std::vector<std::int64_t> low, high;

  explicit Parts(std::size_t count) : low(count), high(count) {}
  void set(std::size_t i, std::uint64_t weight) {
    low[i] = static_cast<std::int64_t>(weight & ((std::uint64_t{1} << kLowBits) - 1));
    high[i] = static_cast<std::int64_t>(weight >> kLowBits);
  }
};

std::uint64_t join(std::int64_t low, std::int64_t high) {
  return add(mul(residue(high), std::uint64_t{1} << kLowBits), residue(low));
}

// Elements first .. first+count-1 of a stream. A buffer, because filling it and summing over it are
// two loops that a compiler makes wide.
class Row {
 public:
  explicit Row(std::uint64_t longest) : elements_(longest + 8) {}

  const std::int32_t* fill(std::uint64_t seed, std::uint64_t first, std::uint64_t count,
                           std::uint32_t stream) {
    std::int32_t* out = elements_.data();
    for (std::uint64_t block = first / 4; block < (first + count + 3) / 4; ++block) {
      const Philox4 words = philox(seed, block, stream);
      for (const std::uint32_t word : words.word) *out++ = exact_from_word(word);
    }
    return elements_.data() + first % 4;
  }

 private:
  std::vector<std::int32_t> elements_;
};

}  // namespace

std::uint64_t exact_gemm_digest(const ExactGemm& gemm) {
  const auto m = static_cast<std::uint64_t>(gemm.m);
  const auto n = static_cast<std::uint64_t>(gemm.n);
  const auto k = static_cast<std::uint64_t>(gemm.k);
  Parts v(n), ua(k);
  for (std::uint64_t j = 0; j < n; ++j) v.set(j, digest_weight(gemm.seed, j, kStreamDigestV));
  Row row(std::max(n, k));
  Parts u(1);
  for (std::uint64_t i = 0; i < m; ++i) {
    u.set(0, digest_weight(gemm.seed, i, kStreamDigestU));
    const std::int32_t* a = row.fill(gemm.seed, i * k, k, kStreamExactA);
    for (std::uint64_t l = 0; l < k; ++l) ua.low[l] += u.low[0] * a[l];
    for (std::uint64_t l = 0; l < k; ++l) ua.high[l] += u.high[0] * a[l];
  }
  std::uint64_t digest = 0;
  for (std::uint64_t l = 0; l < k; ++l) {
    const std::int32_t* b = row.fill(gemm.seed, l * n, n, kStreamExactB);
    std::int64_t low = 0, high = 0;
    for (std::uint64_t j = 0; j < n; ++j) low += v.low[j] * b[j];
    for (std::uint64_t j = 0; j < n; ++j) high += v.high[j] * b[j];
    digest = add(digest, mul(join(ua.low[l], ua.high[l]), join(low, high)));
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
