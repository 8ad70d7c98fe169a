#include "kernels/data/fresh_product.h"

#include <algorithm>
#include <map>

#include "kernels/data/exact_fill.h"
#include "kernels/data/exact_gemm.h"
#include "reports/model/merkle.h"

namespace ga {
namespace {

constexpr auto kSide = static_cast<std::size_t>(kFreshSide);
constexpr auto kTile = static_cast<std::size_t>(kFreshTile);
constexpr int kRange = exact_range(ElementType::bf16);

std::vector<std::int16_t> operand(std::uint64_t seed, std::uint32_t stream) {
  constexpr std::size_t kBlocks = kSide * kSide / 4;
  std::vector<std::uint32_t> words(4 * (kBlocks + 3));
  exact_fill(seed, 0, kBlocks, stream, kRange, words.data());
  std::vector<std::int16_t> elements(kSide * kSide);
  std::transform(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(elements.size()),
                 elements.begin(), [](std::uint32_t word) {
                   return static_cast<std::int16_t>(static_cast<int>(word) - kRange);
                 });
  return elements;
}

std::int32_t dot(const std::int16_t* a, const std::int16_t* b) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < kSide; ++i) sum += std::int32_t{a[i]} * b[i];
  return sum;
}

// Little-endian, whatever the machine's order.
Digest leaf_of(const std::vector<std::int32_t>& tile) {
  std::string bytes;
  bytes.reserve(4 * tile.size());
  for (const std::int32_t element : tile) {
    const auto word = static_cast<std::uint32_t>(element);
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(word >> shift & 255);
  }
  return leaf_digest(bytes);
}

std::size_t first_row(std::int64_t tile) {
  return static_cast<std::size_t>(tile / kFreshAcross) * kTile;
}
std::size_t first_column(std::int64_t tile) {
  return static_cast<std::size_t>(tile % kFreshAcross) * kTile;
}

}  // namespace

FreshProduct::FreshProduct(std::uint64_t seed)
    : rows_(operand(seed, kStreamExactA)), columns_(kSide * kSide) {
  const std::vector<std::int16_t> b = operand(seed, kStreamExactB);
  for (std::size_t row = 0; row < kSide; ++row) {
    for (std::size_t column = 0; column < kSide; ++column) {
      columns_[column * kSide + row] = b[row * kSide + column];
    }
  }
}

std::vector<std::int32_t> FreshProduct::tile(std::int64_t index) const {
  std::vector<std::int32_t> out;
  out.reserve(kTile * kTile);
  for (std::size_t i = 0; i < kTile; ++i) {
    const std::int16_t* const a = rows_.data() + (first_row(index) + i) * kSide;
    for (std::size_t j = 0; j < kTile; ++j) {
      out.push_back(dot(a, columns_.data() + (first_column(index) + j) * kSide));
    }
  }
  return out;
}

std::vector<std::int32_t> tile_of(const std::vector<std::int32_t>& product, std::int64_t index) {
  std::vector<std::int32_t> out;
  out.reserve(kTile * kTile);
  for (std::size_t i = 0; i < kTile; ++i) {
    const auto row = product.begin() + static_cast<std::ptrdiff_t>((first_row(index) + i) * kSide +
                                                                   first_column(index));
    out.insert(out.end(), row, row + static_cast<std::ptrdiff_t>(kTile));
  }
  return out;
}

FreshProof fresh_proof(const std::function<std::vector<std::int32_t>(std::int64_t)>& tile) {
  std::vector<Digest> leaves;
  for (std::int64_t index = 0; index < kFreshTiles; ++index) leaves.push_back(leaf_of(tile(index)));
  const MerkleTree tree(std::move(leaves));
  return {tree.root(), tree.open(opened_leaves(tree.root(), kFreshTiles, kFreshOpened))};
}

FreshVerdict check_fresh(std::uint64_t seed, const std::string& root,
                         const std::vector<Opening>& openings) {
  const std::vector<std::int64_t> wanted = opened_leaves(root, kFreshTiles, kFreshOpened);
  const bool same =
      std::equal(wanted.begin(), wanted.end(), openings.begin(), openings.end(),
                 [](std::int64_t tile, const Opening& opening) { return tile == opening.tile; });
  if (!same) return {FreshAnswer::refused, "the opened tiles are not those that the root names"};
  const FreshProduct product(seed);
  std::map<std::int64_t, Digest> leaves;
  for (const std::int64_t tile : wanted) leaves.emplace(tile, leaf_of(product.tile(tile)));
  const auto found = root_of(kFreshTiles, openings, leaves);
  if (!found) return {FreshAnswer::refused, found.error().what()};
  if (*found == root) return {FreshAnswer::right, ""};
  return {FreshAnswer::wrong, "the opened tiles are not those of the product that was asked for"};
}

}  // namespace ga
