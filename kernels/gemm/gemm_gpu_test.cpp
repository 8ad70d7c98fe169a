// The GEMM on a GPU, each kernel that it runs: exact on small integers, close on random data, the
// same bits every time.
#include <cmath>
#include <limits>
#include <set>

#include "kernels/check/checksum_bound.h"
#include "kernels/data/random_gemm.h"
#include "kernels/runtime/error.h"
#include "kernels/testing/gemm_gpu_run.h"

namespace {

using ga::ElementType;
using ga::GemmKernel;
using ga::GemmOut;
using ga::testing::digest_of;
using ga::testing::elements;
using ga::testing::exact_operands;
using ga::testing::ExactOperands;
using ga::testing::GemmSize;
using ga::testing::must;
using ga::testing::must_ok;
using ga::testing::poisoned;
using ga::testing::small_sizes;
using ga::testing::to_device;
using ga::testing::to_host;
using ga::testing::Variant;
using ga::testing::variants;

std::vector<GemmSize> ragged_sizes() {
  std::vector<GemmSize> sizes{{1, 1, 1},
                              {1, 8, 8},
                              {7, 9, 5, 3, 7, 1},
                              {127, 255, 63, 1, 1, 1},
                              {128, 256, 64},
                              {129, 257, 65, 7, 7, 0},
                              {255, 129, 129, 0, 3, 4}};
  if (small_sizes()) return sizes;
  for (const GemmSize& s :
       {GemmSize{509, 521, 523}, GemmSize{1, 4096, 4096}, GemmSize{4096, 1, 4096, 0, 7, 0},
        GemmSize{64, 64, 100003, 5, 0, 0}, GemmSize{2048, 2304, 512},
        GemmSize{1921, 2307, 1000, 0, 5, 1}, GemmSize{4097, 4095, 67, 1, 1, 1}}) {
    sizes.push_back(s);
  }
  return sizes;
}

// Right, and what lies behind the rows is not touched.
void expect_exact(const ExactOperands& o, std::uint64_t seed, const std::string& name) {
  const ga::Gemm& g = o.gemm;
  must_ok(ga::gemm(g, nullptr));
  const ga::DigestReport report = digest_of(g, seed);
  EXPECT_EQ(report.digest, ga::exact_gemm_digest(o.exact(seed)))
      << name << " " << g.m << "x" << g.n << "x" << g.k;
  EXPECT_EQ(report.not_exact, 0u) << name;
  const std::vector<unsigned char> c = to_host(o.c);
  const std::int64_t bytes = ga::element_bytes(g.out);
  for (std::int64_t i = 0; i < g.m; ++i) {
    for (std::int64_t j = bytes * g.n; j < bytes * g.ldc; ++j) {
      ASSERT_EQ(c[elements(i, bytes * g.ldc) + static_cast<std::size_t>(j)], ga::testing::kPoison)
          << name << " wrote behind row " << i;
    }
  }
}

TEST(GemmGpu, IsExactOnSmallIntegersAtRaggedShapes) {
  for (const Variant& v : variants()) {
    std::uint64_t seed = 1;
    for (const GemmSize& s : ragged_sizes()) {
      ++seed;
      if (s.k > ga::exact_most_k(v.in)) continue;
      expect_exact(exact_operands(v, s, seed), seed, v.name());
    }
  }
}

// Rows of C that TMA would overrun: the portable kernel takes them, and the plan says why.
TEST(GemmGpu, LeavesWhatLiesBehindARaggedRowOfCAlone) {
  const bool hopper = must(ga::current_shape()).arch == 90 && ga::sm90_built();
  for (const std::int64_t n : {129, 130, 131}) {
    const ExactOperands o = exact_operands({}, {300, n, 200, 0, 136 - n, 136 - n}, 3);
    const ga::GemmPlan plan = must(ga::gemm_plan(o.gemm));
    EXPECT_EQ(plan.kernel, GemmKernel::portable);
    EXPECT_STREQ(plan.not_sm90, hopper ? "a row of C is no multiple of 16 bytes" : "");
    expect_exact(o, 3, "by shape");
  }
}

TEST(GemmGpu, GivesTheSameBitsOneThousandTimes) {
  const int repeats = small_sizes() ? 5 : 1000;
  for (const Variant& v : variants()) {
    const ExactOperands o = exact_operands(v, {700, 1100, 300}, 5);
    const std::uint64_t right = ga::exact_gemm_digest(o.exact(5));
    const std::size_t bytes = o.c.bytes();
    const auto hashes =
        must(ga::DeviceBuffer<std::uint64_t>::make(static_cast<std::size_t>(repeats)));
    for (int i = 0; i < repeats; ++i) {
      GTEST_ASSERT_EQ(cudaMemsetAsync(o.c.data(), 0xFF, bytes, nullptr), cudaSuccess);
      must_ok(ga::gemm(o.gemm, nullptr));
      must_ok(ga::hash_buffer({o.c.data(), bytes, hashes.data() + i}, nullptr));
    }
    const auto host = to_host(hashes);
    EXPECT_EQ(std::set<std::uint64_t>(host.begin(), host.end()).size(), 1u) << v.name();
    EXPECT_EQ(digest_of(o.gemm, 5).digest, right) << v.name();
  }
}

TEST(GemmGpu, EveryPlacementGivesTheSameDigestOnOtherSms) {
  const std::int64_t m = small_sizes() ? 512 : 2048, n = small_sizes() ? 512 : 4096;
  for (const Variant& v : variants()) {
    ExactOperands o = exact_operands(v, {m, n, 256}, 6);
    const ga::GemmPlan plan = must(ga::gemm_plan(o.gemm));
    const auto tiles = static_cast<std::size_t>(plan.tiles());
    const auto smid = to_device(std::vector<std::uint32_t>(tiles, 9999));
    o.gemm.smid = smid.data();
    std::set<std::vector<std::uint32_t>> maps;
    for (std::uint64_t placement = 0; placement < 8; ++placement) {
      o.gemm.placement = placement;
      must_ok(ga::gemm(o.gemm, nullptr));
      EXPECT_EQ(digest_of(o.gemm, 6).digest, ga::exact_gemm_digest(o.exact(6))) << v.name();
      const auto map = to_host(smid);
      for (const std::uint32_t id : map) EXPECT_LT(id, 9999u) << v.name();
      maps.insert(map);
    }
    EXPECT_GT(maps.size(), 4u) << v.name() << ": the placement moves no tile";
  }
}

std::vector<unsigned char> random_operand(std::size_t count, std::uint32_t stream, ElementType type,
                                          ga::RandomKind kind) {
  std::vector<unsigned char> data(count * static_cast<std::size_t>(ga::element_bytes(type)));
  for (std::size_t i = 0; i < count; ++i) {
    const double value = ga::random_number(ga::philox_word(8, i, stream), kind, type);
    ga::set_element(data.data(), static_cast<std::int64_t>(i), type, value);
  }
  return data;
}

// fp64 against the model of a product in the type's arithmetic: the kernel may be at most twice as
// far off.
void expect_close(const Variant& v, const GemmSize& s, ga::RandomKind kind) {
  const ElementType out = ga::gemm_type(v.in).out;
  const auto a = random_operand(elements(s.m, s.k), ga::kStreamRandomA, v.in, kind);
  const auto b = random_operand(elements(s.k, s.n), ga::kStreamRandomB, v.in, kind);
  ga::Gemm g{.a = a.data(),
             .b = b.data(),
             .m = s.m,
             .n = s.n,
             .k = s.k,
             .lda = s.k,
             .ldb = ga::b_along_k(v.in) ? s.k : s.n,
             .ldc = s.n,
             .in = v.in,
             .out = out,
             .kernel = v.kernel};
  std::vector<double> expected(elements(s.m, s.n));
  ga::gemm_ref(g, expected.data());
  const auto da = to_device(a);
  const auto db = to_device(b);
  const auto dc = poisoned(s.m, s.n, out);
  g.a = da.data();
  g.b = db.data();
  g.c = dc.data();
  must_ok(ga::gemm(g, nullptr));
  const std::vector<unsigned char> got = to_host(dc);
  const ga::ChecksumModel model =
      ga::checksum_model(v.in, out, s.k, ga::random_mean_square(kind, v.in));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference =
        ga::element(got.data(), static_cast<std::int64_t>(i), out) - expected[i];
    ASSERT_LE(std::fabs(difference), 2 * ga::checksum_delta(model, expected[i]))
        << v.name() << " " << i;
  }
}

TEST(GemmGpu, RandomDataStaysWithinTwiceTheRoundingOfAPlainProduct) {
  for (const Variant& v : variants()) {
    expect_close(v, {136, 256, 784}, ga::RandomKind::uniform);
    expect_close(v, {136, 256, 784}, ga::RandomKind::wide);
    if (!small_sizes()) expect_close(v, {256, 512, 2048}, ga::RandomKind::uniform);
    if (!v.sm90()) expect_close(v, {130, 250, 777}, ga::RandomKind::uniform);
  }
}

// Special values reach the elements of their row, and only those. -0 + 0 is +0; a denormal of
// either type is not flushed (2^-133 of bf16, 2^-24 of fp16).
TEST(GemmGpu, CarriesSpecialValues) {
  for (const Variant& v : variants()) {
    if (ga::element_bytes(v.in) != 2) continue;  // gemm_types_gpu_test.cpp
    const bool half = v.in == ElementType::fp16;
    std::vector<std::uint16_t> a(64 * 64, 0), b(64 * 64, 0);
    const auto set = [&](std::vector<std::uint16_t>& to, std::int64_t at, float value) {
      ga::set_element(to.data(), at, v.in, value);
    };
    for (std::int64_t i = 0; i < 64 * 64; ++i) set(b, i, 1.0f);
    for (std::int64_t j = 0; j < 64; ++j) set(b, 2 * 64 + j, 0x1p10f);
    a[3 * 64 + 5] = 0x7FC0;  // a NaN of both types
    set(a, 7 * 64 + 63, -std::numeric_limits<float>::infinity());
    set(a, 9 * 64 + 1, -0.0f);
    a[11 * 64 + 2] = 0x0001;
    const auto da = to_device(a);
    const auto db = to_device(b);
    const auto dc = to_device(std::vector<float>(64 * 64, -1.0f));
    must_ok(ga::gemm({.a = da.data(),
                      .b = db.data(),
                      .c = dc.data(),
                      .m = 64,
                      .n = 64,
                      .k = 64,
                      .lda = 64,
                      .ldb = 64,
                      .ldc = 64,
                      .in = v.in,
                      .out = GemmOut::fp32,
                      .kernel = v.kernel},
                     nullptr));
    const auto c = to_host(dc);
    for (std::size_t j = 0; j < 64; ++j) {
      EXPECT_TRUE(std::isnan(c[3 * 64 + j])) << v.name();
      EXPECT_EQ(c[7 * 64 + j], -std::numeric_limits<float>::infinity()) << v.name();
      EXPECT_EQ(c[9 * 64 + j], 0.0f) << v.name();
      EXPECT_FALSE(std::signbit(c[9 * 64 + j])) << v.name();
      EXPECT_EQ(c[11 * 64 + j], half ? 0x1p-14f : 0x1p-123f) << v.name();
      EXPECT_EQ(c[12 * 64 + j], 0.0f) << v.name();
    }
  }
}

// CUDA keeps a call's error until it is asked for it; there is no GPU with that number anywhere.
TEST(GemmGpu, AnErrorThatWasReportedFailsNoLaterLaunch) {
  const ga::Status reported = ga::cuda_status(cudaSetDevice(1 << 20), "cudaSetDevice(ordinal)");
  EXPECT_FALSE(reported);
  EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
  const ExactOperands o = exact_operands({}, {64, 64, 64}, 9);
  expect_exact(o, 9, "by shape");
}

// On Hopper its own kernel is what the gates run, and where TMA cannot, the plan says why.
TEST(GemmGpu, SaysWhichKernelRunsAndWhy) {
  const bool hopper = must(ga::current_shape()).arch == 90 && ga::sm90_built();
  ExactOperands o = exact_operands({}, {512, 512, 512}, 1);
  const ga::GemmPlan plan = must(ga::gemm_plan(o.gemm));
  EXPECT_EQ(ga::sm90_find(plan.kernel) != nullptr, hopper);
  EXPECT_STREQ(plan.not_sm90, "");
  o.gemm.k = o.gemm.lda = 511;
  const ga::GemmPlan odd = must(ga::gemm_plan(o.gemm));
  EXPECT_EQ(odd.kernel, GemmKernel::portable);
  if (hopper) {
    EXPECT_STREQ(odd.not_sm90, "pitch is no multiple of 16 bytes");
  }
  o.gemm.kernel = GemmKernel::sm90_128x128;
  EXPECT_FALSE(ga::gemm_plan(o.gemm));
}

}  // namespace
