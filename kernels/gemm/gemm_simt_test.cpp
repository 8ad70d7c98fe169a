// The GEMM kernel itself, executed on the CPU: loads, pipeline, fragments, edges, placement.
#include "kernels/testing/simt_ptx.h"
//
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "kernels/testing/gemm_run.h"

namespace {

using ga::Bf16;
using ga::ExactGemm;
using ga::Fp16;
using ga::testing::portable::expect_exact;
using ga::testing::portable::kPoison;
using ga::testing::portable::launch;
using ga::testing::portable::Layout;
using ga::testing::portable::poison;
using ga::testing::portable::run;

// Four warps and little work, for many sizes; and the shapes that gemm.cu launches.
using Small = ga::GemmShape<64, 64, 64, 2, 2, 3>;
using Medium3 = ga::GemmShape<128, 128, 64, 2, 4, 3>;
using Large4 = ga::GemmShape<128, 256, 64, 2, 4, 4>;

TEST(GemmKernel, IsExactAtRaggedSizes) {
  const std::int64_t sizes[][3] = {{1, 1, 1},   {1, 8, 8},    {63, 65, 64}, {64, 64, 192},
                                   {65, 63, 1}, {7, 129, 31}, {130, 5, 67}, {31, 97, 193}};
  std::uint64_t seed = 1;
  for (const auto& size : sizes) {
    const ExactGemm g{size[0], size[1], size[2], seed++};
    // The wide pitches that asynchronous copies need, their padding full of NaN.
    const Layout s{.pad_a = 16 - g.k % 8, .pad_b = 16 - g.n % 8, .pad_c = 1};
    expect_exact(g, s, run<Small, true, Bf16>(g, s));
  }
}

TEST(GemmKernel, IsExactInHalfPrecision) {
  const ExactGemm g{66, 72, 133, 40, ga::ElementType::fp16};
  const Layout aligned{.pad_a = 11, .pad_b = 8, .pad_c = 1};
  expect_exact(g, aligned, run<Small, true, Fp16>(g, aligned));
  expect_exact(g, {}, run<Small, false, Fp16>(g, {}));
}

TEST(GemmKernel, IsExactWithoutAlignment) {
  std::uint64_t seed = 50;
  for (const Layout& s : {Layout{}, Layout{.pad_a = 3, .pad_b = 1, .pad_c = 2},
                          Layout{.skew_a = 1, .skew_b = 3}, Layout{.pad_b = 4, .skew_a = 5}}) {
    const ExactGemm g{66, 67, 133, seed++};
    expect_exact(g, s, run<Small, false, Bf16>(g, s));
  }
}

// One operand by asynchronous copies and the other element by element share the stages.
TEST(GemmKernel, IsExactWithOneAlignedOperand) {
  const ExactGemm g{40, 72, 200, 9};
  expect_exact(g, {}, run<Small, false, Bf16>(g, {}));
  const Layout skewed{.skew_b = 1};
  expect_exact(g, skewed, run<Small, false, Bf16>(g, skewed));
}

// Copies that land at once and as late as the waits allow, threads in several orders: a missing
// wait reads poison, a missing barrier reads too early or overwrites too soon.
TEST(GemmKernel, DoesNotDependOnTheOrderOfThreadsAndCopies) {
  const ExactGemm g{64, 64, 64 * 7, 4};
  for (const bool eager : {false, true}) {
    for (const std::uint32_t order : {0u, 1u, 77u}) {
      const Layout s{.options = {.order_seed = order, .eager_copies = eager}};
      expect_exact(g, s, run<Small, true, Bf16>(g, s));
    }
  }
}

TEST(GemmKernel, LaunchedShapesAreExact) {
  const ExactGemm g{129, 264, 136, 21};
  const Layout s{.options = {.order_seed = 3}};
  expect_exact(g, s, run<Medium3, true, Bf16>(g, s));
  const ExactGemm tall{130, 248, 320, 22};
  expect_exact(tall, s, run<Large4, true, Bf16>(tall, s));
}

TEST(GemmKernel, EveryPlacementGivesTheSameBitsAndEveryTile) {
  const ExactGemm g{200, 136, 64, 30};
  const auto natural = run<Small, true, Bf16>(g, {});
  for (std::uint64_t placement = 1; placement < 4; ++placement) {
    const Layout s{.placement = placement};
    const auto shuffled = run<Small, true, Bf16>(g, s);
    EXPECT_EQ(shuffled.c, natural.c);
    EXPECT_NE(shuffled.smid, natural.smid) << "placement " << placement << " moved nothing";
  }
}

// The bf16 output is the rounded sum; odd n ends in a single store.
TEST(GemmKernel, RoundsItsBf16OutputOnce) {
  const ExactGemm g{16, 9, 40, 31};
  const Layout s{.pad_b = 7, .pad_c = 1};
  expect_exact(g, s, run<Small, true, Bf16, Bf16>(g, s));
}

// NaN and infinity in A reach their row of C, and no other row.
TEST(GemmKernel, CarriesNanAndInfinityToTheirRow) {
  const std::int64_t size = 64;
  std::vector<Bf16> a(size * size, ga::to_bf16(0.0f)), b(size * size, ga::to_bf16(1.0f));
  a[3 * size + 5] = poison<Bf16>();
  a[7 * size + 63] = Bf16{0xFF80};
  std::vector<float> c(size * size, static_cast<float>(kPoison));
  launch<Small, true, Bf16, float>({.a = a.data(),
                                    .b = b.data(),
                                    .c = c.data(),
                                    .m = size,
                                    .n = size,
                                    .k = size,
                                    .lda = size,
                                    .ldb = size,
                                    .ldc = size,
                                    .async_a = true,
                                    .async_b = true},
                                   {});
  for (std::size_t j = 0; j < 64; ++j) {
    EXPECT_TRUE(c[3 * 64 + j] != c[3 * 64 + j]);
    EXPECT_EQ(c[7 * 64 + j], -std::numeric_limits<float>::infinity());
    EXPECT_EQ(c[8 * 64 + j], 0.0f);
  }
}

}  // namespace
