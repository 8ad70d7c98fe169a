#include "acceptance/core/seed.h"
#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"
#include "kernels/data/fresh_product.h"

namespace ga {
namespace {

using Tile = std::vector<std::int32_t>;

class IdentityFreshness : public GateTest {
 protected:
  IdentityFreshness() : GateTest(kIdentityFreshness) {
    nonce = std::string(64, '7');
    profile.ordered.gpus = 2;
    measure();
    for (const char* unit : {"gpu/0", "gpu/1"}) answer(unit, honest(seed_of(unit)));
  }

  std::uint64_t seed_of(std::string_view unit) {
    return static_cast<std::uint64_t>(series("fresh.gemm", unit).params.at("seed"));
  }
  static FreshProof honest(std::uint64_t seed) {
    const FreshProduct product(seed);
    return fresh_proof([&](std::int64_t tile) { return product.tile(tile); });
  }
  void answer(std::string_view unit, const FreshProof& proof) {
    Check& check = *series("fresh.gemm", unit).check;
    check.kind = "tree";
    check.root = proof.root;
    check.openings = proof.openings;
  }
};

TEST_F(IdentityFreshness, PassesTheChallengedProduct) { expect(Verdict::pass, ""); }

TEST_F(IdentityFreshness, SeedsFollowFromNonceAndUuid) {
  EXPECT_NE(seed_of("gpu/0"), seed_of("gpu/1"));
  const std::uint64_t before = seed_of("gpu/0");
  nonce.back() = '8';
  measure();
  EXPECT_NE(seed_of("gpu/0"), before);
}

TEST_F(IdentityFreshness, FailsABorrowedSeed) {
  answer("gpu/1", honest(seed_of("gpu/0")));
  expect(Verdict::fail, "identity.freshness.wrong_data");
}

TEST_F(IdentityFreshness, FailsWhoFormedHalfOfTheTiles) {
  const FreshProduct product(seed_of("gpu/1"));
  answer("gpu/1", fresh_proof([&](std::int64_t tile) {
           return tile % 2 == 0 ? product.tile(tile) : Tile(kFreshTile * kFreshTile);
         }));
  expect(Verdict::fail, "identity.freshness.wrong_data");
}

TEST_F(IdentityFreshness, RefusesTilesThatTheRootDoesNotName) {
  series("fresh.gemm").check->openings.pop_back();
  expect(Verdict::not_measured, "identity.freshness.not_opened");
}

TEST_F(IdentityFreshness, RefusesAnotherRoot) {
  std::string& root = series("fresh.gemm").check->root;
  root[0] = root[0] == 'a' ? 'b' : 'a';
  expect(Verdict::not_measured, "identity.freshness.not_opened");
}

TEST_F(IdentityFreshness, RefusesAPathThatIsNone) {
  for (Opening& opening : series("fresh.gemm").check->openings) {
    if (opening.path.empty()) continue;
    opening.path[0] = "not a digest";
    break;
  }
  expect(Verdict::not_measured, "identity.freshness.not_opened");
}

TEST_F(IdentityFreshness, WithoutAUuidThereIsNoSeed) {
  gpu().uuid = KnownText();
  expect(Verdict::not_measured, "identity.freshness.no_uuid");
}

TEST_F(IdentityFreshness, UnsoundEvidenceNeverPasses) { expect_unsound_never_passes("fresh.gemm"); }

}  // namespace
}  // namespace ga
