// The Hopper GEMM kernel itself, executed on the CPU: TMA, barriers, wgmma, epilogue, clusters.
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
using ga::ExactGemm;
using ga::Fp16;
using ga::testing::expect_exact;
using ga::testing::Launch;
using ga::testing::run_sm90;

// Small enough for many sizes, and the shapes that are launched.
using Small = ga::Sm90Shape<128, 128, 2, 1>;
using SmallPair = ga::Sm90Shape<128, 128, 2, 2>;
using Wide = ga::Sm90ShapeOf<0>;
using Tall = ga::Sm90ShapeOf<1>;
using Square = ga::Sm90ShapeOf<2>;
using WidePair = ga::Sm90ShapeOf<3>;
static_assert(ga::kSm90Policies.size() == 6, "4 and 5: gemm_sm90_types_simt_test.cpp");

TEST(GemmSm90, IsExactAtRaggedSizes) {
  const std::int64_t sizes[][3] = {{1, 4, 1},       {1, 8, 8},       {127, 132, 64},
                                   {128, 128, 192}, {65, 60, 1},     {7, 132, 31},
                                   {257, 4, 67},    {131, 196, 193}, {129, 124, 257}};
  std::uint64_t seed = 1;
  for (const auto& size : sizes) {
    const ExactGemm g{size[0], size[1], size[2], seed++};
    expect_exact(g, run_sm90<Small, Bf16, float>(g, {.grid = 2}));
    expect_exact(g, run_sm90<SmallPair, Bf16, float>(g, {.grid = 2}));
  }
}

// Why sm90_fault() refuses rows of C that are no multiple of 16 bytes: 129 floats end 4 bytes into
// a chunk, and the other three of it are overwritten.
TEST(GemmSm90, WouldOverwriteWhatLiesBehindARaggedRowOfC) {
  const ExactGemm g{5, 129, 64, 22};
  const auto out = run_sm90<Small, Bf16, float>(g, {.pad_c = 4, .grid = 1});
  ASSERT_EQ(out.ldc, 136);
  for (std::int64_t j = 129; j < 136; ++j) {
    const bool kept = out.c[static_cast<std::size_t>(3 * out.ldc + j)] == ga::testing::kPoison;
    EXPECT_EQ(kept, j >= 132) << j;
  }
}

TEST(GemmSm90, LaunchedShapesAreExactInBothTypes) {
  const ExactGemm g{300, 268, 330, 21};
  const Launch launch{.options = {.order_seed = 3}, .grid = 2};
  expect_exact(g, run_sm90<Wide, Bf16, float>(g, launch));
  expect_exact(g, run_sm90<WidePair, Fp16, float>(g, launch));
  expect_exact(g, run_sm90<Tall, Fp16, float>(g, launch));
  expect_exact(g, run_sm90<Square, Bf16, float>(g, launch));
}

// Copies and products as early and as late as they may be, threads in several orders: a missing
// wait reads too early, a missing release overwrites too soon.
TEST(GemmSm90, DoesNotDependOnTheOrderOfThreadsCopiesAndProducts) {
  const ExactGemm g{256, 128, 64 * 5, 4};
  for (const bool copies : {false, true}) {
    for (const bool products : {false, true}) {
      for (const std::uint32_t order : {0u, 1u, 77u}) {
        const Launch launch{
            .options = {.order_seed = order, .eager_copies = copies, .eager_products = products},
            .grid = 2};
        expect_exact(g, run_sm90<Small, Bf16, float>(g, launch));
        expect_exact(g, run_sm90<SmallPair, Bf16, float>(g, launch));
      }
    }
  }
}

// One CTA of a pair hurries ahead and has to wait with its end: the other still uses its memory.
TEST(GemmSm90, NoCtaOfAPairLeavesTheOtherBehind) {
  const ExactGemm g{256, 256, 64 * 3, 6};
  for (const int slow : {0, 1}) {
    for (const bool copies : {false, true}) {
      const Launch launch{.options = {.eager_copies = copies, .slow_block = slow}, .grid = 2};
      expect_exact(g, run_sm90<SmallPair, Bf16, float>(g, launch));
    }
  }
}

// One CTA does all tiles, or each tile has its own: stages and staged boxes carry over, or not.
TEST(GemmSm90, IsTheSameOnEveryGrid) {
  const ExactGemm g{520, 260, 136, 5};
  const auto one = run_sm90<Small, Bf16, float>(g, {.grid = 1});
  expect_exact(g, one);
  for (const unsigned grid : {2u, 3u, 7u, 15u}) {
    const auto out = run_sm90<Small, Bf16, float>(g, {.grid = grid});
    EXPECT_EQ(out.c, one.c) << grid;
  }
  for (const unsigned grid : {2u, 4u, 6u}) {
    const auto out = run_sm90<SmallPair, Bf16, float>(g, {.grid = grid});
    EXPECT_EQ(out.c, one.c) << grid;
  }
}

TEST(GemmSm90, EveryPlacementGivesTheSameBitsOnOtherCtas) {
  const ExactGemm g{512, 384, 64, 30};
  const auto natural = run_sm90<Small, Bf16, float>(g, {.grid = 4});
  std::set<std::vector<std::uint32_t>> maps{natural.smid};
  for (std::uint64_t placement = 1; placement < 5; ++placement) {
    const auto shuffled = run_sm90<Small, Bf16, float>(g, {.placement = placement, .grid = 4});
    EXPECT_EQ(shuffled.c, natural.c);
    maps.insert(shuffled.smid);
  }
  EXPECT_GT(maps.size(), 3u);
}

// 16-bit outputs are the rounded sums, and what lies behind a row is not touched.
template <class Shape, class T>
void expect_rounded() {
  const ExactGemm g{70, 136, 100, 31};
  const auto out = run_sm90<Shape, T, T>(g, {.pad_c = 5, .grid = 1});
  const auto exact = run_sm90<Shape, T, float>(g, {.pad_c = 1, .grid = 1});
  for (std::int64_t i = 0; i < g.m; ++i) {
    for (std::int64_t j = 0; j < g.n; ++j) {
      const float value = exact.c[static_cast<std::size_t>(i * exact.ldc + j)];
      const T right = ga::testing::rounded<T>(value);
      ASSERT_EQ(out.c[static_cast<std::size_t>(i * out.ldc + j)].bits, right.bits) << i << " " << j;
    }
    for (std::int64_t j = g.n; j < out.ldc; ++j) {
      ASSERT_EQ(out.c[static_cast<std::size_t>(i * out.ldc + j)].bits, ga::testing::kPoisonBits);
    }
  }
}

// Row 3 meets a NaN, row 7 an infinity, row 9 zeros of both signs, row 11 a denormal: each reaches
// its own row and no other.
TEST(GemmSm90, CarriesSpecialValuesToTheirRow) {
  ga::testing::Matrix<Bf16> a(16, 64, 0), b(64, 16, 0);
  for (std::int64_t i = 0; i < a.rows * a.ld; ++i) a.data[i] = Bf16{0};
  for (std::int64_t i = 0; i < b.rows * b.ld; ++i) b.data[i] = ga::to_bf16(1.0f);
  a.data[3 * a.ld + 5] = Bf16{0x7FC0};
  a.data[7 * a.ld + 63] = Bf16{0xFF80};
  a.data[9 * a.ld + 1] = ga::to_bf16(-0.0f);
  a.data[11 * a.ld + 2] = Bf16{0x0001};  // 2^-133
  const auto out = run_sm90<Small, Bf16, float>(a, b, {});
  for (std::int64_t j = 0; j < 16; ++j) {
    const auto at = [&](std::int64_t row) {
      return out.c[static_cast<std::size_t>(row * out.ldc + j)];
    };
    EXPECT_TRUE(at(3) != at(3));
    EXPECT_EQ(at(7), -std::numeric_limits<float>::infinity());
    EXPECT_EQ(at(9), 0.0f);
    EXPECT_FALSE(std::signbit(at(9)));
    EXPECT_EQ(at(11), 0x1p-133f);
    EXPECT_EQ(at(12), 0.0f);
  }
}

// Beyond the largest half: infinity, as the conversion says.
TEST(GemmSm90, OverflowsHalfPrecisionToInfinity) {
  ga::testing::Matrix<Fp16> a(1, 64, 0), b(64, 8, 0);
  for (std::int64_t k = 0; k < 64; ++k) a.data[k] = ga::to_fp16(64.0f);
  for (std::int64_t i = 0; i < b.rows * b.ld; ++i) b.data[i] = ga::to_fp16(16.0f);
  EXPECT_EQ((run_sm90<Small, Fp16, Fp16>(a, b, {}).c[0].bits), 0x7C00);  // 65536
  a.data[0] = ga::to_fp16(62.0f);                                        // 65504
  EXPECT_EQ((run_sm90<Small, Fp16, Fp16>(a, b, {}).c[0].bits), 0x7BFF);
}

TEST(GemmSm90, RoundsSixteenBitOutputsOnce) {
  expect_rounded<Small, Bf16>();
  expect_rounded<Small, Fp16>();
  expect_rounded<Wide, Bf16>();
  expect_rounded<Tall, Fp16>();
}

}  // namespace
