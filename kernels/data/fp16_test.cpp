// Half precision by hand-sized cases, and every one of its values.
#include "kernels/data/fp16.h"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using ga::Fp16;
using ga::to_float;
using ga::to_fp16;

TEST(Fp16, ValuesByHand) {
  EXPECT_EQ(to_float(Fp16{0x3C00}), 1.0f);
  EXPECT_EQ(to_float(Fp16{0xC000}), -2.0f);
  EXPECT_EQ(to_float(Fp16{0x7BFF}), 65504.0f);
  EXPECT_EQ(to_float(Fp16{0x0001}), 0x1p-24f);
  EXPECT_EQ(to_float(Fp16{0x0400}), 0x1p-14f);
  EXPECT_TRUE(std::isinf(to_float(Fp16{0xFC00})));
  EXPECT_TRUE(std::isnan(to_float(Fp16{0x7C01})));
  EXPECT_TRUE(std::signbit(to_float(Fp16{0x8000})));
}

TEST(Fp16, EveryValueSurvivesTheWayToFloatAndBack) {
  for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    const Fp16 x{static_cast<std::uint16_t>(bits)};
    const bool nan = (bits & 0x7FFF) > 0x7C00;
    const Fp16 back = to_fp16(to_float(x));
    ASSERT_EQ(back.bits, nan ? bits | 0x200 : bits);
  }
}

// Half way between two neighbours the even one is taken; a little above, the upper one.
TEST(Fp16, RoundsToNearestEven) {
  for (std::uint32_t bits = 0; bits < 0x7BFF; ++bits) {
    const float low = to_float(Fp16{static_cast<std::uint16_t>(bits)});
    const float high = to_float(Fp16{static_cast<std::uint16_t>(bits + 1)});
    const float middle = low + (high - low) / 2;
    ASSERT_EQ(to_fp16(middle).bits, bits + bits % 2);
    ASSERT_EQ(to_fp16(std::nextafter(middle, high)).bits, bits + 1);
    ASSERT_EQ(to_fp16(std::nextafter(middle, low)).bits, bits);
    ASSERT_EQ(to_fp16(-middle).bits, (bits + bits % 2) | 0x8000);
  }
}

TEST(Fp16, OverflowsToInfinityAndUnderflowsToZero) {
  EXPECT_EQ(to_fp16(65519.0f).bits, 0x7BFF);
  EXPECT_EQ(to_fp16(65520.0f).bits, 0x7C00);
  EXPECT_EQ(to_fp16(-1e30f).bits, 0xFC00);
  EXPECT_EQ(to_fp16(0x1p-25f).bits, 0x0000);
  EXPECT_EQ(to_fp16(-0x1p-26f).bits, 0x8000);
  EXPECT_EQ(to_fp16(NAN).bits & 0x7E00, 0x7E00);
}

}  // namespace
