// What the checks of check.h report. No CUDA header: the CPU tests of the kernels read it too.
#pragma once

#include <cstdint>

namespace ga {

inline constexpr std::uint64_t kNoMismatch = ~std::uint64_t{0};

// Of pattern, equality and fill checks. `first` is the lowest wrong index or kNoMismatch.
struct Mismatch {
  std::uint64_t wrong = 0;
  std::uint64_t first = kNoMismatch;
  std::uint64_t expected = 0;
  std::uint64_t got = 0;
};

// The SM that computed each tile of a product, row-major by tile; unknown where smid is null.
struct TileMap {
  int tile_m = 0, tile_n = 0;
  const std::uint32_t* smid = nullptr;
};

// Of digest_product.
struct DigestReport {
  std::uint64_t digest = 0;
  std::uint64_t not_exact = 0;
};

// Of check_product.
struct ProductMismatch {
  std::uint64_t wrong_inputs = 0;     // elements of A and B that are not what the seed says
  std::uint64_t wrong = 0;            // elements of C
  std::uint64_t first = kNoMismatch;  // row * n + col
  std::int64_t row = -1, col = -1;    // of the first wrong element, row-major order
  std::int64_t tile = -1;             // row-major index of its tile
  std::int32_t smid = -1;             // the SM that wrote the tile, where recorded
  std::uint64_t expected = 0, got = 0, flipped = 0;  // the element's bits and their difference
};

// Of checksum_product.
struct ChecksumReport {
  std::uint64_t wrong = 0;            // groups outside the bound; a NaN is outside
  std::uint64_t first = kNoMismatch;  // row * groups + group
  double worst = 0;                   // largest |difference| / bound; infinite when any is NaN
};

}  // namespace ga
