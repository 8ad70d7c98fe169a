#include "acceptance/sim/exact.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace ga {
namespace {

constexpr std::int64_t kTileSide = 8;

__extension__ typedef unsigned __int128 Wide;

std::uint64_t residue(std::int64_t x) {
  const auto p = static_cast<std::int64_t>(kDigestPrime);
  const std::int64_t r = x % p;
  return static_cast<std::uint64_t>(r < 0 ? r + p : r);
}

std::uint64_t product_mod(std::uint64_t x, std::uint64_t y) {
  return static_cast<std::uint64_t>(static_cast<Wide>(x) * y % kDigestPrime);
}

// An element of C as the bits of its type: float64, int32, or float32.
using Word = std::uint64_t;

Word word_of(std::int64_t value, ElementType type) {
  if (type == ElementType::fp64) return std::bit_cast<std::uint64_t>(static_cast<double>(value));
  if (type == ElementType::int32) return static_cast<std::uint32_t>(value);
  return std::bit_cast<std::uint32_t>(static_cast<float>(value));
}

// Of integers, the number with a NaN's bits.
Word quiet_nan(ElementType type) {
  constexpr Word kDouble = 0x7ff8000000000000, kFloat = 0x7fc00000;
  return type == ElementType::fp64 ? kDouble : kFloat;
}

// What a digest counts an element as: nothing, where it is no integer that the type holds exactly.
std::int64_t counted(Word word, ElementType type) {
  if (type == ElementType::int32) {
    return std::bit_cast<std::int32_t>(static_cast<std::uint32_t>(word));
  }
  const bool wide = type == ElementType::fp64;
  const double value =
      wide ? std::bit_cast<double>(word) : std::bit_cast<float>(static_cast<std::uint32_t>(word));
  const double most = wide ? 0x1p53 : 0x1p24;
  const bool exact = value == std::trunc(value) && std::fabs(value) < most;
  return exact ? static_cast<std::int64_t>(value) : 0;
}

// A bit of a float32's mantissa, at the same place of a wider one.
Word bit_of(int bit, ElementType type) {
  constexpr int kWider = 52 - 23;
  return Word{1} << (type == ElementType::fp64 ? bit + kWider : bit);
}

struct Change {
  std::int64_t row = 0, col = 0;
  Word expected = 0, got = 0;
};

ElementType sum_of(const ExactGemm& gemm) { return gemm_type(gemm.in).sum; }

// The elements that a fault changes; `element(row, col)` is the right value. A fault that would
// change nothing (a zero that stays zero) moves on until it does.
template <class Element>
std::vector<Change> changes(const ExactGemm& gemm, const Spoiled& spoiled, Element element) {
  const ElementType type = sum_of(gemm);
  std::vector<Change> out;
  for (std::int64_t step = 0; step < gemm.m * gemm.n && out.empty(); ++step) {
    const std::int64_t row = (spoiled.row + (spoiled.col + step) / gemm.n) % gemm.m;
    const std::int64_t col = (spoiled.col + step) % gemm.n;
    if (spoiled.damage != Damage::zero_tile) {
      const Word right = word_of(element(row, col), type);
      const Word got =
          spoiled.damage == Damage::nan ? quiet_nan(type) : right ^ bit_of(spoiled.bit, type);
      if (right != 0) out.push_back({row, col, right, got});
      continue;
    }
    for (std::int64_t r = row; r < std::min(row + kTileSide, gemm.m); ++r) {
      for (std::int64_t c = col; c < std::min(col + kTileSide, gemm.n); ++c) {
        const Word right = word_of(element(r, c), type);
        if (right != 0) out.push_back({r, c, right, 0});
      }
    }
  }
  return out;
}

std::string hex64(std::uint64_t word) { return fmt::format("{:016x}", word); }

FirstMismatch first_of(const ExactGemm& gemm, const Change& change) {
  const auto hex = [digits = 2 * element_bytes(sum_of(gemm))](Word word) {
    return fmt::format("{:0{}x}", word, digits);
  };
  FirstMismatch first;
  first.element = change.row * gemm.n + change.col;
  first.expected = hex(change.expected);
  first.got = hex(change.got);
  first.xor_bits = hex(change.expected ^ change.got);
  return first;
}

// digest + sum (got - expected) u[row] v[col]: the digest is linear in C.
std::uint64_t moved(const ExactGemm& gemm, std::uint64_t digest,
                    const std::vector<Change>& changed) {
  for (const Change& change : changed) {
    const std::int64_t delta =
        counted(change.got, sum_of(gemm)) - counted(change.expected, sum_of(gemm));
    const std::uint64_t u =
        digest_weight(gemm.seed, static_cast<std::uint64_t>(change.row), kStreamDigestU);
    const std::uint64_t v =
        digest_weight(gemm.seed, static_cast<std::uint64_t>(change.col), kStreamDigestV);
    digest = (digest + product_mod(residue(delta), product_mod(u, v))) % kDigestPrime;
  }
  return digest;
}

}  // namespace

std::int64_t exact_product_element(const ExactGemm& gemm, std::int64_t row, std::int64_t col) {
  const auto at = [](std::int64_t x) { return static_cast<std::uint64_t>(x); };
  std::int64_t sum = 0;
  for (std::int64_t l = 0; l < gemm.k; ++l) {
    const std::int64_t of_b = b_along_k(gemm.in) ? col * gemm.k + l : l * gemm.n + col;
    sum += exact_element(gemm.seed, at(row * gemm.k + l), kStreamExactA, gemm.in) *
           exact_element(gemm.seed, at(of_b), kStreamExactB, gemm.in);
  }
  return sum;
}

std::optional<std::uint64_t> shipped_digest(const ExactGemm& gemm) {
  const bool shipped = gemm.m == kShippedSide && gemm.n == kShippedSide && gemm.k == kShippedSide &&
                       gemm.seed == kShippedSeed;
  if (!shipped) return std::nullopt;
  for (const auto& [in, digest] : kShippedDigests) {
    if (in == gemm.in) return digest;
  }
  return std::nullopt;
}

const ExactWorkshop::Known& ExactWorkshop::known(const ExactGemm& gemm) {
  const auto [place, fresh] = known_.try_emplace({gemm.in, gemm.m, gemm.n, gemm.k, gemm.seed});
  Known& known = place->second;
  if (!fresh) return known;
  const auto shipped = shipped_digest(gemm);
  known.expected = shipped ? *shipped : exact_gemm_digest(gemm);
  if (std::max({gemm.m, gemm.n, gemm.k}) <= kRealProductSide) {
    known.product.resize(static_cast<std::size_t>(gemm.m * gemm.n));
    exact_gemm_product(gemm, known.product.data());
  }
  return known;
}

Check ExactWorkshop::check(const ExactGemm& gemm, const std::optional<Spoiled>& spoiled) {
  const Known& right = known(gemm);
  std::vector<Change> changed;
  if (spoiled) {
    changed = changes(gemm, *spoiled, [&](std::int64_t row, std::int64_t col) {
      if (right.product.empty()) return exact_product_element(gemm, row, col);
      return right.product[static_cast<std::size_t>(row * gemm.n + col)];
    });
  }
  std::uint64_t got = 0;
  if (right.product.empty()) {
    got = moved(gemm, right.expected, changed);
  } else {
    std::vector<std::int64_t> product = right.product;
    for (const Change& change : changed) {
      product[static_cast<std::size_t>(change.row * gemm.n + change.col)] =
          counted(change.got, sum_of(gemm));
    }
    got = digest_of_product(gemm, product.data());
  }
  Check check{.kind = "exact", .expected = hex64(right.expected), .got = hex64(got)};
  if (changed.empty()) return check;
  check.wrong = static_cast<std::int64_t>(changed.size()) * spoiled->launches;
  check.first = first_of(gemm, changed.front());
  check.first->sm = spoiled->sm;
  return check;
}

}  // namespace ga
