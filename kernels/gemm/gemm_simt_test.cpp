// The GEMM kernel itself, executed on the CPU: loads, pipeline, fragments, edges, placement.
#include "kernels/testing/simt_ptx.h"
//
#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "kernels/data/exact_gemm.h"
#include "kernels/gemm/gemm_kernel.cuh"

namespace {

using ga::Bf16;
using ga::ExactGemm;

// Four warps and little work, for many sizes; and the shapes that gemm.cu launches.
using Small = ga::GemmShape<64, 64, 64, 2, 2, 3>;
using Medium3 = ga::GemmShape<128, 128, 64, 2, 4, 3>;
using Large4 = ga::GemmShape<128, 256, 64, 2, 4, 4>;

struct Layout {
  std::int64_t pad_a = 0, pad_b = 0, pad_c = 0;  // elements behind each row, poisoned
  std::int64_t skew_a = 0, skew_b = 0;           // elements before the first: misaligned pointers
  std::uint64_t placement = 0;
  std::int64_t wave = 3;
  ga::simt::Options options{};
};

constexpr std::uint16_t kNanBits = 0x7FC0;

template <class T>
T rounded(float x) {
  if constexpr (std::is_same_v<T, Bf16>) {
    return ga::to_bf16(x);
  } else {
    return ga::to_fp16(x);
  }
}

// 16-byte aligned memory full of NaN.
template <class T = Bf16>
struct Operand {
  std::vector<T> memory;
  T* data;
  std::int64_t ld;

  Operand(std::int64_t rows, std::int64_t cols, std::int64_t pad, std::int64_t skew,
          std::uint64_t seed, std::uint32_t stream)
      : memory(static_cast<std::size_t>(rows * (cols + pad) + skew + 16), T{kNanBits}),
        data(memory.data() + skew),
        ld(cols + pad) {
    while ((reinterpret_cast<std::uintptr_t>(data - skew)) % 16 != 0) ++data;
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < cols; ++j) {
        const auto index = static_cast<std::uint64_t>(i * cols + j);
        data[i * ld + j] = rounded<T>(static_cast<float>(ga::exact_element(seed, index, stream)));
      }
    }
  }
  bool async() const { return reinterpret_cast<std::uintptr_t>(data) % 16 == 0 && ld % 8 == 0; }
};

constexpr float kPoison = 12345.5f;

struct Outcome {
  std::vector<float> c;  // m x (n + pad)
  std::vector<std::uint32_t> smid;
};

template <class Shape, bool kAlwaysAsync, class In = Bf16>
Outcome run(const ExactGemm& g, const Layout& s) {
  const Operand<In> a(g.m, g.k, s.pad_a, s.skew_a, g.seed, ga::kStreamExactA);
  const Operand<In> b(g.k, g.n, s.pad_b, s.skew_b, g.seed, ga::kStreamExactB);
  const std::int64_t tiles_m = (g.m + Shape::kM - 1) / Shape::kM;
  const std::int64_t tiles_n = (g.n + Shape::kN - 1) / Shape::kN;
  const std::int64_t ldc = g.n + s.pad_c;
  Outcome out{std::vector<float>(static_cast<std::size_t>(g.m * ldc), kPoison),
              std::vector<std::uint32_t>(static_cast<std::size_t>(tiles_m * tiles_n), 999)};
  const ga::GemmParams params{
      .a = a.data,
      .b = b.data,
      .c = out.c.data(),
      .m = g.m,
      .n = g.n,
      .k = g.k,
      .lda = a.ld,
      .ldb = b.ld,
      .ldc = ldc,
      .tiles_m = tiles_m,
      .tiles_n = tiles_n,
      .placement = ga::make_placement(s.placement, tiles_m * tiles_n, s.wave),
      .smid = out.smid.data(),
      .async_a = a.async(),
      .async_b = b.async(),
      .paired = ldc % 2 == 0};
  if (kAlwaysAsync) {
    EXPECT_TRUE(a.async() && b.async()) << "the test asks for copies that cannot be";
  }
  ga::simt::Options options = s.options;
  options.dynamic_shared = Shape::kSharedBytes;
  ga::simt::run({static_cast<unsigned>(tiles_m * tiles_n)}, Shape::kThreads, options,
                [&] { ga::gemm_kernel<Shape, In, float, kAlwaysAsync>(params); });
  return out;
}

void expect_exact(const ExactGemm& g, const Layout& s, const Outcome& out) {
  std::vector<std::int64_t> expected(static_cast<std::size_t>(g.m * g.n));
  ga::exact_gemm_product(g, expected.data());
  const std::int64_t ldc = g.n + s.pad_c;
  int wrong = 0;
  for (std::int64_t i = 0; i < g.m; ++i) {
    for (std::int64_t j = 0; j < ldc; ++j) {
      const float got = out.c[static_cast<std::size_t>(i * ldc + j)];
      const float right =
          j < g.n ? static_cast<float>(expected[static_cast<std::size_t>(i * g.n + j)]) : kPoison;
      if (!(got == right) && ++wrong < 4) {
        ADD_FAILURE() << "(" << i << ", " << j << ") is " << got << ", should be " << right;
      }
    }
  }
  EXPECT_EQ(wrong, 0) << g.m << "x" << g.n << "x" << g.k;
  for (const std::uint32_t id : out.smid) EXPECT_LT(id, 999u);
}

TEST(GemmKernel, IsExactAtRaggedSizes) {
  const std::int64_t sizes[][3] = {{1, 1, 1},   {1, 8, 8},    {63, 65, 64}, {64, 64, 192},
                                   {65, 63, 1}, {7, 129, 31}, {130, 5, 67}, {31, 97, 193}};
  std::uint64_t seed = 1;
  for (const auto& size : sizes) {
    const ExactGemm g{size[0], size[1], size[2], seed++};
    // The wide pitches that asynchronous copies need, their padding full of NaN.
    const Layout s{.pad_a = 16 - g.k % 8, .pad_b = 16 - g.n % 8, .pad_c = 1};
    expect_exact(g, s, run<Small, true>(g, s));
  }
}

TEST(GemmKernel, IsExactInHalfPrecision) {
  const ExactGemm g{66, 72, 133, 40};
  const Layout aligned{.pad_a = 11, .pad_b = 8, .pad_c = 1};
  expect_exact(g, aligned, run<Small, true, ga::Fp16>(g, aligned));
  expect_exact(g, {}, run<Small, false, ga::Fp16>(g, {}));
}

TEST(GemmKernel, IsExactWithoutAlignment) {
  std::uint64_t seed = 50;
  for (const Layout& s : {Layout{}, Layout{.pad_a = 3, .pad_b = 1, .pad_c = 2},
                          Layout{.skew_a = 1, .skew_b = 3}, Layout{.pad_b = 4, .skew_a = 5}}) {
    const ExactGemm g{66, 67, 133, seed++};
    expect_exact(g, s, run<Small, false>(g, s));
  }
}

// One operand by asynchronous copies and the other element by element share the stages.
TEST(GemmKernel, IsExactWithOneAlignedOperand) {
  const ExactGemm g{40, 72, 200, 9};
  expect_exact(g, {}, run<Small, false>(g, {}));
  const Layout skewed{.skew_b = 1};
  expect_exact(g, skewed, run<Small, false>(g, skewed));
}

// Copies that land at once and as late as the waits allow, threads in several orders: a missing
// wait reads poison, a missing barrier reads too early or overwrites too soon.
TEST(GemmKernel, DoesNotDependOnTheOrderOfThreadsAndCopies) {
  const ExactGemm g{64, 64, 64 * 7, 4};
  for (const bool eager : {false, true}) {
    for (const std::uint32_t order : {0u, 1u, 77u}) {
      const Layout s{.options = {.order_seed = order, .eager_copies = eager}};
      expect_exact(g, s, run<Small, true>(g, s));
    }
  }
}

TEST(GemmKernel, LaunchedShapesAreExact) {
  const ExactGemm g{129, 264, 136, 21};
  const Layout s{.options = {.order_seed = 3}};
  expect_exact(g, s, run<Medium3, true>(g, s));
  const ExactGemm tall{130, 248, 320, 22};
  expect_exact(tall, s, run<Large4, true>(tall, s));
}

TEST(GemmKernel, EveryPlacementGivesTheSameBitsAndEveryTile) {
  const ExactGemm g{200, 136, 64, 30};
  const Outcome natural = run<Small, true>(g, {});
  for (std::uint64_t placement = 1; placement < 4; ++placement) {
    const Layout s{.placement = placement};
    const Outcome shuffled = run<Small, true>(g, s);
    EXPECT_EQ(shuffled.c, natural.c);
    EXPECT_NE(shuffled.smid, natural.smid) << "placement " << placement << " moved nothing";
  }
}

// The bf16 output is the rounded sum; odd n ends in a single store.
TEST(GemmKernel, RoundsItsBf16OutputOnce) {
  const ExactGemm g{16, 9, 40, 31};
  const Operand<> a(g.m, g.k, 0, 0, g.seed, ga::kStreamExactA);
  const Operand<> b(g.k, g.n, 7, 0, g.seed, ga::kStreamExactB);
  std::vector<Bf16> c(static_cast<std::size_t>(g.m * 10), Bf16{kNanBits});
  const ga::GemmParams params{.a = a.data,
                              .b = b.data,
                              .c = c.data(),
                              .m = g.m,
                              .n = g.n,
                              .k = g.k,
                              .lda = a.ld,
                              .ldb = b.ld,
                              .ldc = 10,
                              .tiles_m = 1,
                              .tiles_n = 1,
                              .placement = ga::make_placement(0, 1, 1),
                              .smid = nullptr,
                              .async_a = true,
                              .async_b = true,
                              .paired = true};
  ga::simt::run({1}, Small::kThreads, {.dynamic_shared = Small::kSharedBytes},
                [&] { ga::gemm_kernel<Small, Bf16, Bf16, true>(params); });
  std::vector<std::int64_t> expected(static_cast<std::size_t>(g.m * g.n));
  ga::exact_gemm_product(g, expected.data());
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t j = 0; j < 9; ++j) {
      EXPECT_EQ(c[i * 10 + j], ga::to_bf16(static_cast<float>(expected[i * 9 + j])));
    }
    EXPECT_EQ(c[i * 10 + 9].bits, kNanBits);
  }
}

// NaN and infinity in A reach their row of C, and no other row.
TEST(GemmKernel, CarriesNanAndInfinityToTheirRow) {
  const std::int64_t size = 64;
  std::vector<Bf16> a(size * size, ga::to_bf16(0.0f)), b(size * size, ga::to_bf16(1.0f));
  a[3 * size + 5] = Bf16{kNanBits};
  a[7 * size + 63] = Bf16{0xFF80};
  std::vector<float> c(size * size, kPoison);
  const ga::GemmParams params{.a = a.data(),
                              .b = b.data(),
                              .c = c.data(),
                              .m = size,
                              .n = size,
                              .k = size,
                              .lda = size,
                              .ldb = size,
                              .ldc = size,
                              .tiles_m = 1,
                              .tiles_n = 1,
                              .placement = ga::make_placement(0, 1, 1),
                              .smid = nullptr,
                              .async_a = true,
                              .async_b = true,
                              .paired = true};
  ga::simt::run({1}, Small::kThreads, {.dynamic_shared = Small::kSharedBytes},
                [&] { ga::gemm_kernel<Small, Bf16, float, true>(params); });
  for (std::size_t j = 0; j < 64; ++j) {
    EXPECT_TRUE(c[3 * 64 + j] != c[3 * 64 + j]);
    EXPECT_EQ(c[7 * 64 + j], -std::numeric_limits<float>::infinity());
    EXPECT_EQ(c[8 * 64 + j], 0.0f);
  }
}

}  // namespace
