// The GEMM kernel executed on the CPU in the types whose B is stored along k: tf32, fp8, int8.
#include "kernels/testing/simt_ptx.h"
//
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "kernels/testing/gemm_run.h"

namespace {

using ga::Bf16;
using ga::ExactGemm;
using ga::Fp8;
using ga::Tf32;
using ga::testing::portable::expect_exact;
using ga::testing::portable::kPoison;
using ga::testing::portable::launch;
using ga::testing::portable::Layout;
using ga::testing::portable::poison;
using ga::testing::portable::rounded;
using ga::testing::portable::run;
using ga::testing::portable::type_of;

template <class In>
constexpr int kDepth = ga::kDepthBytes / static_cast<int>(sizeof(In));
template <class In>
using Small = ga::GemmShape<64, 64, kDepth<In>, 2, 2, 3>;

// Elements to add to a row of `used` so that the next begins 16 bytes aligned, poison between them.
template <class In>
std::int64_t padding(std::int64_t used) {
  const std::int64_t chunk = Small<In>::kChunk;
  return 2 * chunk - used % chunk;
}

template <class In>
class GemmTypes : public ::testing::Test {
 protected:
  static constexpr std::int64_t kK = kDepth<In>;
  static ExactGemm exact(std::int64_t m, std::int64_t n, std::int64_t k, std::uint64_t seed) {
    return {m, n, k, seed, type_of<In>()};
  }
  static Layout aligned(const ExactGemm& g) {
    return {.pad_a = padding<In>(g.k), .pad_b = padding<In>(g.k), .pad_c = 1};
  }
};
using Types = ::testing::Types<Tf32, Fp8, std::int8_t>;
TYPED_TEST_SUITE(GemmTypes, Types);

TYPED_TEST(GemmTypes, IsExactAtRaggedSizes) {
  constexpr std::int64_t kDeep = TestFixture::kK;
  const std::int64_t sizes[][3] = {
      {1, 1, 1},   {1, 8, 7},           {63, 65, kDeep},     {64, 64, 3 * kDeep},
      {65, 63, 1}, {7, 129, kDeep - 1}, {130, 5, kDeep + 3}, {31, 97, 3 * kDeep + 1}};
  std::uint64_t seed = 1;
  for (const auto& size : sizes) {
    const ExactGemm g = this->exact(size[0], size[1], size[2], seed++);
    const Layout s = this->aligned(g);
    expect_exact(g, s, run<Small<TypeParam>, true, TypeParam>(g, s));
    expect_exact(g, {}, run<Small<TypeParam>, false, TypeParam>(g, {}));
  }
}

TYPED_TEST(GemmTypes, IsExactWithoutAlignment) {
  std::uint64_t seed = 50;
  for (const Layout& s : {Layout{.pad_a = 3, .pad_b = 1, .pad_c = 2},
                          Layout{.skew_a = 1, .skew_b = 3}, Layout{.pad_b = 4, .skew_a = 5}}) {
    const ExactGemm g = this->exact(66, 67, 2 * TestFixture::kK + 5, seed++);
    expect_exact(g, s, run<Small<TypeParam>, false, TypeParam>(g, s));
  }
}

// One operand by asynchronous copies and the other element by element share the stages.
TYPED_TEST(GemmTypes, IsExactWithOneAlignedOperand) {
  const ExactGemm g = this->exact(40, 72, 3 * TestFixture::kK, 9);
  for (const Layout& s : {Layout{.skew_a = 1}, Layout{.skew_b = 1}}) {
    expect_exact(g, s, run<Small<TypeParam>, false, TypeParam>(g, s));
  }
}

TYPED_TEST(GemmTypes, DoesNotDependOnTheOrderOfThreadsAndCopies) {
  const ExactGemm g = this->exact(64, 64, 5 * TestFixture::kK, 4);
  for (const bool eager : {false, true}) {
    for (const std::uint32_t order : {0u, 77u}) {
      const Layout s{.options = {.order_seed = order, .eager_copies = eager}};
      expect_exact(g, s, run<Small<TypeParam>, true, TypeParam>(g, s));
    }
  }
}

TYPED_TEST(GemmTypes, EveryPlacementGivesTheSameBitsAndEveryTile) {
  const ExactGemm g = this->exact(200, 136, TestFixture::kK, 30);
  const auto natural = run<Small<TypeParam>, true, TypeParam>(g, {});
  for (std::uint64_t placement = 1; placement < 3; ++placement) {
    const auto shuffled = run<Small<TypeParam>, true, TypeParam>(g, {.placement = placement});
    EXPECT_EQ(shuffled.c, natural.c);
    EXPECT_NE(shuffled.smid, natural.smid) << "placement " << placement << " moved nothing";
  }
}

// The shapes that gemm.cu launches.
TEST(GemmTypesLaunched, ShapesAreExact) {
  const auto check = [](auto shape, auto in) {
    using Shape = decltype(shape);
    using In = decltype(in);
    const ExactGemm g{100, Shape::kN + 8, 3 * kDepth<In> + 16, 21, type_of<In>()};
    const Layout s{.options = {.order_seed = 3}};
    expect_exact(g, s, run<Shape, true, In>(g, s));
  };
  check(ga::GemmShape<128, 128, 32, 2, 4, 3>{}, Tf32{});
  check(ga::GemmShape<128, 256, 32, 2, 4, 3>{}, Tf32{});
  check(ga::GemmShape<128, 64, 128, 4, 2, 3>{}, Fp8{});
  check(ga::GemmShape<128, 128, 128, 2, 4, 3>{}, std::int8_t{});
  check(ga::GemmShape<128, 256, 128, 2, 4, 3>{}, std::int8_t{});
}

TEST(GemmFp8, RoundsItsBf16OutputOnce) {
  const ExactGemm g{16, 9, 400, 31, ga::ElementType::fp8};
  const Layout s{.pad_a = 16, .pad_b = 16, .pad_c = 1};
  expect_exact(g, s, run<Small<Fp8>, true, Fp8, Bf16>(g, s));
}

// A, 64 x 64, zero but for what is set, times ones.
template <class In, class Sum>
std::vector<Sum> times_ones(const std::vector<In>& a) {
  const std::vector<In> b(64 * 64, rounded<In>(1));
  std::vector<Sum> c(64 * 64, rounded<Sum>(kPoison));
  launch<Small<In>, true, In, Sum>({.a = a.data(),
                                    .b = b.data(),
                                    .c = c.data(),
                                    .m = 64,
                                    .n = 64,
                                    .k = 64,
                                    .lda = 64,
                                    .ldb = 64,
                                    .ldc = 64,
                                    .async_a = true,
                                    .async_b = true},
                                   {});
  return c;
}

TEST(GemmTf32, CarriesNanAndInfinityToTheirRow) {
  std::vector<Tf32> a(64 * 64);
  a[3 * 64 + 5] = poison<Tf32>();
  a[7 * 64 + 63] = Tf32{0xFF800000u};
  const auto c = times_ones<Tf32, float>(a);
  for (std::size_t j = 0; j < 64; ++j) {
    EXPECT_TRUE(c[3 * 64 + j] != c[3 * 64 + j]);
    EXPECT_EQ(c[7 * 64 + j], -std::numeric_limits<float>::infinity());
    EXPECT_EQ(c[8 * 64 + j], 0.0f);
  }
}

// The largest and the smallest number of e4m3; 0x7F and 0xFF are its NaNs.
TEST(GemmFp8, CarriesNanAndItsExtremesToTheirRow) {
  std::vector<Fp8> a(64 * 64);
  a[3 * 64 + 5] = Fp8{0x7F};
  a[4 * 64 + 60] = Fp8{0xFF};
  a[7 * 64 + 63] = Fp8{0xFE};
  a[9 * 64] = Fp8{0x01};
  const auto c = times_ones<Fp8, float>(a);
  for (std::size_t j = 0; j < 64; ++j) {
    EXPECT_TRUE(c[3 * 64 + j] != c[3 * 64 + j]);
    EXPECT_TRUE(c[4 * 64 + j] != c[4 * 64 + j]);
    EXPECT_EQ(c[7 * 64 + j], -448.0f);
    EXPECT_EQ(c[9 * 64 + j], 0x1p-9f);
    EXPECT_EQ(c[8 * 64 + j], 0.0f);
  }
}

// Sums of int8's extremes are far beyond 16 bits, and nothing is cut.
TEST(GemmInt8, AddsItsExtremesWithoutSaturation) {
  const std::int64_t k = 256;
  std::vector<std::int8_t> a(2 * 256, -128), b(2 * 256, 127);
  for (std::size_t l = 256; l < 512; ++l) b[l] = -128;
  std::vector<std::int32_t> c(4);
  launch<Small<std::int8_t>, true, std::int8_t, std::int32_t>({.a = a.data(),
                                                               .b = b.data(),
                                                               .c = c.data(),
                                                               .m = 2,
                                                               .n = 2,
                                                               .k = k,
                                                               .lda = k,
                                                               .ldb = k,
                                                               .ldc = 2,
                                                               .async_a = true,
                                                               .async_b = true},
                                                              {});
  const std::vector<std::int32_t> right{-128 * 127 * 256, 128 * 128 * 256, -128 * 127 * 256,
                                        128 * 128 * 256};
  EXPECT_EQ(c, right);
}

}  // namespace
