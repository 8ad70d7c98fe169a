#include "kernels/data/exact_gemm.h"

#include <algorithm>
#include <vector>

#include "kernels/data/exact_fill.h"

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

// Weights in two parts of at most 31 bits, so that their products with small numbers and the sums
// of as many as 2^29 of these stay in 64 bits. Elements come with 8 added, and without a sign: what
// that adds is 8 times the sum of the weights.
constexpr int kLowBits = 31;
struct Weight {
  std::uint32_t low, high;
};
Weight weight_at(std::uint64_t seed, std::uint64_t index, std::uint32_t stream) {
  const std::uint64_t weight = digest_weight(seed, index, stream);
  return {static_cast<std::uint32_t>(weight & ((std::uint64_t{1} << kLowBits) - 1)),
          static_cast<std::uint32_t>(weight >> kLowBits)};
}

// Of products of weights, part by part.
struct Sums {
  std::uint64_t low = 0, high = 0;
};

// The sum of weights times elements, from that of weights times elements + 8.
std::uint64_t join(Sums products, Sums weights) {
  const auto low = static_cast<std::int64_t>(products.low - 8 * weights.low);
  const auto high = static_cast<std::int64_t>(products.high - 8 * weights.high);
  return add(mul(residue(high), std::uint64_t{1} << kLowBits), residue(low));
}

// Elements first .. first+count-1 of a stream, with 8 added. A buffer, because filling it and
// summing over it are two loops that a compiler makes wide.
class Row {
 public:
  explicit Row(std::uint64_t longest) : elements_(longest + 20) {}

  const std::uint32_t* fill(std::uint64_t seed, std::uint64_t first, std::uint64_t count,
                            std::uint32_t stream) {
    const std::uint64_t block = first / 4;
    exact_fill(seed, block, (first + count + 3) / 4 - block, stream, elements_.data());
    return elements_.data() + first % 4;
  }

 private:
  std::vector<std::uint32_t> elements_;
};

struct Weights {
  std::vector<std::uint32_t> low, high;
};

// Weights times elements, summed.
Sums dot(const Weights& weights, const std::uint32_t* elements) {
  Sums sums;
  for (std::size_t i = 0; i < weights.low.size(); ++i) {
    sums.low += std::uint64_t{weights.low[i]} * elements[i];
    sums.high += std::uint64_t{weights.high[i]} * elements[i];
  }
  return sums;
}

void add_multiple(std::vector<std::uint64_t>& to, std::uint32_t weight,
                  const std::uint32_t* elements) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += std::uint64_t{weight} * elements[i];
}

}  // namespace

std::uint64_t exact_gemm_digest(const ExactGemm& gemm) {
  const auto m = static_cast<std::uint64_t>(gemm.m);
  const auto n = static_cast<std::uint64_t>(gemm.n);
  const auto k = static_cast<std::uint64_t>(gemm.k);
  Row row(std::max(n, k));
  std::vector<std::uint64_t> ua_low(k), ua_high(k);
  Sums u_sum;
  for (std::uint64_t i = 0; i < m; ++i) {
    const Weight u = weight_at(gemm.seed, i, kStreamDigestU);
    u_sum.low += u.low;
    u_sum.high += u.high;
    const std::uint32_t* const a = row.fill(gemm.seed, i * k, k, kStreamExactA);
    add_multiple(ua_low, u.low, a);
    add_multiple(ua_high, u.high, a);
  }
  Weights vs{std::vector<std::uint32_t>(n), std::vector<std::uint32_t>(n)};
  Sums v_sum;
  for (std::uint64_t j = 0; j < n; ++j) {
    const Weight v = weight_at(gemm.seed, j, kStreamDigestV);
    v_sum.low += vs.low[j] = v.low;
    v_sum.high += vs.high[j] = v.high;
  }
  std::uint64_t digest = 0;
  for (std::uint64_t l = 0; l < k; ++l) {
    const std::uint32_t* const b = row.fill(gemm.seed, l * n, n, kStreamExactB);
    const std::uint64_t bv = join(dot(vs, b), v_sum);
    digest = add(digest, mul(join({ua_low[l], ua_high[l]}, u_sum), bv));
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
