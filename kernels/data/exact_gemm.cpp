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

// Weights in two parts of at most 31 bits, so that their products with small numbers and the sums
// of as many as 2^25 of these stay in 64 bits. Elements come with their range added, and without a
// sign: what that adds is the range times the sum of the weights.
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

// The sum of weights times elements, from that of weights times elements + range.
std::uint64_t join(Sums products, Sums weights, int range) {
  const auto added = static_cast<std::uint64_t>(range);
  const auto low = static_cast<std::int64_t>(products.low - added * weights.low);
  const auto high = static_cast<std::int64_t>(products.high - added * weights.high);
  return add(mul(residue(high), std::uint64_t{1} << kLowBits), residue(low));
}

// The rows of an operand as they are stored, with the range added. A buffer, because filling it and
// summing over it are two loops that a compiler makes wide.
class Rows {
 public:
  Rows(const ExactGemm& gemm, std::uint32_t stream, std::uint64_t length)
      : seed_(gemm.seed),
        stream_(stream),
        range_(exact_range(gemm.in)),
        length_(length),
        elements_(length + 20) {}

  const std::uint32_t* fill(std::uint64_t row) {
    const std::uint64_t first = row * length_;
    const std::uint64_t block = first / 4;
    exact_fill(seed_, block, (first + length_ + 3) / 4 - block, stream_, range_, elements_.data());
    return elements_.data() + first % 4;
  }
  std::uint64_t length() const { return length_; }
  int range() const { return range_; }

 private:
  std::uint64_t seed_;
  std::uint32_t stream_;
  int range_;
  std::uint64_t length_;
  std::vector<std::uint32_t> elements_;
};

struct Weights {
  std::vector<std::uint32_t> low, high;
  Sums sum;

  Weights(std::uint64_t seed, std::uint64_t count, std::uint32_t stream) : low(count), high(count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const Weight weight = weight_at(seed, i, stream);
      sum.low += low[i] = weight.low;
      sum.high += high[i] = weight.high;
    }
  }
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

// The weighted sum of all rows, one for each row.
std::vector<std::uint64_t> weigh_rows(const Weights& weights, Rows rows) {
  std::vector<std::uint64_t> low(rows.length()), high(rows.length());
  for (std::uint64_t i = 0; i < weights.low.size(); ++i) {
    const std::uint32_t* const row = rows.fill(i);
    add_multiple(low, weights.low[i], row);
    add_multiple(high, weights.high[i], row);
  }
  for (std::uint64_t l = 0; l < low.size(); ++l) {
    low[l] = join({low[l], high[l]}, weights.sum, rows.range());
  }
  return low;
}

// The weighted sum over each of `count` rows.
std::vector<std::uint64_t> weigh_columns(const Weights& weights, std::uint64_t count, Rows rows) {
  std::vector<std::uint64_t> sums(count);
  for (std::uint64_t l = 0; l < count; ++l) {
    sums[l] = join(dot(weights, rows.fill(l)), weights.sum, rows.range());
  }
  return sums;
}

}  // namespace

std::uint64_t exact_gemm_digest(const ExactGemm& gemm) {
  const auto m = static_cast<std::uint64_t>(gemm.m);
  const auto n = static_cast<std::uint64_t>(gemm.n);
  const auto k = static_cast<std::uint64_t>(gemm.k);
  const auto ua = weigh_rows(Weights(gemm.seed, m, kStreamDigestU), Rows(gemm, kStreamExactA, k));
  const Weights v(gemm.seed, n, kStreamDigestV);
  const auto bv = b_along_k(gemm.in) ? weigh_rows(v, Rows(gemm, kStreamExactB, k))
                                     : weigh_columns(v, k, Rows(gemm, kStreamExactB, n));
  std::uint64_t digest = 0;
  for (std::uint64_t l = 0; l < k; ++l) digest = add(digest, mul(ua[l], bv[l]));
  return digest;
}

void exact_gemm_product(const ExactGemm& gemm, std::int64_t* c) {
  const auto at = [](std::int64_t x) { return static_cast<std::uint64_t>(x); };
  const auto values = [&](std::int64_t count, std::uint32_t stream) {
    std::vector<int> all(at(count));
    for (std::uint64_t i = 0; i < all.size(); ++i) {
      all[i] = exact_element(gemm.seed, i, stream, gemm.in);
    }
    return all;
  };
  const std::vector<int> a = values(gemm.m * gemm.k, kStreamExactA);
  const std::vector<int> b = values(gemm.k * gemm.n, kStreamExactB);
  for (std::int64_t i = 0; i < gemm.m; ++i) {
    std::int64_t* const row = c + i * gemm.n;
    const int* const left = a.data() + i * gemm.k;
    std::fill_n(row, gemm.n, 0);
    if (b_along_k(gemm.in)) {
      for (std::int64_t j = 0; j < gemm.n; ++j) {
        const int* const right = b.data() + j * gemm.k;
        for (std::int64_t l = 0; l < gemm.k; ++l) row[j] += left[l] * right[l];
      }
    } else {
      for (std::int64_t l = 0; l < gemm.k; ++l) {
        const int* const right = b.data() + l * gemm.n;
        for (std::int64_t j = 0; j < gemm.n; ++j) row[j] += left[l] * right[j];
      }
    }
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
