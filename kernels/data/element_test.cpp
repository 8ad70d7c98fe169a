// The small types by hand-sized cases and every one of their values; elements of any type.
#include "kernels/data/element.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/data/exact_gemm.h"
#include "kernels/data/random_gemm.h"

namespace {

using ga::ElementType;
using ga::Fp8;
using ga::Tf32;
using ga::to_float;
using ga::to_fp8;
using ga::to_tf32;

TEST(Fp8, ValuesByHand) {
  EXPECT_EQ(to_float(Fp8{0x38}), 1.0f);
  EXPECT_EQ(to_float(Fp8{0xC0}), -2.0f);
  EXPECT_EQ(to_float(Fp8{0x7E}), 448.0f);
  EXPECT_EQ(to_float(Fp8{0x01}), 0x1p-9f);
  EXPECT_EQ(to_float(Fp8{0x08}), 0x1p-6f);
  EXPECT_TRUE(std::isnan(to_float(Fp8{0x7F})));
  EXPECT_TRUE(std::isnan(to_float(Fp8{0xFF})));
  EXPECT_TRUE(std::signbit(to_float(Fp8{0x80})));
}

TEST(Fp8, EveryValueSurvivesTheWayToFloatAndBack) {
  for (unsigned bits = 0; bits <= 0xFF; ++bits) {
    const Fp8 x{static_cast<std::uint8_t>(bits)};
    ASSERT_EQ(to_fp8(to_float(x)).bits, bits);
  }
}

// Half way between two neighbours the even one is taken; a little above, the upper one.
TEST(Fp8, RoundsToNearestEven) {
  for (unsigned bits = 0; bits < 0x7E; ++bits) {
    const float low = to_float(Fp8{static_cast<std::uint8_t>(bits)});
    const float high = to_float(Fp8{static_cast<std::uint8_t>(bits + 1)});
    const float middle = low + (high - low) / 2;
    ASSERT_EQ(to_fp8(middle).bits, bits + bits % 2);
    ASSERT_EQ(to_fp8(std::nextafter(middle, high)).bits, bits + 1);
    ASSERT_EQ(to_fp8(std::nextafter(middle, low)).bits, bits);
    ASSERT_EQ(to_fp8(-middle).bits, (bits + bits % 2) | 0x80);
  }
}

TEST(Fp8, SaturatesAndUnderflows) {
  EXPECT_EQ(to_fp8(500.0f).bits, 0x7E);
  EXPECT_EQ(to_fp8(-INFINITY).bits, 0xFE);
  EXPECT_EQ(to_fp8(0x1p-10f).bits, 0x00);
  EXPECT_EQ(to_fp8(-0x1p-11f).bits, 0x80);
  EXPECT_EQ(to_fp8(NAN).bits & 0x7F, 0x7F);
}

TEST(Tf32, KeepsTenBitsOfMantissa) {
  EXPECT_EQ(to_float(to_tf32(1.0f + 0x1p-10f)), 1.0f + 0x1p-10f);
  EXPECT_EQ(to_float(to_tf32(1.0f + 0x1p-11f)), 1.0f + 0x1p-10f);  // half way: away from zero
  EXPECT_EQ(to_float(to_tf32(-1.0f - 0x1p-11f)), -1.0f - 0x1p-10f);
  EXPECT_EQ(to_float(to_tf32(1.0f + 0x1p-12f)), 1.0f);
  EXPECT_EQ(to_float(Tf32{0x3F801FFF}), 1.0f);  // what the tensor cores do not read
  EXPECT_TRUE(std::isinf(to_float(to_tf32(3.4028235e38f))));
  EXPECT_TRUE(std::isinf(to_float(to_tf32(INFINITY))));
  EXPECT_TRUE(std::isnan(to_float(to_tf32(NAN))));
}

TEST(Elements, ComeBackAsTheyWereSet) {
  for (const ElementType type :
       {ElementType::bf16, ElementType::fp16, ElementType::tf32, ElementType::fp8,
        ElementType::int8, ElementType::fp32, ElementType::fp64, ElementType::int32}) {
    alignas(8) unsigned char data[32] = {};
    ga::set_element(data, 1, type, -3);
    ga::set_element(data, 2, type, 8);
    EXPECT_EQ(ga::element(data, 0, type), 0);
    EXPECT_EQ(ga::element(data, 1, type), -3);
    EXPECT_EQ(ga::element(data, 2, type), 8);
    EXPECT_EQ(ga::element(data, 3, type), 0);
  }
}

TEST(Elements, GemmTypesAreFoundByTheirInput) {
  for (const ga::GemmType& type : ga::kGemmTypes) {
    EXPECT_EQ(ga::gemm_type(type.in).name, type.name);
  }
}

TEST(Random, MeanSquareOfEveryTypeIsAsStated) {
  for (const ga::GemmType& type : ga::kGemmTypes) {
    double sum = 0;
    constexpr int kCount = 40000;
    for (std::uint64_t i = 0; i < kCount; ++i) {
      alignas(8) unsigned char data[8];
      const std::uint32_t word = ga::philox_word(5, i, ga::kStreamRandomA);
      ga::set_element(data, 0, type.in, ga::random_number(word, ga::RandomKind::uniform, type.in));
      const double x = ga::element(data, 0, type.in);
      sum += x * x;
    }
    const double stated = ga::random_mean_square(ga::RandomKind::uniform, type.in);
    EXPECT_NEAR(sum / kCount, stated, 0.02 * stated) << type.name;
  }
}

}  // namespace
