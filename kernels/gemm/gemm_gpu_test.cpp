// The GEMM on a GPU: exact on small integers, close on random data, the same bits every time.
#include <cmath>
#include <limits>
#include <set>

#include "kernels/check/check.h"
#include "kernels/data/exact_gemm.h"
#include "kernels/data/random_gemm.h"
#include "kernels/gemm/fill.h"
#include "kernels/gemm/gemm.h"
#include "kernels/testing/gpu.h"

namespace {

using ga::Bf16;
using ga::GemmOut;
using ga::testing::must;
using ga::testing::must_ok;
using ga::testing::to_device;
using ga::testing::to_host;

struct Shape {
  std::int64_t m, n, k;
  std::int64_t pad_a = 0, pad_b = 0, pad_c = 0;  // elements behind each row, full of NaN
};

std::size_t count(std::int64_t rows, std::int64_t ld) {
  return static_cast<std::size_t>(rows * ld);
}

struct Operands {
  ga::DeviceBuffer<Bf16> a, b;
  ga::DeviceBuffer<float> c;
  ga::Gemm gemm;
};

Operands exact_operands(const Shape& s, std::uint64_t seed) {
  const std::int64_t lda = s.k + s.pad_a, ldb = s.n + s.pad_b, ldc = s.n + s.pad_c;
  Operands o{to_device(std::vector<Bf16>(count(s.m, lda), Bf16{0x7FC0})),
             to_device(std::vector<Bf16>(count(s.k, ldb), Bf16{0x7FC0})),
             to_device(std::vector<float>(count(s.m, ldc), std::nanf(""))),
             {}};
  must_ok(ga::fill_exact({o.a.data(), s.m, s.k, lda, seed, ga::kStreamExactA}, nullptr));
  must_ok(ga::fill_exact({o.b.data(), s.k, s.n, ldb, seed, ga::kStreamExactB}, nullptr));
  o.gemm = {.a = o.a.data(),
            .b = o.b.data(),
            .c = o.c.data(),
            .m = s.m,
            .n = s.n,
            .k = s.k,
            .lda = lda,
            .ldb = ldb,
            .ldc = ldc,
            .out = GemmOut::fp32};
  return o;
}

ga::DigestReport digest(const ga::Gemm& g, std::uint64_t seed) {
  const auto scratch =
      must(ga::DeviceBuffer<unsigned char>::make(ga::digest_product_scratch_bytes(g.m, g.n)));
  const auto report = must(ga::DeviceBuffer<ga::DigestReport>::make(1));
  must_ok(ga::digest_product(
      {static_cast<const float*>(g.c), g.m, g.n, g.ldc, seed, scratch.data(), report.data()},
      nullptr));
  return must(ga::fetch(report.data()));
}

TEST(GemmGpu, IsExactOnSmallIntegersAtRaggedShapes) {
  const Shape shapes[] = {{1, 1, 1},
                          {1, 8, 8},
                          {7, 9, 5, 3, 7, 1},
                          {127, 255, 63, 1, 1, 1},
                          {128, 256, 64},
                          {129, 257, 65, 7, 7, 0},
                          {509, 521, 523},
                          {1, 4096, 4096},
                          {4096, 1, 4096, 0, 7, 0},
                          {64, 64, 100003, 5, 0, 0},
                          {2048, 2304, 512},
                          {1921, 2307, 1000, 0, 5, 1}};
  std::uint64_t seed = 1;
  for (const Shape& s : shapes) {
    ++seed;
    const Operands o = exact_operands(s, seed);
    must_ok(ga::gemm(o.gemm, nullptr));
    const ga::DigestReport report = digest(o.gemm, seed);
    EXPECT_EQ(report.digest, ga::exact_gemm_digest({s.m, s.n, s.k, seed}))
        << s.m << "x" << s.n << "x" << s.k;
    EXPECT_EQ(report.not_exact, 0u);
    if (s.pad_c > 0) {  // the padding of C is not touched
      const std::vector<float> c = to_host(o.c);
      for (std::int64_t i = 0; i < s.m; ++i) {
        ASSERT_TRUE(std::isnan(c[count(i, o.gemm.ldc) + static_cast<std::size_t>(s.n)]));
      }
    }
  }
}

TEST(GemmGpu, GivesTheSameBitsOneThousandTimes) {
  const Operands o = exact_operands({700, 1100, 300}, 5);
  const std::uint64_t right = ga::exact_gemm_digest({700, 1100, 300, 5});
  const std::size_t bytes = o.c.bytes();
  const auto hashes = must(ga::DeviceBuffer<std::uint64_t>::make(1000));
  for (int i = 0; i < 1000; ++i) {
    must_ok(ga::gemm(o.gemm, nullptr));
    must_ok(ga::hash_buffer({o.c.data(), bytes, hashes.data() + i}, nullptr));
    GTEST_ASSERT_EQ(cudaMemsetAsync(o.c.data(), 0xFF, bytes, nullptr), cudaSuccess);
  }
  const auto host = to_host(hashes);
  EXPECT_EQ(std::set<std::uint64_t>(host.begin(), host.end()).size(), 1u);
  must_ok(ga::gemm(o.gemm, nullptr));
  EXPECT_EQ(digest(o.gemm, 5).digest, right);
}

TEST(GemmGpu, EveryPlacementGivesTheSameDigestOnOtherSms) {
  Operands o = exact_operands({2048, 4096, 256}, 6);
  const ga::GemmPlan plan = must(ga::gemm_plan(o.gemm));
  const auto tiles = static_cast<std::size_t>(plan.tiles());
  const auto smid = to_device(std::vector<std::uint32_t>(tiles, 9999));
  o.gemm.smid = smid.data();
  std::set<std::vector<std::uint32_t>> maps;
  for (std::uint64_t placement = 0; placement < 8; ++placement) {
    o.gemm.placement = placement;
    must_ok(ga::gemm(o.gemm, nullptr));
    EXPECT_EQ(digest(o.gemm, 6).digest, ga::exact_gemm_digest({2048, 4096, 256, 6}));
    const auto map = to_host(smid);
    for (const std::uint32_t id : map) EXPECT_LT(id, 9999u);
    maps.insert(map);
  }
  EXPECT_GT(maps.size(), 4u) << "the placement moves no tile";
}

// fp64 against the model of a plain fp32 product with bf16 output: half a unit of bf16, and k
// roundings of the running sum. The kernel may be at most twice as far off.
TEST(GemmGpu, RandomDataStaysWithinTwiceTheRoundingOfAPlainProduct) {
  for (const Shape& s : {Shape{130, 250, 777}, Shape{256, 512, 2048}}) {
    for (const auto kind : {ga::RandomKind::uniform, ga::RandomKind::wide}) {
      std::vector<Bf16> a(count(s.m, s.k)), b(count(s.k, s.n));
      for (std::size_t i = 0; i < a.size(); ++i) {
        a[i] = ga::random_element(8, i, ga::kStreamRandomA, kind);
      }
      for (std::size_t i = 0; i < b.size(); ++i) {
        b[i] = ga::random_element(8, i, ga::kStreamRandomB, kind);
      }
      ga::Gemm g{.a = a.data(),
                 .b = b.data(),
                 .m = s.m,
                 .n = s.n,
                 .k = s.k,
                 .lda = s.k,
                 .ldb = s.n,
                 .ldc = s.n};
      std::vector<double> expected(count(s.m, s.n));
      ga::gemm_ref(g, expected.data());
      const auto da = to_device(a);
      const auto db = to_device(b);
      const auto dc = to_device(std::vector<Bf16>(expected.size(), Bf16{0x7FC0}));
      g.a = da.data();
      g.b = db.data();
      g.c = dc.data();
      must_ok(ga::gemm(g, nullptr));
      const std::vector<Bf16> got = to_host(dc);
      const double size = ga::random_mean_square(kind) * std::sqrt(static_cast<double>(s.k));
      for (std::size_t i = 0; i < got.size(); ++i) {
        const double bound = 0x1p-8 * std::fabs(expected[i]) +
                             std::sqrt(static_cast<double>(s.k)) * 0x1p-23 * 10 * size;
        ASSERT_LE(std::fabs(ga::to_float(got[i]) - expected[i]), 2 * bound) << i;
      }
    }
  }
}

// Special values reach the elements of their row and column, and only those.
TEST(GemmGpu, CarriesSpecialValues) {
  const std::int64_t n = 64;
  std::vector<Bf16> a(count(n, n), ga::to_bf16(0.0f)), b(count(n, n), ga::to_bf16(1.0f));
  a[3 * 64 + 5] = Bf16{0x7FC0};        // NaN
  a[7 * 64 + 63] = Bf16{0xFF80};       // -infinity
  a[9 * 64 + 1] = ga::to_bf16(-0.0f);  // a sum of zeros of both signs is +0
  a[11 * 64 + 2] = Bf16{0x0001};       // 2^-133, the smallest denormal: not flushed
  for (std::size_t j = 0; j < 64; ++j) b[2 * 64 + j] = ga::to_bf16(0x1p20f);
  const auto da = to_device(a);
  const auto db = to_device(b);
  const auto dc = to_device(std::vector<float>(count(n, n), -1.0f));
  must_ok(ga::gemm({.a = da.data(),
                    .b = db.data(),
                    .c = dc.data(),
                    .m = n,
                    .n = n,
                    .k = n,
                    .lda = n,
                    .ldb = n,
                    .ldc = n,
                    .out = GemmOut::fp32},
                   nullptr));
  const auto c = to_host(dc);
  for (std::size_t j = 0; j < 64; ++j) {
    EXPECT_TRUE(std::isnan(c[3 * 64 + j]));
    EXPECT_EQ(c[7 * 64 + j], -std::numeric_limits<float>::infinity());
    EXPECT_EQ(c[9 * 64 + j], 0.0f);
    EXPECT_FALSE(std::signbit(c[9 * 64 + j]));
    EXPECT_EQ(c[11 * 64 + j], 0x1p-113f);
    EXPECT_EQ(c[12 * 64 + j], 0.0f);
  }
}

}  // namespace
