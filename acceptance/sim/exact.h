// Exact GEMMs of the simulated node: the digest that a worker would report, right or spoiled.
//
// Up to 512 on a side the product is really formed and the fault really put into its elements.
// Above, the checksum identity gives the right digest, and the fault's elements change it by their
// own weights: the same digest, without the product.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "kernels/data/exact_gemm.h"
#include "reports/model/measurement.h"

namespace ga {

inline constexpr std::int64_t kRealProductSide = 512;

// The product that the shipped profiles ask for without a challenge, and its digest. Each of eight
// simulated workers would walk the same 33 million elements for it, which is half of a rehearsal.
inline constexpr ExactGemm kShippedProduct{
    .m = 4096, .n = 4096, .k = 4096, .seed = 1128655123493413};
inline constexpr std::uint64_t kShippedDigest = 0x1c0f56bd0ad6350f;

enum class Damage { bit_flip, zero_tile, nan };

// What is wrong with the launches of one block, and where in C it begins.
struct Spoiled {
  Damage damage = Damage::bit_flip;
  std::int64_t row = 0, col = 0;
  int bit = 0;  // of a float32, bit_flip only
  std::int64_t launches = 1;
};

class ExactWorkshop {
 public:
  // The check of one block of launches of that product. Products and digests are kept.
  Check check(const ExactGemm& gemm, const std::optional<Spoiled>& spoiled);

 private:
  using Key = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::uint64_t>;
  struct Known {
    std::uint64_t expected = 0;
    std::vector<std::int64_t> product;  // empty above kRealProductSide
  };
  const Known& known(const ExactGemm& gemm);

  std::map<Key, Known> known_;
};

// One element of the exact C.
std::int64_t exact_product_element(const ExactGemm& gemm, std::int64_t row, std::int64_t col);

}  // namespace ga
