#include "acceptance/sim/exact.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

#include "kernels/data/exact_attention_bwd.h"
#include "kernels/data/hash_term.h"

namespace ga {
namespace {

constexpr ExactGemm kSmall{48, 40, 64, 9};
// The same product, but above the size at which it is formed: only k is long.
constexpr ExactGemm kLong{24, 16, 1024, 9};

ExactGemm as(ElementType in, ExactGemm gemm) {
  gemm.in = in;
  return gemm;
}

Spoiled spoiled(Damage damage, std::int64_t row, std::int64_t col) {
  return {.damage = damage, .row = row, .col = col, .bit = 20, .launches = 3};
}

TEST(ExactWorkshop, KnowsTheDigestsOfTheShippedProducts) {
  for (const GemmType& type : kGemmTypes) {
    const ExactGemm gemm{kShippedSide, kShippedSide, kShippedSide, kShippedSeed, type.in};
    ASSERT_TRUE(shipped_digest(gemm)) << type.name;
    EXPECT_EQ(*shipped_digest(gemm), exact_gemm_digest(gemm))
        << type.name << std::hex << " " << exact_gemm_digest(gemm);
    ExactGemm other = gemm;
    other.k = 1024;
    EXPECT_FALSE(shipped_digest(other));
  }
}

TEST(ExactWorkshop, AHealthyProductHasTheExpectedDigest) {
  ExactWorkshop workshop;
  for (const GemmType& type : kGemmTypes) {
    for (const ExactGemm& size : {kSmall, kLong}) {
      const ExactGemm gemm = as(type.in, size);
      const Check check = workshop.check(gemm, std::nullopt);
      EXPECT_EQ(check.kind, "exact");
      EXPECT_EQ(check.expected.size(), 16u);
      EXPECT_EQ(check.got, check.expected);
      EXPECT_EQ(check.wrong, 0);
      EXPECT_FALSE(check.first);
    }
  }
}

TEST(ExactWorkshop, EveryDamageChangesTheDigestAndIsCounted) {
  ExactWorkshop workshop;
  for (const GemmType& type : kGemmTypes) {
    for (const ExactGemm& size : {kSmall, kLong}) {
      const ExactGemm gemm = as(type.in, size);
      for (const Damage damage : {Damage::bit_flip, Damage::zero_tile, Damage::nan}) {
        const Check check = workshop.check(gemm, spoiled(damage, 5, 7));
        EXPECT_NE(check.got, check.expected);
        EXPECT_GE(check.wrong, 3);
        ASSERT_TRUE(check.first);
        EXPECT_NE(check.first->expected, check.first->got);
        EXPECT_EQ(check.first->got.size(), 2u * static_cast<std::size_t>(element_bytes(type.sum)));
      }
    }
  }
}

TEST(ExactWorkshop, TheIdentityGivesTheDigestOfTheRealFaultyProduct) {
  // kLong is above the limit, so its check moved the digest by weights; form the product here.
  for (const GemmType& type : kGemmTypes) {
    const ExactGemm gemm = as(type.in, kLong);
    ExactWorkshop workshop;
    const Check check = workshop.check(gemm, spoiled(Damage::zero_tile, 8, 4));
    std::vector<std::int64_t> c(static_cast<std::size_t>(gemm.m * gemm.n));
    exact_gemm_product(gemm, c.data());
    for (std::int64_t row = 8; row < 16; ++row) {
      for (std::int64_t col = 4; col < 12; ++col) {
        c[static_cast<std::size_t>(row * gemm.n + col)] = 0;
      }
    }
    EXPECT_EQ(check.got, fmt::format("{:016x}", digest_of_product(gemm, c.data()))) << type.name;
  }
}

// That bit flipped, and 0 where the result is no integer.
double flipped(double value, int bit) {
  const double got =
      std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << bit));
  return got == std::trunc(got) ? got : 0;
}

TEST(ExactWorkshop, AFlippedBitOfAnIntegerIsCountedAndThatOfAFloatIsNone) {
  // Bit 20 of 1 is 1048577 in int32; a float with it set is no integer and counts as nothing.
  for (const GemmType& type : {gemm_type(ElementType::int8), gemm_type(ElementType::fp64)}) {
    const ExactGemm gemm = as(type.in, kLong);
    ExactWorkshop workshop;
    const Check check = workshop.check(gemm, spoiled(Damage::bit_flip, 3, 2));
    std::vector<std::int64_t> c(static_cast<std::size_t>(gemm.m * gemm.n));
    exact_gemm_product(gemm, c.data());
    std::int64_t& hit = c[static_cast<std::size_t>(check.first->element)];
    const bool is_int8 = type.in == ElementType::int8;
    EXPECT_EQ(check.first->xor_bits, is_int8 ? "00100000" : "0002000000000000");
    hit = is_int8 ? hit ^ (std::int64_t{1} << 20)
                  : static_cast<std::int64_t>(flipped(static_cast<double>(hit), 49));
    EXPECT_EQ(check.got, fmt::format("{:016x}", digest_of_product(gemm, c.data()))) << type.name;
  }
}

TEST(ExactWorkshop, OneElementIsTheProductsOwn) {
  for (const GemmType& type : kGemmTypes) {
    const ExactGemm gemm = as(type.in, kSmall);
    std::vector<std::int64_t> c(static_cast<std::size_t>(gemm.m * gemm.n));
    exact_gemm_product(gemm, c.data());
    EXPECT_EQ(exact_product_element(gemm, 0, 0), c[0]) << type.name;
    EXPECT_EQ(exact_product_element(gemm, 47, 39), c.back()) << type.name;
    EXPECT_EQ(exact_product_element(gemm, 1, 2), c[42]) << type.name;
  }
}

TEST(ExactWorkshop, ATileAtTheEdgeIsCut) {
  ExactWorkshop workshop;
  const Check check = workshop.check(kSmall, spoiled(Damage::zero_tile, 47, 39));
  EXPECT_EQ(check.wrong, 3);  // one element, three launches
  EXPECT_EQ(check.first->element, 48 * 40 - 1);
}

constexpr ExactAttention kShort{
    {.batch = 2, .heads = 4, .kv_heads = 2, .seq_q = 24, .seq_kv = 24, .dim = 64}, 9};

TEST(ExactWorkshop, KnowsTheHashOfTheShippedAttention) {
  const ExactAttention shipped{of_length(kExactAttention, kShippedLength), kShippedSeed};
  const auto forward = exact_attention_hash(shipped), backward = exact_attention_bwd_hash(shipped);
  EXPECT_EQ(shipped_hash(shipped, Pass::forward), std::optional(forward)) << std::hex << forward;
  EXPECT_EQ(shipped_hash(shipped, Pass::backward), std::optional(backward)) << std::hex << backward;
  ExactAttention other = shipped;
  other.seed = 1;
  EXPECT_FALSE(shipped_hash(other, Pass::forward));
  EXPECT_FALSE(shipped_hash(kShort, Pass::forward));
}

std::string hash_of(const std::vector<std::uint16_t>& output) {
  return fmt::format("{:016x}", hash_bytes(output.data(), 2 * output.size()));
}

std::vector<std::uint16_t> gradients_in_a_row(const ExactAttention& attention) {
  const ExactAttentionGradients of = exact_attention_gradients(attention);
  std::vector<std::uint16_t> all = of.q;
  all.insert(all.end(), of.k.begin(), of.k.end());
  all.insert(all.end(), of.v.begin(), of.v.end());
  return all;
}

class AttentionWorkshop : public ::testing::TestWithParam<Pass> {};
INSTANTIATE_TEST_SUITE_P(Both, AttentionWorkshop, ::testing::Values(Pass::forward, Pass::backward));

TEST_P(AttentionWorkshop, AHealthyOneHasTheExpectedHashAndEveryDamageTheRealFaultyOnes) {
  ExactWorkshop workshop;
  const std::vector<std::uint16_t> right =
      GetParam() == Pass::forward ? exact_attention_output(kShort) : gradients_in_a_row(kShort);
  const Check healthy = workshop.check(kShort, GetParam(), std::nullopt);
  EXPECT_EQ(healthy.kind, "exact");
  EXPECT_EQ(healthy.got, healthy.expected);
  EXPECT_EQ(healthy.expected, hash_of(right));
  EXPECT_EQ(healthy.wrong, 0);
  for (const Damage damage : {Damage::bit_flip, Damage::zero_tile, Damage::nan}) {
    const Check check = workshop.check(kShort, GetParam(), spoiled(damage, 80, 7));
    ASSERT_TRUE(check.first);
    EXPECT_EQ(check.first->got.size(), 4u);
    EXPECT_EQ(check.expected, healthy.expected);
    auto output = right;
    std::int64_t wrong = 0;
    if (damage == Damage::zero_tile) {
      for (std::size_t row = 80; row < 88; ++row) {
        for (std::size_t col = 7; col < 15; ++col) {
          std::uint16_t& word = output[row * 64 + col];
          wrong += word != 0 ? 1 : 0;
          word = 0;
        }
      }
    } else {
      wrong = 1;
      output[static_cast<std::size_t>(check.first->element)] =
          static_cast<std::uint16_t>(std::stoul(check.first->got, nullptr, 16));
    }
    EXPECT_EQ(check.got, hash_of(output));
    EXPECT_NE(check.got, check.expected);
    EXPECT_EQ(check.wrong, 3 * wrong);
  }
}

}  // namespace
}  // namespace ga
