// The checks on a GPU: against their references, and against damage done on purpose.
#include <cmath>

#include "kernels/check/check.h"
#include "kernels/check/inject.h"
#include "kernels/data/exact_gemm.h"
#include "kernels/gemm/fill.h"
#include "kernels/gemm/gemm.h"
#include "kernels/power/light.h"
#include "kernels/testing/gpu.h"

namespace {

using ga::Bf16;
using ga::Damage;
using ga::testing::must;
using ga::testing::must_ok;
using ga::testing::to_device;
using ga::testing::to_host;

TEST(CheckGpu, HashMatchesItsReferenceAtEverySize) {
  std::vector<unsigned char> data(70000);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<unsigned char>(i * i / 7);
  const auto device = to_device(data);
  const auto hash = must(ga::DeviceBuffer<std::uint64_t>::make(1));
  for (const std::size_t bytes : {1u, 7u, 8u, 9u, 1021u, 65536u, 69999u}) {
    must_ok(ga::hash_buffer({device.data(), bytes, hash.data()}, nullptr));
    EXPECT_EQ(must(ga::fetch(hash.data())), ga::hash_buffer_ref(data.data(), bytes)) << bytes;
  }
}

TEST(CheckGpu, EqualFindsTheOneByte) {
  std::vector<unsigned char> data(100003, 7);
  const auto reference = to_device(data);
  data[100002] = 8;
  const auto changed = to_device(data);
  const auto report = must(ga::DeviceBuffer<ga::Mismatch>::make(1));
  must_ok(ga::check_equal({changed.data(), reference.data(), data.size(), report.data()}, nullptr));
  const ga::Mismatch found = must(ga::fetch(report.data()));
  EXPECT_EQ(found.wrong, 1u);
  EXPECT_EQ(found.first, 100002u / 8);
}

struct ExactRun {
  ga::ExactGemm gemm{300, 257, 100, 77};
  ga::DeviceBuffer<Bf16> a, b;
  ga::DeviceBuffer<float> c;

  ExactRun() {
    a = must(ga::DeviceBuffer<Bf16>::make(static_cast<std::size_t>(gemm.m * gemm.k)));
    b = must(ga::DeviceBuffer<Bf16>::make(static_cast<std::size_t>(gemm.k * gemm.n)));
    c = to_device(std::vector<float>(static_cast<std::size_t>(gemm.m * gemm.n), std::nanf("")));
    must_ok(
        ga::fill_exact({a.data(), gemm.m, gemm.k, gemm.k, gemm.seed, ga::kStreamExactA}, nullptr));
    must_ok(
        ga::fill_exact({b.data(), gemm.k, gemm.n, gemm.n, gemm.seed, ga::kStreamExactB}, nullptr));
    must_ok(ga::gemm({.a = a.data(),
                      .b = b.data(),
                      .c = c.data(),
                      .m = gemm.m,
                      .n = gemm.n,
                      .k = gemm.k,
                      .lda = gemm.k,
                      .ldb = gemm.n,
                      .ldc = gemm.n,
                      .out = ga::GemmOut::fp32},
                     nullptr));
  }

  ga::DigestReport digest() const {
    const auto scratch = must(
        ga::DeviceBuffer<unsigned char>::make(ga::digest_product_scratch_bytes(gemm.m, gemm.n)));
    const auto report = must(ga::DeviceBuffer<ga::DigestReport>::make(1));
    must_ok(ga::digest_product({.c = c.data(),
                                .m = gemm.m,
                                .n = gemm.n,
                                .ldc = gemm.n,
                                .seed = gemm.seed,
                                .scratch = scratch.data(),
                                .report = report.data()},
                               nullptr));
    return must(ga::fetch(report.data()));
  }

  ga::ProductMismatch compare() const {
    const auto report = must(ga::DeviceBuffer<ga::ProductMismatch>::make(1));
    must_ok(ga::check_product({.a = a.data(),
                               .b = b.data(),
                               .c = c.data(),
                               .m = gemm.m,
                               .n = gemm.n,
                               .k = gemm.k,
                               .lda = gemm.k,
                               .ldb = gemm.n,
                               .ldc = gemm.n,
                               .seed = gemm.seed,
                               .report = report.data()},
                              nullptr));
    return must(ga::fetch(report.data()));
  }
};

TEST(CheckGpu, DigestAndProductAgreeOnARightC) {
  const ExactRun run;
  EXPECT_EQ(run.digest().digest, ga::exact_gemm_digest(run.gemm));
  EXPECT_EQ(run.digest().not_exact, 0u);
  EXPECT_EQ(run.compare().wrong, 0u);
  EXPECT_EQ(run.compare().wrong_inputs, 0u);
}

TEST(CheckGpu, EachKindOfDamageIsSeenAndNamed) {
  for (const Damage damage : {Damage::bitflip, Damage::zero_tile, Damage::nan}) {
    const ExactRun run;
    must_ok(ga::inject({.data = run.c.data(),
                        .rows = 300,
                        .cols = 257,
                        .ld = 257,
                        .row = 200,
                        .col = 100,
                        .bit = 23,
                        .damage = damage},
                       nullptr));
    const ga::DigestReport digest = run.digest();
    EXPECT_TRUE(digest.digest != ga::exact_gemm_digest(run.gemm) || digest.not_exact > 0);
    const ga::ProductMismatch found = run.compare();
    EXPECT_GT(found.wrong, 0u);
    EXPECT_GE(found.row, 200);
    EXPECT_LT(found.row, 208);
    EXPECT_EQ(found.flipped, found.expected ^ found.got);
  }
}

TEST(CheckGpu, ChecksumPassesARandomProductAndSeesDamage) {
  const std::int64_t m = 300, n = 330, k = 500;
  const auto a = must(ga::DeviceBuffer<Bf16>::make(static_cast<std::size_t>(m * k)));
  const auto b = must(ga::DeviceBuffer<Bf16>::make(static_cast<std::size_t>(k * n)));
  const auto c = must(ga::DeviceBuffer<Bf16>::make(static_cast<std::size_t>(m * n)));
  const auto scratch =
      must(ga::DeviceBuffer<unsigned char>::make(ga::checksum_product_scratch_bytes(n, k)));
  const auto report = must(ga::DeviceBuffer<ga::ChecksumReport>::make(1));
  for (const auto kind : {ga::RandomKind::uniform, ga::RandomKind::wide}) {
    must_ok(ga::fill_random({a.data(), m, k, k, 3, ga::kStreamRandomA, kind}, nullptr));
    must_ok(ga::fill_random({b.data(), k, n, n, 3, ga::kStreamRandomB, kind}, nullptr));
    must_ok(ga::gemm({.a = a.data(),
                      .b = b.data(),
                      .c = c.data(),
                      .m = m,
                      .n = n,
                      .k = k,
                      .lda = k,
                      .ldb = n,
                      .ldc = n},
                     nullptr));
    const auto checksum = [&] {
      must_ok(ga::checksum_product({.a = a.data(),
                                    .b = b.data(),
                                    .c = c.data(),
                                    .m = m,
                                    .n = n,
                                    .k = k,
                                    .lda = k,
                                    .ldb = n,
                                    .ldc = n,
                                    .data = kind,
                                    .seed = 99,
                                    .scratch = scratch.data(),
                                    .report = report.data()},
                                   nullptr));
      return must(ga::fetch(report.data()));
    };
    const ga::ChecksumReport right = checksum();
    EXPECT_EQ(right.wrong, 0u);
    EXPECT_GT(right.worst, 0.0);
    must_ok(ga::inject({.data = c.data(),
                        .type = ga::InjectType::bf16,
                        .rows = m,
                        .cols = n,
                        .ld = n,
                        .row = m - 1,
                        .col = n - 1,
                        .damage = Damage::nan},
                       nullptr));
    EXPECT_EQ(checksum().wrong, 1u);
    EXPECT_TRUE(std::isinf(checksum().worst));
  }
}

TEST(CheckGpu, LightLoadIsExactAndReportsAClock) {
  const auto out = to_device(std::vector<std::uint32_t>(ga::kLightCount, 0));
  const auto clock = must(ga::DeviceBuffer<ga::LightClock>::make(1));
  const std::uint64_t steps = 2000001;
  must_ok(ga::light({out.data(), clock.data(), steps}, nullptr));
  const auto host = to_host(out);
  for (std::size_t i = 0; i < host.size(); ++i) EXPECT_EQ(host[i], ga::light_expected(i, steps));
  const ga::LightClock seen = must(ga::fetch(clock.data()));
  EXPECT_GT(seen.cycles, steps);  // dependent steps take more than a cycle each
  EXPECT_GT(seen.nanoseconds, 0u);
}

}  // namespace
