#include "acceptance/sim/exact.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace ga {
namespace {

constexpr std::int64_t kTileSide = 8;
constexpr std::int64_t kMostExact = std::int64_t{1} << 24;  // integers a float32 holds exactly
constexpr std::uint32_t kQuietNan = 0x7fc00000;

__extension__ typedef unsigned __int128 Wide;

std::uint64_t residue(std::int64_t x) {
  const auto p = static_cast<std::int64_t>(kDigestPrime);
  const std::int64_t r = x % p;
  return static_cast<std::uint64_t>(r < 0 ? r + p : r);
}

std::uint64_t product_mod(std::uint64_t x, std::uint64_t y) {
  return static_cast<std::uint64_t>(static_cast<Wide>(x) * y % kDigestPrime);
}

// What a digest over floats counts an element as: nothing, where it is no integer it can trust.
std::int64_t counted(std::uint32_t bits) {
  const float value = std::bit_cast<float>(bits);
  const bool exact = std::isfinite(value) && value == std::trunc(value) &&
                     std::fabs(value) < static_cast<float>(kMostExact);
  return exact ? static_cast<std::int64_t>(value) : 0;
}

struct Change {
  std::int64_t row = 0, col = 0;
  std::uint32_t expected = 0, got = 0;  // float32 bits
};

std::uint32_t float_bits(std::int64_t value) {
  return std::bit_cast<std::uint32_t>(static_cast<float>(value));
}

// The elements that a fault changes; `element(row, col)` is the right value. A fault that would
// change nothing (a zero that stays zero) moves on until it does.
template <class Element>
std::vector<Change> changes(const ExactGemm& gemm, const Spoiled& spoiled, Element element) {
  std::vector<Change> out;
  for (std::int64_t step = 0; step < gemm.m * gemm.n && out.empty(); ++step) {
    const std::int64_t row = (spoiled.row + (spoiled.col + step) / gemm.n) % gemm.m;
    const std::int64_t col = (spoiled.col + step) % gemm.n;
    if (spoiled.damage != Damage::zero_tile) {
      const std::uint32_t right = float_bits(element(row, col));
      const std::uint32_t got =
          spoiled.damage == Damage::nan ? kQuietNan : right ^ (1u << spoiled.bit);
      if (right != 0) out.push_back({row, col, right, got});
      continue;
    }
    for (std::int64_t r = row; r < std::min(row + kTileSide, gemm.m); ++r) {
      for (std::int64_t c = col; c < std::min(col + kTileSide, gemm.n); ++c) {
        const std::uint32_t right = float_bits(element(r, c));
        if (right != 0) out.push_back({r, c, right, 0});
      }
    }
  }
  return out;
}

std::string hex32(std::uint32_t bits) { return fmt::format("{:08x}", bits); }
std::string hex64(std::uint64_t word) { return fmt::format("{:016x}", word); }

FirstMismatch first_of(const ExactGemm& gemm, const Change& change) {
  FirstMismatch first;
  first.element = change.row * gemm.n + change.col;
  first.expected = hex32(change.expected);
  first.got = hex32(change.got);
  first.xor_bits = hex32(change.expected ^ change.got);
  return first;
}

// digest + sum (got - expected) u[row] v[col]: the digest is linear in C.
std::uint64_t moved(const ExactGemm& gemm, std::uint64_t digest,
                    const std::vector<Change>& changed) {
  for (const Change& change : changed) {
    const std::int64_t delta = counted(change.got) - counted(change.expected);
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
    sum += exact_element(gemm.seed, at(row * gemm.k + l), kStreamExactA) *
           exact_element(gemm.seed, at(l * gemm.n + col), kStreamExactB);
  }
  return sum;
}

const ExactWorkshop::Known& ExactWorkshop::known(const ExactGemm& gemm) {
  const auto [place, fresh] = known_.try_emplace({gemm.m, gemm.n, gemm.k, gemm.seed});
  Known& known = place->second;
  if (!fresh) return known;
  const bool shipped = gemm.m == kShippedProduct.m && gemm.n == kShippedProduct.n &&
                       gemm.k == kShippedProduct.k && gemm.seed == kShippedProduct.seed;
  known.expected = shipped ? kShippedDigest : exact_gemm_digest(gemm);
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
      product[static_cast<std::size_t>(change.row * gemm.n + change.col)] = counted(change.got);
    }
    got = digest_of_product(gemm, product.data());
  }
  Check check{.kind = "exact", .expected = hex64(right.expected), .got = hex64(got)};
  if (changed.empty()) return check;
  check.wrong = static_cast<std::int64_t>(changed.size()) * spoiled->launches;
  check.first = first_of(gemm, changed.front());
  return check;
}

}  // namespace ga
