#include "acceptance/sim/exact.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "kernels/data/exact_attention_bwd.h"
#include "kernels/data/hash_term.h"

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

// An element of the output as the bits of its type.
using Word = std::uint64_t;

Word word_of(std::int64_t value, ElementType type) {
  if (type == ElementType::fp64) return std::bit_cast<std::uint64_t>(static_cast<double>(value));
  if (type == ElementType::int32) return static_cast<std::uint32_t>(value);
  return std::bit_cast<std::uint32_t>(static_cast<float>(value));
}

// Of integers, the number with a NaN's bits.
Word quiet_nan(ElementType type) {
  constexpr Word kDouble = 0x7ff8000000000000, kFloat = 0x7fc00000, kBf16 = 0x7fc0, kFp16 = 0x7e00;
  if (type == ElementType::bf16) return kBf16;
  if (type == ElementType::fp16) return kFp16;
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

// A bit of a float32's mantissa, at the same place of a wider one, and somewhere in a narrower one.
Word bit_of(int bit, ElementType type) {
  constexpr int kWider = 52 - 23, kNarrow = 7;
  if (element_bytes(type) == 2) return Word{1} << (bit % kNarrow);
  return Word{1} << (type == ElementType::fp64 ? bit + kWider : bit);
}

struct Change {
  std::int64_t row = 0, col = 0;
  Word expected = 0, got = 0;
};

ElementType sum_of(const ExactGemm& gemm) { return gemm_type(gemm.in).sum; }

struct Output {
  std::int64_t rows = 0, cols = 0;
  ElementType type;
};

// The elements that a fault changes; `at(row, col)` is the right word. A fault that would change
// nothing (a zero that stays zero) moves on until it does.
template <class At>
std::vector<Change> changes(const Output& output, const Spoiled& spoiled, At at) {
  std::vector<Change> out;
  for (std::int64_t step = 0; step < output.rows * output.cols && out.empty(); ++step) {
    const std::int64_t row = (spoiled.row + (spoiled.col + step) / output.cols) % output.rows;
    const std::int64_t col = (spoiled.col + step) % output.cols;
    if (spoiled.damage != Damage::zero_tile) {
      const Word right = at(row, col);
      const Word got = spoiled.damage == Damage::nan ? quiet_nan(output.type)
                                                     : right ^ bit_of(spoiled.bit, output.type);
      if (right != 0) out.push_back({row, col, right, got});
      continue;
    }
    for (std::int64_t r = row; r < std::min(row + kTileSide, output.rows); ++r) {
      for (std::int64_t c = col; c < std::min(col + kTileSide, output.cols); ++c) {
        const Word right = at(r, c);
        if (right != 0) out.push_back({r, c, right, 0});
      }
    }
  }
  return out;
}

std::string hex64(std::uint64_t word) { return fmt::format("{:016x}", word); }

FirstMismatch first_of(const Output& output, const Change& change) {
  const auto hex = [digits = 2 * element_bytes(output.type)](Word word) {
    return fmt::format("{:0{}x}", word, digits);
  };
  FirstMismatch first;
  first.element = change.row * output.cols + change.col;
  first.expected = hex(change.expected);
  first.got = hex(change.got);
  first.xor_bits = hex(change.expected ^ change.got);
  return first;
}

Check check_of(const Output& output, std::uint64_t expected, std::uint64_t got,
               const std::vector<Change>& changed, const std::optional<Spoiled>& spoiled) {
  Check check{.kind = "exact", .expected = hex64(expected), .got = hex64(got)};
  if (changed.empty()) return check;
  check.wrong = static_cast<std::int64_t>(changed.size()) * spoiled->launches;
  check.first = first_of(output, changed.front());
  check.first->sm = spoiled->sm;
  return check;
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

// The sum of hash_buffer(), moved by the words of four elements that changed.
std::uint64_t moved(const std::vector<std::uint16_t>& output, std::uint64_t hash, std::int64_t cols,
                    const std::vector<Change>& changed) {
  constexpr std::size_t kInWord = 4;
  std::map<std::size_t, std::map<std::size_t, Word>> words;  // by word, then by element in it
  for (const Change& change : changed) {
    const auto element = static_cast<std::size_t>(change.row * cols + change.col);
    words[element / kInWord][element % kInWord] = change.got;
  }
  for (const auto& [index, changed_in] : words) {
    std::uint64_t was = 0, is = 0;
    for (std::size_t i = 0; i < kInWord && index * kInWord + i < output.size(); ++i) {
      const Word right = output[index * kInWord + i];
      const auto at = changed_in.find(i);
      was |= right << (16 * i);
      is |= (at == changed_in.end() ? right : at->second) << (16 * i);
    }
    hash += hash_term(is, index) - hash_term(was, index);
  }
  return hash;
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
  const Output output{gemm.m, gemm.n, sum_of(gemm)};
  std::vector<Change> changed;
  if (spoiled) {
    changed = changes(output, *spoiled, [&](std::int64_t row, std::int64_t col) {
      const std::int64_t element =
          right.product.empty() ? exact_product_element(gemm, row, col)
                                : right.product[static_cast<std::size_t>(row * gemm.n + col)];
      return word_of(element, output.type);
    });
  }
  if (right.product.empty()) {
    return check_of(output, right.expected, moved(gemm, right.expected, changed), changed, spoiled);
  }
  std::vector<std::int64_t> product = right.product;
  for (const Change& change : changed) {
    product[static_cast<std::size_t>(change.row * gemm.n + change.col)] =
        counted(change.got, output.type);
  }
  return check_of(output, right.expected, digest_of_product(gemm, product.data()), changed,
                  spoiled);
}

namespace {

bool is_shipped(const ExactAttention& attention) {
  const AttentionShape& a = attention.shape;
  const AttentionShape shipped = of_length(kExactAttention, kShippedLength);
  return a.batch == shipped.batch && a.heads == shipped.heads && a.kv_heads == shipped.kv_heads &&
         a.seq_q == shipped.seq_q && a.seq_kv == shipped.seq_kv && a.dim == shipped.dim &&
         a.mask == shipped.mask && a.type == shipped.type && attention.seed == kShippedSeed;
}

std::vector<std::int64_t> key_of(const ExactAttention& attention, Pass pass) {
  const AttentionShape& a = attention.shape;
  return {a.batch,
          a.heads,
          a.kv_heads,
          a.seq_q,
          a.dim,
          a.mask == AttentionMask::causal ? 1 : 0,
          static_cast<std::int64_t>(attention.seed),
          pass == Pass::backward ? 1 : 0};
}

std::vector<std::uint16_t> output_of(const ExactAttention& attention, Pass pass) {
  if (pass == Pass::forward) return exact_attention_output(attention);
  ExactAttentionGradients of = exact_attention_gradients(attention);
  for (const auto& behind : {of.k, of.v}) of.q.insert(of.q.end(), behind.begin(), behind.end());
  return std::move(of.q);
}

}  // namespace

std::optional<std::uint64_t> shipped_hash(const ExactAttention& attention, Pass pass) {
  if (!is_shipped(attention)) return std::nullopt;
  return pass == Pass::backward ? kShippedGradientsHash : kShippedHash;
}

Check ExactWorkshop::check(const ExactAttention& attention, Pass pass,
                           const std::optional<Spoiled>& spoiled) {
  const AttentionShape& shape = attention.shape;
  const auto [place, fresh] = answers_.try_emplace(key_of(attention, pass));
  Answer& right = place->second;
  if (fresh) {
    const auto shipped = shipped_hash(attention, pass);
    right.hash = shipped                  ? *shipped
                 : pass == Pass::backward ? exact_attention_bwd_hash(attention)
                                          : exact_attention_hash(attention);
  }
  const Output output{shape.batch * shape.seq_q * shape.heads, shape.dim, shape.type};
  if (!spoiled) return check_of(output, right.hash, right.hash, {}, spoiled);
  if (right.output.empty()) right.output = output_of(attention, pass);
  const auto changed = changes(output, *spoiled, [&](std::int64_t row, std::int64_t col) -> Word {
    return right.output[static_cast<std::size_t>(row * output.cols + col)];
  });
  return check_of(output, right.hash, moved(right.output, right.hash, output.cols, changed),
                  changed, spoiled);
}

}  // namespace ga
