// Work that nobody could do before a seed was known, and that a verifier can check in parts on a
// CPU: a product of small integers (exact_gemm.h, bf16), cut into tiles over which a tree of
// digests commits to the whole.
//
// The root names the tiles that are opened (opened_leaves() in reports/model/merkle.h), and only
// the places of these and their paths are reported: the verifier computes the tiles themselves. Who
// formed a share f of the tiles is not caught with probability f^460, below 1 % for f = 0.99.
// Whoever grinds, trying other wrong tiles until the root opens none of them, does more work than
// the tiles take that he leaves out.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "reports/model/measurement.h"

namespace ga {

inline constexpr std::int64_t kFreshSide = 1024;  // m = n = k
inline constexpr std::int64_t kFreshTile = 32;    // elements on a side of a tile
inline constexpr std::int64_t kFreshAcross = kFreshSide / kFreshTile;
inline constexpr std::int64_t kFreshTiles = kFreshAcross * kFreshAcross;
inline constexpr std::int64_t kFreshOpened = 460;

// The product, tile by tile. Making it costs the operands; each tile, a thousandth of the product.
class FreshProduct {
 public:
  explicit FreshProduct(std::uint64_t seed);
  // kFreshTile^2 elements, row by row.
  std::vector<std::int32_t> tile(std::int64_t index) const;

 private:
  std::vector<std::int16_t> rows_, columns_;  // of A, and of B transposed
};

// The tile of a whole row-major product of kFreshSide^2.
std::vector<std::int32_t> tile_of(const std::vector<std::int32_t>& product, std::int64_t index);

struct FreshProof {
  std::string root;
  std::vector<Opening> openings;
};
FreshProof fresh_proof(const std::function<std::vector<std::int32_t>(std::int64_t)>& tile);

// refused: the openings are not those that the root names, or are malformed. wrong: they are, and
// the product of the seed is another.
enum class FreshAnswer { right, wrong, refused };
struct FreshVerdict {
  FreshAnswer answer = FreshAnswer::refused;
  std::string why;
};
FreshVerdict check_fresh(std::uint64_t seed, const std::string& root,
                         const std::vector<Opening>& openings);

}  // namespace ga
