// The pattern of the memory kernels, bf16 rounding, and random operands, by hand-sized cases.
#include "kernels/data/pattern.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "kernels/data/random_gemm.h"

namespace {

using ga::Bf16;

float rounded(float x) { return ga::to_float(ga::to_bf16(x)); }

// SplitMix64 from seed 1234567: the first values published with its reference code.
TEST(Pattern, WordsAreSplitMix64) {
  EXPECT_EQ(ga::pattern_word(1234567, 0), 6457827717110365317u);
  EXPECT_EQ(ga::pattern_word(1234567, 1), 3203168211198807973u);
  EXPECT_EQ(ga::pattern_word(1234567, 2), 9817491932198370423u);
}

TEST(Pattern, ArraysOfOneSeedHaveTheirOwnKeys) {
  EXPECT_NE(ga::pattern_key(1, 0), ga::pattern_key(1, 1));
  EXPECT_NE(ga::pattern_key(1, 0), ga::pattern_key(2, 0));
}

TEST(Pattern, NoWordComesTwice) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t i = 0; i < 10000; ++i) seen.insert(ga::pattern_word(9, i));
  EXPECT_EQ(seen.size(), 10000u);
}

TEST(Pattern, FloatsAreTameAndOfBothSigns) {
  int negative = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const std::uint64_t word = ga::pattern_floats(3, i);
    for (const int shift : {0, 32}) {
      const float x = ga::bits_float(static_cast<std::uint32_t>(word >> shift));
      EXPECT_GE(std::fabs(x), 0.5f);
      EXPECT_LT(std::fabs(x), 2.0f);
      negative += x < 0 ? 1 : 0;
    }
  }
  EXPECT_NEAR(negative, 1000, 100);
}

TEST(Pattern, ReadTermTellsWordsApartAtOnePlace) {
  for (std::uint64_t bit = 0; bit < 64; ++bit) {
    EXPECT_NE(ga::read_term(0, 5), ga::read_term(std::uint64_t{1} << bit, 5));
  }
  EXPECT_NE(ga::read_term(7, 0) + ga::read_term(9, 1), ga::read_term(9, 0) + ga::read_term(7, 1));
}

TEST(Bf16, RoundsToNearestEven) {
  EXPECT_EQ(rounded(1.0f), 1.0f);
  EXPECT_EQ(rounded(1.0f + 0x1p-8f), 1.0f);                // a tie, to the even one below
  EXPECT_EQ(rounded(1.0f + 3 * 0x1p-8f), 1.0f + 0x1p-6f);  // a tie, to the even one above
  EXPECT_EQ(rounded(1.0f + 0x1.01p-8f), 1.0f + 0x1p-7f);
  EXPECT_EQ(rounded(-3.0f), -3.0f);
}

TEST(Bf16, KeepsSpecialValues) {
  EXPECT_TRUE(std::isnan(rounded(std::numeric_limits<float>::quiet_NaN())));
  // A NaN whose payload lies only in the bits that are cut off must not become infinity.
  EXPECT_TRUE(std::isnan(rounded(ga::bits_float(0x7F800001))));
  EXPECT_EQ(rounded(std::numeric_limits<float>::infinity()),
            std::numeric_limits<float>::infinity());
  EXPECT_EQ(ga::to_bf16(-0.0f).bits, 0x8000);
  EXPECT_EQ(rounded(std::numeric_limits<float>::max()), std::numeric_limits<float>::infinity());
  EXPECT_EQ(ga::to_bf16(0x1p-133f).bits, 0x0001);  // the smallest denormal of bf16
}

TEST(RandomGemm, UniformLiesInMinusOneToOneWithTheStatedMeanSquare) {
  double sum = 0;
  double square = 0;
  const int count = 40000;
  for (std::uint64_t i = 0; i < count; ++i) {
    const double x = ga::to_float(ga::random_element(4, i, 5, ga::RandomKind::uniform));
    ASSERT_LE(std::fabs(x), 1.0);
    sum += x;
    square += x * x;
  }
  EXPECT_NEAR(sum / count, 0, 0.012);  // four standard errors
  EXPECT_NEAR(square / count, ga::random_mean_square(ga::RandomKind::uniform), 0.006);
}

TEST(RandomGemm, WideHasEveryExponentAndTheStatedMeanSquare) {
  std::set<int> exponents;
  double square = 0;
  const int count = 40000;
  for (std::uint64_t i = 0; i < count; ++i) {
    const double x = ga::to_float(ga::random_element(4, i, 5, ga::RandomKind::wide));
    exponents.insert(std::ilogb(x));
    square += x * x;
  }
  EXPECT_EQ(exponents, (std::set<int>{-6, -5, -4, -3, -2, -1, 0}));
  EXPECT_NEAR(square / count, ga::random_mean_square(ga::RandomKind::wide), 0.02);
}

}  // namespace
