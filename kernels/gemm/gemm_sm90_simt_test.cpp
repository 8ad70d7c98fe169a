// The Hopper GEMM kernel itself, executed on the CPU: TMA, barriers, wgmma, epilogue, clusters.
#include "kernels/testing/simt_ptx_sm90.h"
//
#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <vector>

#include "kernels/data/exact_gemm.h"
#include "kernels/gemm/gemm_sm90_kernel.cuh"
#include "kernels/gemm/gemm_sm90_test_run.h"

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
using Wide = ga::Sm90Shape<128, 256, 4, 1>;
using WidePair = ga::Sm90Shape<128, 256, 4, 2>;
using Tall = ga::Sm90Shape<256, 128, 4, 1>;
using Square = ga::Sm90Shape<128, 128, 5, 1>;

TEST(GemmSm90, IsExactAtRaggedSizes) {
  const std::int64_t sizes[][3] = {{1, 1, 1},       {1, 8, 8},       {127, 129, 64},
                                   {128, 128, 192}, {65, 63, 1},     {7, 129, 31},
                                   {257, 5, 67},    {131, 197, 193}, {129, 127, 257}};
  std::uint64_t seed = 1;
  for (const auto& size : sizes) {
    const ExactGemm g{size[0], size[1], size[2], seed++};
    expect_exact(g, run_sm90<Small, Bf16, float>(g, {.grid = 2}));
    expect_exact(g, run_sm90<SmallPair, Bf16, float>(g, {.grid = 2}));
  }
}

TEST(GemmSm90, LaunchedShapesAreExactInBothTypes) {
  const ExactGemm g{300, 270, 330, 21};
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
  const ExactGemm g{70, 139, 100, 31};
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

TEST(GemmSm90, RoundsSixteenBitOutputsOnce) {
  expect_rounded<Small, Bf16>();
  expect_rounded<Small, Fp16>();
  expect_rounded<Wide, Bf16>();
  expect_rounded<Tall, Fp16>();
}

}  // namespace
