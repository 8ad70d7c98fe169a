#include "kernels/data/fresh_product.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "kernels/data/exact_gemm.h"
#include "reports/model/merkle.h"

namespace ga {
namespace {

constexpr std::uint64_t kSeed = 42;

TEST(FreshProduct, ATileIsTheExactProducts) {
  const std::vector<std::int32_t> tile = FreshProduct(kSeed).tile(kFreshAcross + 2);
  std::int64_t sum = 0;  // row 32 of A with column 64 of B
  for (std::uint64_t l = 0; l < 1024; ++l) {
    sum += exact_element(kSeed, 32 * 1024 + l, kStreamExactA) *
           exact_element(kSeed, l * 1024 + 64, kStreamExactB);
  }
  EXPECT_EQ(tile[0], sum);
  ASSERT_EQ(tile.size(), 1024u);
}

TEST(FreshProduct, TilesOfAWholeProduct) {
  std::vector<std::int32_t> product(kFreshSide * kFreshSide);
  for (std::size_t i = 0; i < product.size(); ++i) product[i] = static_cast<std::int32_t>(i);
  const std::vector<std::int32_t> tile = tile_of(product, kFreshAcross + 2);
  EXPECT_EQ(tile[0], 32 * 1024 + 64);
  EXPECT_EQ(tile[1], 32 * 1024 + 65);
  EXPECT_EQ(tile[32], 33 * 1024 + 64);
}

TEST(FreshProduct, AnHonestProofIsRight) {
  const FreshProduct product(kSeed);
  const FreshProof proof = fresh_proof([&](std::int64_t tile) { return product.tile(tile); });
  EXPECT_EQ(proof.openings.size(), 460u);
  EXPECT_EQ(check_fresh(kSeed, proof.root, proof.openings).answer, FreshAnswer::right);
  EXPECT_EQ(check_fresh(kSeed + 1, proof.root, proof.openings).answer, FreshAnswer::wrong);
  std::size_t digests = 0;
  for (const Opening& opening : proof.openings) digests += opening.path.size();
  EXPECT_LT(digests, 460u);  // of 4,600 that single paths would have
}

// The claim of the design: who leaves out 1 % of the tiles is caught with 99 %. Which tiles a root
// opens is as good as random, so that leaving out 10 of 1,024 and opening 460 is a draw without
// putting back; 300 provers, each with another root.
TEST(FreshProduct, WhoLeavesOutOnePercentIsCaught) {
  int escaped = 0;
  for (int prover = 0; prover < 300; ++prover) {
    const std::string root = sha256_hex("prover " + std::to_string(prover));
    const std::vector<std::int64_t> opened = opened_leaves(root, kFreshTiles, kFreshOpened);
    const bool caught = std::any_of(opened.begin(), opened.end(),
                                    [](std::int64_t tile) { return tile % 102 == 7; });
    escaped += caught ? 0 : 1;
  }
  EXPECT_LE(escaped, 8);  // 3 at 1 %; nine and more have a probability below 0.5 %
}

}  // namespace
}  // namespace ga
