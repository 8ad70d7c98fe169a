// What is special of tf32, fp8 and int8 on a GPU, and what the launcher refuses.
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "kernels/testing/gemm_gpu_run.h"

namespace {

using ga::ElementType;
using ga::ErrorCode;
using ga::Fp8;
using ga::GemmKernel;
using ga::Tf32;
using ga::testing::exact_operands;
using ga::testing::ExactOperands;
using ga::testing::must;
using ga::testing::must_ok;
using ga::testing::to_device;
using ga::testing::to_host;
using ga::testing::Variant;
using ga::testing::variants;

std::vector<Variant> variants_of(ElementType in) {
  std::vector<Variant> all;
  for (const Variant& v : variants()) {
    if (v.in == in) all.push_back(v);
  }
  return all;
}

// C of A, m x k, times B, n rows of k.
template <class In, class Sum>
std::vector<Sum> product(const Variant& v, std::int64_t m, std::int64_t n, std::int64_t k,
                         const std::vector<In>& a, const std::vector<In>& b) {
  const auto da = to_device(a);
  const auto db = to_device(b);
  const auto dc = to_device(std::vector<Sum>(static_cast<std::size_t>(m * n), Sum{-1}));
  must_ok(ga::gemm({.a = da.data(),
                    .b = db.data(),
                    .c = dc.data(),
                    .m = m,
                    .n = n,
                    .k = k,
                    .lda = k,
                    .ldb = k,
                    .ldc = n,
                    .in = v.in,
                    .out = ga::gemm_type(v.in).sum,
                    .kernel = v.kernel},
                   nullptr));
  return to_host(dc);
}

constexpr std::int64_t kSide = 64;
constexpr std::size_t at(std::size_t row, std::size_t col) { return row * kSide + col; }

TEST(GemmGpu, Tf32CarriesSpecialValuesAndReadsNineteenBits) {
  for (const Variant& v : variants_of(ElementType::tf32)) {
    std::vector<Tf32> a(kSide * kSide), b(kSide * kSide, ga::to_tf32(1.0f));
    a[at(3, 5)] = Tf32{0x7FC00000};
    a[at(7, 63)] = Tf32{0xFF800000};
    a[at(9, 1)] = Tf32{0x80000000};
    a[at(11, 2)] = Tf32{0x3F801FFF};
    const auto c = product<Tf32, float>(v, kSide, kSide, kSide, a, b);
    for (std::size_t j = 0; j < kSide; ++j) {
      EXPECT_TRUE(c[at(3, j)] != c[at(3, j)]) << v.name();
      EXPECT_EQ(c[at(7, j)], -std::numeric_limits<float>::infinity()) << v.name();
      EXPECT_EQ(c[at(9, j)], 0.0f) << v.name();
      EXPECT_EQ(c[at(11, j)], 1.0f) << v.name();
      EXPECT_EQ(c[at(12, j)], 0.0f) << v.name();
    }
  }
}

// Both NaNs, the smallest number, the smallest above zero.
TEST(GemmGpu, Fp8CarriesItsNansAndExtremes) {
  for (const Variant& v : variants_of(ElementType::fp8)) {
    std::vector<Fp8> a(kSide * kSide), b(kSide * kSide, ga::to_fp8(1.0f));
    a[at(3, 5)] = Fp8{0x7F};
    a[at(4, 60)] = Fp8{0xFF};
    a[at(7, 63)] = Fp8{0xFE};
    a[at(9, 1)] = Fp8{0x01};
    const auto c = product<Fp8, float>(v, kSide, kSide, kSide, a, b);
    for (std::size_t j = 0; j < kSide; ++j) {
      EXPECT_TRUE(c[at(3, j)] != c[at(3, j)]) << v.name();
      EXPECT_TRUE(c[at(4, j)] != c[at(4, j)]) << v.name();
      EXPECT_EQ(c[at(7, j)], -448.0f) << v.name();
      EXPECT_EQ(c[at(9, j)], 0x1p-9f) << v.name();
      EXPECT_EQ(c[at(12, j)], 0.0f) << v.name();
    }
  }
}

// -128 x 127 x 2^17 is above the smallest int32; 128 x 128 x 2^17 is 2^31, which wraps around.
TEST(GemmGpu, Int8AddsItsExtremesWithoutSaturation) {
  constexpr std::int64_t k = 1 << 17;
  for (const Variant& v : variants_of(ElementType::int8)) {
    const std::vector<std::int8_t> a(4 * k, -128);
    std::vector<std::int8_t> b(4 * k, 127);
    for (std::size_t i = 3 * k; i < b.size(); ++i) b[i] = -128;
    const auto c = product<std::int8_t, std::int32_t>(v, 4, 4, k, a, b);
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(c[4 * i], -128 * 127 * k) << v.name();
      EXPECT_EQ(c[4 * i + 3], std::numeric_limits<std::int32_t>::min()) << v.name();
    }
  }
}

void expect_refused(const ga::Gemm& g, ErrorCode code, const std::string& part) {
  const auto plan = ga::gemm_plan(g);
  ASSERT_FALSE(plan) << part;
  EXPECT_EQ(plan.error().code(), code) << part;
  EXPECT_NE(plan.error().what().find(part), std::string::npos) << plan.error().what();
}

TEST(GemmGpu, RefusesWhatATypeCannotBe) {
  const ExactOperands o = exact_operands({GemmKernel::portable, ElementType::int8}, {8, 8, 8}, 1);
  ga::Gemm g = o.gemm;
  g.out = ElementType::fp32;
  expect_refused(g, ErrorCode::usage, "kGemmTypes");
  g = o.gemm;
  g.n = g.ldc = 4;  // rows of B are along k: its pitch has nothing to do with n
  EXPECT_TRUE(ga::gemm_plan(g));
  g.ldb = 7;
  expect_refused(g, ErrorCode::usage, "leading dimension");
  g = o.gemm;
  g.in = g.out = ElementType::int32;
  expect_refused(g, ErrorCode::usage, "kGemmTypes");
  g = o.gemm;
  g.in = ElementType::tf32;
  g.out = ElementType::fp32;
  g.b = static_cast<const unsigned char*>(g.b) + 2;
  expect_refused(g, ErrorCode::usage, "aligned");
}

TEST(GemmGpu, RefusesFp8WhereNoMatrixUnitReadsIt) {
  const ExactOperands o = exact_operands({GemmKernel::portable, ElementType::fp8}, {8, 8, 8}, 1);
  if (must(ga::current_shape()).arch >= 89) {
    EXPECT_TRUE(ga::gemm_plan(o.gemm));
  } else {
    expect_refused(o.gemm, ErrorCode::environment, "sm_89");
  }
}

}  // namespace
