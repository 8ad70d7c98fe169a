// The digest that needs no product is the digest of the product, and sees every wrong element.
#include "kernels/data/exact_gemm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "kernels/data/exact_fill.h"

namespace {

using ga::ExactGemm;

std::vector<std::int64_t> product(const ExactGemm& gemm) {
  std::vector<std::int64_t> c(static_cast<std::size_t>(gemm.m * gemm.n));
  ga::exact_gemm_product(gemm, c.data());
  return c;
}

TEST(ExactGemm, OneByOneByOneIsTheProductOfTwoElements) {
  const ExactGemm gemm{1, 1, 1, 7};
  const int a = ga::exact_element(7, 0, ga::kStreamExactA);
  const int b = ga::exact_element(7, 0, ga::kStreamExactB);
  EXPECT_EQ(product(gemm), std::vector<std::int64_t>{a * b});
}

// C by the definition, element by element, against the row-at-a-time product.
TEST(ExactGemm, ProductIsTheSumOverK) {
  const ExactGemm gemm{3, 5, 7, 11};
  const std::vector<std::int64_t> c = product(gemm);
  for (std::uint64_t i = 0; i < 3; ++i) {
    for (std::uint64_t j = 0; j < 5; ++j) {
      std::int64_t sum = 0;
      for (std::uint64_t l = 0; l < 7; ++l) {
        sum += ga::exact_element(11, i * 7 + l, ga::kStreamExactA) *
               ga::exact_element(11, l * 5 + j, ga::kStreamExactB);
      }
      EXPECT_EQ(c[i * 5 + j], sum);
    }
  }
}

// From any block on, across the carry of the block's number into its upper word.
TEST(ExactGemm, FilledInBulkElementsAreTheSame) {
  for (const auto fill : {ga::exact_fill, ga::exact_fill_portable}) {
    std::vector<std::uint32_t> wide(16);
    fill(3, 2, 4, ga::kStreamExactA, 127, wide.data());
    const int last = ga::exact_element(3, 23, ga::kStreamExactA, ga::ElementType::int8);
    EXPECT_EQ(wide.back(), static_cast<std::uint32_t>(last + 127));
    for (const std::uint64_t first : {0ull, 5ull, 0xFFFFFFFEull, 1ull << 40}) {
      for (const std::uint64_t count : {1u, 4u, 7u}) {
        std::vector<std::uint32_t> filled(4 * (count + 3) + 1, 99);
        fill(0x123456789ABCDEF, first, count, ga::kStreamExactB, 8, filled.data());
        for (std::uint64_t i = 0; i < 4 * count; ++i) {
          const int right = ga::exact_element(0x123456789ABCDEF, 4 * first + i, ga::kStreamExactB);
          ASSERT_EQ(filled[i], static_cast<std::uint32_t>(right + 8)) << first << " " << i;
        }
        EXPECT_EQ(filled.back(), 99u);
      }
    }
  }
}

// p = 2^61 - 1 and the weights are below it: c = 1 gives u v mod p, c = -1 its negative.
TEST(ExactGemm, DigestOfOneElementIsItsWeights) {
  const ExactGemm gemm{1, 1, 1, 3};
  __extension__ typedef unsigned __int128 Wide;
  const Wide u = ga::digest_weight(3, 0, ga::kStreamDigestU);
  const Wide v = ga::digest_weight(3, 0, ga::kStreamDigestV);
  const auto uv = static_cast<std::uint64_t>(u * v % ga::kDigestPrime);
  const std::int64_t one = 1;
  const std::int64_t minus = -1;
  const std::int64_t none = 0;
  EXPECT_EQ(ga::digest_of_product(gemm, &one), uv);
  EXPECT_EQ(ga::digest_of_product(gemm, &minus), ga::kDigestPrime - uv);
  EXPECT_EQ(ga::digest_of_product(gemm, &none), 0u);
}

TEST(ExactGemm, ElementsCoverMinusEightToEightAndNothingElse) {
  int count[17] = {};
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const int x = ga::exact_element(1, i, ga::kStreamExactA);
    ASSERT_GE(x, -8);
    ASSERT_LE(x, 8);
    ++count[x + 8];
  }
  for (const int c : count) EXPECT_NEAR(c, 20000 / 17, 250);
}

TEST(ExactGemm, DigestWithoutProductEqualsDigestOfProduct) {
  std::mt19937_64 random(2026);
  for (int trial = 0; trial < 60; ++trial) {
    const auto size = [&] { return static_cast<std::int64_t>(1 + random() % 70); };
    const ExactGemm gemm{size(), size(), size(), random()};
    EXPECT_EQ(ga::exact_gemm_digest(gemm), ga::digest_of_product(gemm, product(gemm).data()))
        << gemm.m << "x" << gemm.n << "x" << gemm.k << " seed " << gemm.seed;
  }
}

TEST(ExactGemm, DigestSeesEveryElement) {
  const ExactGemm gemm{9, 13, 6, 5};
  std::vector<std::int64_t> c = product(gemm);
  const std::uint64_t right = ga::exact_gemm_digest(gemm);
  for (std::int64_t& element : c) {
    for (const std::int64_t change : {1, -1, 64, 1 << 20}) {
      element += change;
      EXPECT_NE(ga::digest_of_product(gemm, c.data()), right);
      element -= change;
    }
  }
}

TEST(ExactGemm, DigestSeesTwoElementsExchanged) {
  const ExactGemm gemm{4, 4, 8, 6};
  std::vector<std::int64_t> c = product(gemm);
  for (std::size_t i = 1; i < c.size(); ++i) {
    if (c[i] == c[0]) continue;
    std::swap(c[i], c[0]);
    EXPECT_NE(ga::digest_of_product(gemm, c.data()), ga::exact_gemm_digest(gemm));
    std::swap(c[i], c[0]);
  }
}

// Every type by its own range and layout.
TEST(ExactGemm, EveryTypesDigestIsThatOfItsProduct) {
  std::mt19937_64 random(7);
  for (const ga::GemmType& type : ga::kGemmTypes) {
    for (int trial = 0; trial < 8; ++trial) {
      const auto size = [&] { return static_cast<std::int64_t>(1 + random() % 40); };
      const ExactGemm gemm{size(), size(), size(), random(), type.in};
      EXPECT_EQ(ga::exact_gemm_digest(gemm), ga::digest_of_product(gemm, product(gemm).data()))
          << type.name;
    }
  }
}

// B of 8-bit types is stored by columns: element (l, j) is number j k + l.
TEST(ExactGemm, ProductReadsBAsItIsStored) {
  const ExactGemm gemm{2, 3, 5, 11, ga::ElementType::int8};
  const std::vector<std::int64_t> c = product(gemm);
  std::int64_t sum = 0;
  for (std::uint64_t l = 0; l < 5; ++l) {
    sum += ga::exact_element(11, 5 + l, ga::kStreamExactA, gemm.in) *
           ga::exact_element(11, 10 + l, ga::kStreamExactB, gemm.in);
  }
  EXPECT_EQ(c[1 * 3 + 2], sum);
}

// As the header says: float and int32 hold every partial sum of the longest product.
TEST(ExactGemm, LongestProductsStayExact) {
  for (const ga::GemmType& type : ga::kGemmTypes) {
    const double range = ga::exact_range(type.in);
    const auto k = static_cast<double>(ga::exact_most_k(type.in));
    if (type.in == ga::ElementType::fp8) {
      const double values = 2 * range + 1;
      const double square = (values * values - 1) / 12;  // mean of the squares of an element
      EXPECT_GT(8192, 9 * square * std::sqrt(k));
    } else {
      EXPECT_LE(range * range * k, type.sum == ga::ElementType::int32 ? 0x1p31 - 1 : 0x1p24);
    }
  }
}

TEST(ExactGemm, OtherSeedOtherDigest) {
  EXPECT_NE(ga::exact_gemm_digest({8, 8, 8, 1}), ga::exact_gemm_digest({8, 8, 8, 2}));
}

}  // namespace
