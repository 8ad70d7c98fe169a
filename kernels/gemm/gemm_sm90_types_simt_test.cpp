// The Hopper GEMM kernel on the CPU in the types whose B lies along k: tf32, fp8, int8.
#include "kernels/testing/simt_ptx_sm90.h"
//
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "kernels/data/exact_gemm.h"
#include "kernels/gemm/gemm_sm90_kernel.cuh"
#include "kernels/testing/gemm_sm90_run.h"

namespace {

using ga::Bf16;
using ga::ElementType;
using ga::ExactGemm;
using ga::Fp8;
using ga::Tf32;
using ga::testing::expect_exact;
using ga::testing::Launch;
using ga::testing::Matrix;
using ga::testing::run_sm90;

template <class In_, bool kPromotes_ = false>
struct Operand {
  using In = In_;
  using Sum = ga::SumOf<In>;
  static constexpr ElementType kType = ga::testing::tensor_element<In>();
  static constexpr std::int64_t kDepth = 128 / sizeof(In);  // of a stage
  // Small enough for many sizes.
  using Small = ga::Sm90Shape<128, 128, 2, 1, kPromotes_>;
  using SmallPair = ga::Sm90Shape<128, 128, 2, 2, kPromotes_>;
};

template <class Type>
class GemmSm90Types : public ::testing::Test {
 protected:
  static ExactGemm product(std::int64_t m, std::int64_t n, std::int64_t k, std::uint64_t seed) {
    return {m, n, k, seed, Type::kType};
  }
  template <class Shape>
  static auto run(const ExactGemm& g, const Launch& launch) {
    return run_sm90<Shape, typename Type::In, typename Type::Sum>(g, launch);
  }
};
using Types =
    ::testing::Types<Operand<Tf32>, Operand<Fp8>, Operand<Fp8, true>, Operand<std::int8_t>>;
TYPED_TEST_SUITE(GemmSm90Types, Types);

TYPED_TEST(GemmSm90Types, IsExactAtRaggedSizes) {
  const std::int64_t sizes[][3] = {{1, 4, 1},     {1, 8, 32},     {127, 132, 64}, {128, 128, 384},
                                   {65, 60, 129}, {257, 4, 67},   {131, 196, 31}, {129, 124, 257},
                                   {7, 260, 127}, {200, 128, 128}};
  std::uint64_t seed = 1;
  for (const auto& size : sizes) {
    const ExactGemm g = this->product(size[0], size[1], size[2], seed++);
    expect_exact(g, this->template run<typename TypeParam::Small>(g, {.grid = 2}));
    expect_exact(g, this->template run<typename TypeParam::SmallPair>(g, {.grid = 2}));
  }
}

TYPED_TEST(GemmSm90Types, DoesNotDependOnTheOrderOfThreadsCopiesAndProducts) {
  const ExactGemm g = this->product(256, 128, TypeParam::kDepth * 5, 4);
  for (const bool copies : {false, true}) {
    for (const bool products : {false, true}) {
      for (const std::uint32_t order : {0u, 77u}) {
        const Launch launch{
            .options = {.order_seed = order, .eager_copies = copies, .eager_products = products},
            .grid = 2};
        expect_exact(g, this->template run<typename TypeParam::Small>(g, launch));
        expect_exact(g, this->template run<typename TypeParam::SmallPair>(g, launch));
      }
    }
  }
}

TYPED_TEST(GemmSm90Types, NoCtaOfAPairLeavesTheOtherBehind) {
  const ExactGemm g = this->product(256, 256, TypeParam::kDepth * 3, 6);
  for (const int slow : {0, 1}) {
    for (const bool copies : {false, true}) {
      const Launch launch{.options = {.eager_copies = copies, .slow_block = slow}, .grid = 2};
      expect_exact(g, this->template run<typename TypeParam::SmallPair>(g, launch));
    }
  }
}

TYPED_TEST(GemmSm90Types, EveryGridAndPlacementGivesTheSameBits) {
  const ExactGemm g = this->product(290, 132, 136, 5);
  const auto one = this->template run<typename TypeParam::Small>(g, {.grid = 1});
  expect_exact(g, one);
  std::set<std::vector<std::uint32_t>> maps;
  for (const std::uint64_t placement : {0u, 1u}) {
    for (const unsigned grid : {3u, 4u}) {
      const Launch launch{.placement = placement, .grid = grid};
      const auto out = this->template run<typename TypeParam::Small>(g, launch);
      EXPECT_EQ(out.c, one.c) << grid;
      maps.insert(out.smid);
      if (grid % 2 != 0) continue;
      EXPECT_EQ(this->template run<typename TypeParam::SmallPair>(g, launch).c, one.c) << grid;
    }
  }
  EXPECT_GT(maps.size(), 2u);
}

// The policy of this index, for a type that it serves.
template <std::size_t i, class Type>
void expect_launched_exact() {
  static_assert(ga::contains(ga::kSm90Policies[i].serves, Type::kType));
  const ExactGemm g{260, 268, 330, 21 + i, Type::kType};
  const Launch launch{.options = {.order_seed = 3}, .grid = 2};
  expect_exact(g, run_sm90<ga::Sm90ShapeOf<i>, typename Type::In, typename Type::Sum>(g, launch));
}

TEST(GemmSm90TypesLaunched, ShapesAreExact) {
  expect_launched_exact<0, Operand<Tf32>>();
  expect_launched_exact<0, Operand<Fp8>>();
  expect_launched_exact<0, Operand<std::int8_t>>();
  expect_launched_exact<2, Operand<Tf32>>();
  expect_launched_exact<2, Operand<Fp8>>();
  expect_launched_exact<2, Operand<std::int8_t>>();
  expect_launched_exact<3, Operand<Tf32>>();
  expect_launched_exact<3, Operand<Fp8>>();
  expect_launched_exact<3, Operand<std::int8_t>>();
  expect_launched_exact<4, Operand<Fp8>>();
  expect_launched_exact<5, Operand<Fp8>>();
}

template <class T>
void fill(Matrix<T>& matrix, T value) {
  for (std::int64_t i = 0; i < matrix.rows; ++i) {
    for (std::int64_t j = 0; j < matrix.cols; ++j) matrix.data[i * matrix.ld + j] = value;
  }
}

template <class Out>
Out at(const ga::testing::Outcome<Out>& out, std::int64_t row, std::int64_t column) {
  return out.c[static_cast<std::size_t>(row * out.ldc + column)];
}

// Row i holds all of -128 to 127, turned by i; so does row j of B, backwards.
TEST(GemmSm90Int8, MultipliesEveryValueOfAByte) {
  Matrix<std::int8_t> a(40, 256, 0), b(20, 256, 0);
  const auto left = [](std::int64_t i, std::int64_t k) { return (i + k) % 256 - 128; };
  const auto right = [](std::int64_t j, std::int64_t k) { return (7 * j + 255 - k) % 256 - 128; };
  for (std::int64_t k = 0; k < 256; ++k) {
    for (std::int64_t i = 0; i < a.rows; ++i) {
      a.data[i * a.ld + k] = static_cast<std::int8_t>(left(i, k));
    }
    for (std::int64_t j = 0; j < b.rows; ++j) {
      b.data[j * b.ld + k] = static_cast<std::int8_t>(right(j, k));
    }
  }
  const auto out = run_sm90<Operand<std::int8_t>::Small, std::int8_t, std::int32_t>(a, b, {});
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t j = 0; j < b.rows; ++j) {
      std::int64_t sum = 0;
      for (std::int64_t k = 0; k < 256; ++k) sum += left(i, k) * right(j, k);
      ASSERT_EQ(at(out, i, j), sum) << i << " " << j;
    }
  }
}

// 1039 x 128 x 128 + 127 x 127 is odd and above 2^24: no float holds it.
TEST(GemmSm90Int8, AddsBeyondWhatAFloatHolds) {
  Matrix<std::int8_t> a(3, 1040, 0), b(4, 1040, 0);
  fill(a, std::int8_t{-128});
  fill(b, std::int8_t{-128});
  a.data[5] = b.data[5] = 127;
  const auto out = run_sm90<Operand<std::int8_t>::Small, std::int8_t, std::int32_t>(a, b, {});
  EXPECT_EQ(at(out, 0, 0), 17039105);
  EXPECT_EQ(at(out, 2, 0), 17006720);  // 1039 x 16384 - 128 x 127
  EXPECT_EQ(at(out, 2, 3), 17039360);
}

// Row 3 meets a NaN, row 7 an infinity, row 11 a denormal: each reaches its own row and no other.
TEST(GemmSm90Tf32, CarriesSpecialValuesToTheirRow) {
  Matrix<Tf32> a(16, 64, 0), b(16, 64, 0);
  fill(a, Tf32{0});
  fill(b, ga::to_tf32(1.0f));
  a.data[3 * a.ld + 5] = Tf32{0x7FC00000};
  a.data[7 * a.ld + 63] = Tf32{0xFF800000};
  a.data[9 * a.ld + 1] = ga::to_tf32(-0.0f);
  a.data[11 * a.ld + 2] = Tf32{0x2000};  // 2^-136
  const auto out = run_sm90<Operand<Tf32>::Small, Tf32, float>(a, b, {});
  for (std::int64_t j = 0; j < 16; ++j) {
    EXPECT_TRUE(std::isnan(at(out, 3, j)));
    EXPECT_EQ(at(out, 7, j), -std::numeric_limits<float>::infinity());
    EXPECT_EQ(at(out, 9, j), 0.0f);
    EXPECT_EQ(at(out, 11, j), 0x1p-136f);
    EXPECT_EQ(at(out, 12, j), 0.0f);
  }
}

// The low 13 bits of an operand are not read, whatever they hold.
TEST(GemmSm90Tf32, ReadsNineteenBits) {
  Matrix<Tf32> a(5, 40, 0), b(8, 40, 0);
  a.fill_exact(1, ga::kStreamExactA);
  b.fill_exact(1, ga::kStreamExactB);
  const auto rounded = run_sm90<Operand<Tf32>::Small, Tf32, float>(a, b, {});
  for (Tf32& x : a.memory) x.bits |= 0x1FFF;
  for (Tf32& x : b.memory) x.bits |= 0x1555;
  EXPECT_EQ((run_sm90<Operand<Tf32>::Small, Tf32, float>(a, b, {}).c), rounded.c);
}

// Row 3 meets a NaN, row 5 the other; row 7 the largest number, row 11 the smallest.
template <class Type>
void expect_special_fp8() {
  Matrix<Fp8> a(16, 200, 0), b(16, 200, 0);
  fill(a, Fp8{0});
  fill(b, ga::to_fp8(1.0f));
  a.data[3 * a.ld + 5] = Fp8{0x7F};
  a.data[5 * a.ld + 199] = Fp8{0xFF};
  a.data[7 * a.ld + 150] = Fp8{0x7E};
  a.data[11 * a.ld + 2] = Fp8{0x81};
  const auto out = run_sm90<typename Type::Small, Fp8, float>(a, b, {});
  for (std::int64_t j = 0; j < 16; ++j) {
    EXPECT_TRUE(std::isnan(at(out, 3, j)));
    EXPECT_TRUE(std::isnan(at(out, 5, j)));
    EXPECT_EQ(at(out, 7, j), 448.0f);
    EXPECT_EQ(at(out, 11, j), -0x1p-9f);
    EXPECT_EQ(at(out, 12, j), 0.0f);
  }
}

TEST(GemmSm90Fp8, CarriesSpecialValuesToTheirRow) {
  expect_special_fp8<Operand<Fp8>>();
  expect_special_fp8<Operand<Fp8, true>>();
}

// 128 x 448 x 448 is 25690112, where floats are 2 apart: the 128 ones that follow are lost one by
// one, and not lost together. The same again, to see the second tile begin anew.
TEST(GemmSm90Fp8, PromotionAddsEachStageByItself) {
  Matrix<Fp8> a(129, 256, 0), b(4, 256, 0);
  for (std::int64_t k = 0; k < 256; ++k) {
    const Fp8 value = ga::to_fp8(k < 128 ? 448.0f : 1.0f);
    for (std::int64_t i = 0; i < a.rows; ++i) a.data[i * a.ld + k] = value;
    for (std::int64_t j = 0; j < b.rows; ++j) b.data[j * b.ld + k] = value;
  }
  const auto fast = run_sm90<Operand<Fp8>::Small, Fp8, float>(a, b, {});
  const auto promoted = run_sm90<Operand<Fp8, true>::Small, Fp8, float>(a, b, {});
  for (const std::int64_t i : {0, 127, 128}) {
    EXPECT_EQ(at(fast, i, 3), 25690112.0f);
    EXPECT_EQ(at(promoted, i, 3), 25690240.0f);
  }
}

// A bf16 of an fp8 product is the rounded sum, and what lies behind a row is not touched.
TEST(GemmSm90Fp8, RoundsSixteenBitOutputsOnce) {
  const ExactGemm g{70, 136, 300, 31, ElementType::fp8};
  const auto check = [&](const ga::testing::Outcome<Bf16>& out,
                         const ga::testing::Outcome<float>& exact) {
    for (std::int64_t i = 0; i < g.m; ++i) {
      for (std::int64_t j = 0; j < g.n; ++j) {
        ASSERT_EQ(at(out, i, j), ga::to_bf16(at(exact, i, j))) << i << " " << j;
      }
      for (std::int64_t j = g.n; j < out.ldc; ++j) {
        ASSERT_EQ(at(out, i, j).bits, ga::testing::kPoisonBits);
      }
    }
  };
  const auto exact = run_sm90<Operand<Fp8>::Small, Fp8, float>(g, {.pad_c = 1});
  check(run_sm90<Operand<Fp8>::Small, Fp8, Bf16>(g, {.pad_c = 5}), exact);
  check(run_sm90<Operand<Fp8, true>::SmallPair, Fp8, Bf16>(g, {.pad_c = 5, .grid = 2}), exact);
  check(run_sm90<ga::Sm90ShapeOf<0>, Fp8, Bf16>(g, {.pad_c = 5}), exact);
}

}  // namespace
