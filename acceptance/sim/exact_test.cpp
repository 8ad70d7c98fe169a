#include "acceptance/sim/exact.h"

#include <gtest/gtest.h>

#include <vector>

namespace ga {
namespace {

constexpr ExactGemm kSmall{48, 40, 64, 9};
// The same product, but above the size at which it is formed: only k is long.
constexpr ExactGemm kLong{24, 16, 1024, 9};

Spoiled spoiled(Damage damage, std::int64_t row, std::int64_t col) {
  return {.damage = damage, .row = row, .col = col, .bit = 20, .launches = 3};
}

TEST(ExactWorkshop, KnowsTheDigestOfTheShippedProduct) {
  EXPECT_EQ(ga::exact_gemm_digest(ga::kShippedProduct), ga::kShippedDigest);
}

TEST(ExactWorkshop, AHealthyProductHasTheExpectedDigest) {
  ExactWorkshop workshop;
  for (const ExactGemm& gemm : {kSmall, kLong}) {
    const Check check = workshop.check(gemm, std::nullopt);
    EXPECT_EQ(check.kind, "exact");
    EXPECT_EQ(check.expected.size(), 16u);
    EXPECT_EQ(check.got, check.expected);
    EXPECT_EQ(check.wrong, 0);
    EXPECT_FALSE(check.first);
  }
}

TEST(ExactWorkshop, EveryDamageChangesTheDigestAndIsCounted) {
  ExactWorkshop workshop;
  for (const ExactGemm& gemm : {kSmall, kLong}) {
    for (const Damage damage : {Damage::bit_flip, Damage::zero_tile, Damage::nan}) {
      const Check check = workshop.check(gemm, spoiled(damage, 5, 7));
      EXPECT_NE(check.got, check.expected);
      EXPECT_GE(check.wrong, 3);
      ASSERT_TRUE(check.first);
      EXPECT_NE(check.first->expected, check.first->got);
    }
  }
}

TEST(ExactWorkshop, TheIdentityGivesTheDigestOfTheRealFaultyProduct) {
  // kLong is above the limit, so its check moved the digest by weights; form the product here.
  ExactWorkshop workshop;
  const Check check = workshop.check(kLong, spoiled(Damage::zero_tile, 8, 4));
  std::vector<std::int64_t> c(static_cast<std::size_t>(kLong.m * kLong.n));
  exact_gemm_product(kLong, c.data());
  for (std::int64_t row = 8; row < 16; ++row) {
    for (std::int64_t col = 4; col < 12; ++col)
      c[static_cast<std::size_t>(row * kLong.n + col)] = 0;
  }
  char text[17];
  std::snprintf(text, sizeof text, "%016llx",
                static_cast<unsigned long long>(digest_of_product(kLong, c.data())));
  EXPECT_EQ(check.got, text);
}

TEST(ExactWorkshop, OneElementIsTheProductsOwn) {
  std::vector<std::int64_t> c(static_cast<std::size_t>(kSmall.m * kSmall.n));
  exact_gemm_product(kSmall, c.data());
  EXPECT_EQ(exact_product_element(kSmall, 0, 0), c[0]);
  EXPECT_EQ(exact_product_element(kSmall, 47, 39), c.back());
}

TEST(ExactWorkshop, ATileAtTheEdgeIsCut) {
  ExactWorkshop workshop;
  const Check check = workshop.check(kSmall, spoiled(Damage::zero_tile, 47, 39));
  EXPECT_EQ(check.wrong, 3);  // one element, three launches
  EXPECT_EQ(check.first->element, 48 * 40 - 1);
}

}  // namespace
}  // namespace ga
