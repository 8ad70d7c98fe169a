// The check kernels, executed on the CPU: they pass what is right and see what is wrong.
#include "kernels/testing/simt_ptx.h"
//
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "kernels/check/checksum.cuh"
#include "kernels/check/digest.cuh"
#include "kernels/check/hash.cuh"
#include "kernels/check/inject.cuh"
#include "kernels/check/mismatch.cuh"
#include "kernels/check/product.cuh"
#include "kernels/data/random_gemm.h"
#include "kernels/gemm/fill_kernels.cuh"

namespace {

using ga::Bf16;
using ga::Mismatch;
using ga::PatternKind;

constexpr int kThreads = 64;

template <class Source>
Mismatch mismatch(const Source& source, std::size_t count, unsigned blocks = 3) {
  Mismatch report{5, 5, 5, 5};  // left over from an earlier check
  ga::simt::run({1}, 1, {}, [&] { ga::mismatch_reset_kernel(&report); });
  ga::simt::run({blocks}, kThreads, {.order_seed = 3},
                [&] { ga::mismatch_kernel<kThreads>(source, count, &report); });
  ga::simt::run({1}, 1, {}, [&] { ga::mismatch_explain_kernel(source, &report); });
  return report;
}

std::vector<std::uint64_t> pattern_words(std::size_t count, std::uint64_t key, PatternKind kind) {
  std::vector<std::uint64_t> words(count);
  for (std::size_t i = 0; i < count; ++i) words[i] = ga::pattern(kind, key, i);
  return words;
}

TEST(PatternCheck, PassesIntactDataOfEverySize) {
  for (const std::size_t count : {1u, 63u, 64u, 65u, 257u, 1021u}) {
    const auto words = pattern_words(count, 9, PatternKind::floats);
    const Mismatch report =
        mismatch(ga::PatternSource{words.data(), 9, PatternKind::floats}, count);
    EXPECT_EQ(report.wrong, 0u);
    EXPECT_EQ(report.first, ga::kNoMismatch);
  }
}

TEST(PatternCheck, CountsAllAndNamesTheFirst) {
  auto words = pattern_words(1000, 9, PatternKind::words);
  const std::uint64_t right = words[417];
  words[417] ^= 1;
  words[998] = 0;
  words[999] = ~words[999];
  const Mismatch report =
      mismatch(ga::PatternSource{words.data(), 9, PatternKind::words}, words.size());
  EXPECT_EQ(report.wrong, 3u);
  EXPECT_EQ(report.first, 417u);
  EXPECT_EQ(report.expected, right);
  EXPECT_EQ(report.got, right ^ 1);
}

TEST(TriadCheck, RecomputesTheTriad) {
  const float s = 0.25f;
  std::vector<std::uint64_t> words(130);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::uint64_t b = ga::pattern_floats(1, i);
    const std::uint64_t c = ga::pattern_floats(2, i);
    std::uint64_t word = 0;
    for (const int shift : {0, 32}) {
      const float x = std::fma(s, ga::bits_float(static_cast<std::uint32_t>(c >> shift)),
                               ga::bits_float(static_cast<std::uint32_t>(b >> shift)));
      word |= std::uint64_t{ga::float_bits(x)} << shift;
    }
    words[i] = word;
  }
  const ga::TriadSource source{words.data(), 1, 2, s};
  EXPECT_EQ(mismatch(source, words.size()).wrong, 0u);
  words[129] ^= std::uint64_t{1} << 40;
  EXPECT_EQ(mismatch(source, words.size()).first, 129u);
}

TEST(EqualCheck, ComparesEveryByteOfARaggedBuffer) {
  alignas(8) unsigned char data[101];
  alignas(8) unsigned char reference[101];
  for (int i = 0; i < 101; ++i) data[i] = reference[i] = static_cast<unsigned char>(3 * i);
  const ga::EqualSource source{data, reference, 101};
  EXPECT_EQ(mismatch(source, 13).wrong, 0u);
  data[100] ^= 0x80;
  const Mismatch report = mismatch(source, 13);
  EXPECT_EQ(report.wrong, 1u);
  EXPECT_EQ(report.first, 12u);
  EXPECT_EQ(report.expected ^ report.got, std::uint64_t{0x80} << 32);
}

std::uint64_t hash(const std::vector<std::uint64_t>& words, std::size_t bytes, unsigned blocks) {
  std::uint64_t sum = ga::hash_start(bytes);
  ga::simt::run({blocks}, kThreads, {.order_seed = blocks},
                [&] { ga::hash_kernel<kThreads>(words.data(), bytes, &sum); });
  return sum;
}

TEST(Hash, DoesNotDependOnTheGridAndSeesEveryBitOfAWord) {
  auto words = pattern_words(700, 4, PatternKind::words);
  const std::uint64_t right = hash(words, 5600, 1);
  EXPECT_EQ(hash(words, 5600, 7), right);
  for (int bit = 0; bit < 64; bit += 7) {
    words[699] ^= std::uint64_t{1} << bit;
    EXPECT_NE(hash(words, 5600, 2), right);
    words[699] ^= std::uint64_t{1} << bit;
  }
  std::swap(words[0], words[1]);
  EXPECT_NE(hash(words, 5600, 2), right);
}

TEST(Hash, CountsARaggedEndAndTheSize) {
  std::vector<std::uint64_t> words = {1, 2, 0};
  EXPECT_NE(hash(words, 17, 1), hash(words, 24, 1));
  EXPECT_NE(hash(words, 16, 1), hash(words, 24, 1));
  const std::uint64_t before = hash(words, 17, 1);
  words[2] = 0xFF00;  // behind byte 17
  EXPECT_EQ(hash(words, 17, 1), before);
}

// ---- the exact product ----

struct Exact {
  ga::ExactGemm gemm;
  std::int64_t ldc;
  std::vector<float> c;

  explicit Exact(ga::ExactGemm of) : gemm(of), ldc(of.n + 3) {
    std::vector<std::int64_t> product(static_cast<std::size_t>(gemm.m * gemm.n));
    ga::exact_gemm_product(gemm, product.data());
    const float nan = std::numeric_limits<float>::quiet_NaN();
    c.assign(static_cast<std::size_t>(gemm.m * ldc), nan);  // poisoned padding
    for (std::int64_t i = 0; i < gemm.m; ++i) {
      for (std::int64_t j = 0; j < gemm.n; ++j) {
        at(i, j) = static_cast<float>(product[static_cast<std::size_t>(i * gemm.n + j)]);
      }
    }
  }
  float& at(std::int64_t i, std::int64_t j) { return c[static_cast<std::size_t>(i * ldc + j)]; }
};

ga::DigestReport digest(const Exact& exact, int blocks) {
  const auto m = static_cast<std::size_t>(exact.gemm.m);
  const auto n = static_cast<std::size_t>(exact.gemm.n);
  const auto size = static_cast<std::size_t>(blocks);
  std::vector<std::uint64_t> u(m), v(n), sum(size), count(size);
  const ga::DigestScratch scratch{u.data(), v.data(), sum.data(), count.data()};
  const std::uint64_t seed = exact.gemm.seed;
  ga::simt::run({2}, kThreads, {}, [&] {
    ga::digest_weights_kernel(u.data(), exact.gemm.m, seed, ga::kStreamDigestU);
  });
  ga::simt::run({2}, kThreads, {}, [&] {
    ga::digest_weights_kernel(v.data(), exact.gemm.n, seed, ga::kStreamDigestV);
  });
  const ga::DigestMatrix<float> matrix{exact.c.data(), exact.gemm.m, exact.gemm.n, exact.ldc};
  ga::simt::run({static_cast<unsigned>(blocks)}, kThreads, {.order_seed = 2},
                [&] { ga::digest_rows_kernel<kThreads>(matrix, scratch); });
  ga::DigestReport report;
  ga::simt::run({1}, kThreads, {.order_seed = 4},
                [&] { ga::digest_sum_kernel<kThreads>(scratch, blocks, &report); });
  return report;
}

TEST(DigestKernel, IsTheDigestOfTheDataAtRaggedShapes) {
  for (const ga::ExactGemm& gemm : {ga::ExactGemm{1, 1, 1, 1}, ga::ExactGemm{7, 129, 3, 2},
                                    ga::ExactGemm{65, 31, 40, 3}, ga::ExactGemm{3, 1, 200, 4}}) {
    const Exact exact(gemm);
    const ga::DigestReport report = digest(exact, 3);
    EXPECT_EQ(report.digest, ga::exact_gemm_digest(gemm));
    EXPECT_EQ(report.not_exact, 0u);
    EXPECT_EQ(digest(exact, 1).digest, report.digest);
  }
}

TEST(DigestKernel, SeesOneWrongElement) {
  Exact exact({20, 70, 8, 5});
  exact.at(19, 69) += 1;
  EXPECT_NE(digest(exact, 3).digest, ga::exact_gemm_digest(exact.gemm));
}

TEST(DigestKernel, CountsWhatIsNoSmallInteger) {
  Exact exact({4, 5, 6, 7});
  exact.at(0, 0) = std::numeric_limits<float>::quiet_NaN();
  exact.at(1, 1) = std::numeric_limits<float>::infinity();
  exact.at(2, 2) = -std::numeric_limits<float>::infinity();
  exact.at(3, 3) = 0.5f;
  exact.at(3, 4) = 16777216.0f;
  exact.at(0, 1) = 0x1p-140f;
  EXPECT_EQ(digest(exact, 2).not_exact, 6u);
}

TEST(DigestKernel, TakesMinusZeroForZero) {
  EXPECT_TRUE(ga::exact_integer(-0.0f));
  EXPECT_TRUE(ga::exact_integer(-16777215.0f));
  EXPECT_FALSE(ga::exact_integer(-16777216.0f));
}

TEST(DigestKernel, MultipliesModuloThePrime) {
  __extension__ typedef unsigned __int128 Wide;
  const std::uint64_t p = ga::kDigestPrime;
  for (const std::uint64_t x : {std::uint64_t{0}, std::uint64_t{1}, p - 1, p / 2, p - 12345}) {
    for (const std::uint64_t y : {std::uint64_t{0}, std::uint64_t{1}, p - 1, p / 3, p - 98765}) {
      EXPECT_EQ(ga::digest_mul(x, y), static_cast<std::uint64_t>(Wide{x} * y % p));
    }
  }
}

struct Operands {
  std::vector<Bf16> a, b;
  std::int64_t lda, ldb;
};

Operands exact_operands(const ga::ExactGemm& g) {
  Operands o{{}, {}, g.k + 1, g.n + 2};
  o.a.assign(static_cast<std::size_t>(g.m * o.lda), Bf16{0x7FC0});
  o.b.assign(static_cast<std::size_t>(g.k * o.ldb), Bf16{0x7FC0});
  const ga::FillTarget a{o.a.data(), g.m, g.k, o.lda, g.seed, ga::kStreamExactA};
  const ga::FillTarget b{o.b.data(), g.k, g.n, o.ldb, g.seed, ga::kStreamExactB};
  ga::simt::run({2}, kThreads, {}, [&] { ga::fill_exact_kernel(a); });
  ga::simt::run({2}, kThreads, {}, [&] { ga::fill_exact_kernel(b); });
  return o;
}

TEST(FillExact, IsTheHostsDataAndLeavesPaddingAlone) {
  const ga::ExactGemm g{5, 9, 11, 3};
  const Operands o = exact_operands(g);
  for (std::int64_t i = 0; i < g.m; ++i) {
    for (std::int64_t l = 0; l < g.k; ++l) {
      EXPECT_EQ(ga::to_float(o.a[static_cast<std::size_t>(i * o.lda + l)]),
                static_cast<float>(ga::exact_element(3, static_cast<std::uint64_t>(i * g.k + l),
                                                     ga::kStreamExactA)));
    }
    EXPECT_EQ(o.a[static_cast<std::size_t>(i * o.lda + g.k)].bits, 0x7FC0);
  }
}

TEST(FillRandom, IsTheHostsData) {
  for (const auto kind : {ga::RandomKind::uniform, ga::RandomKind::wide}) {
    std::vector<Bf16> data(7 * 13);
    const ga::FillTarget target{data.data(), 7, 13, 13, 8, ga::kStreamRandomA};
    ga::simt::run({1}, kThreads, {}, [&] { ga::fill_random_kernel(target, kind); });
    for (std::size_t i = 0; i < data.size(); ++i) {
      EXPECT_EQ(data[i], ga::random_element(8, i, ga::kStreamRandomA, kind));
    }
  }
}

ga::ProductMismatch compare(const Exact& exact, const Operands& o, ga::TileMap tiles) {
  const ga::ExactGemm& g = exact.gemm;
  const ga::ProductOperands p{o.a.data(), o.b.data(), exact.c.data(), g.m,       g.n,
                              g.k,        o.lda,      o.ldb,          exact.ldc, g.seed};
  ga::ProductMismatch report;
  report.wrong = 99;
  ga::simt::run({1}, 1, {}, [&] { ga::product_reset_kernel(&report); });
  ga::simt::run({2}, kThreads, {}, [&] {
    ga::product_inputs_kernel<kThreads>(o.a.data(), ga::ElementType::bf16, g.m, g.k, o.lda, g.seed,
                                        ga::kStreamExactA, &report);
  });
  ga::simt::run({2}, kThreads, {}, [&] {
    ga::product_inputs_kernel<kThreads>(o.b.data(), ga::ElementType::bf16, g.k, g.n, o.ldb, g.seed,
                                        ga::kStreamExactB, &report);
  });
  const auto patches = static_cast<unsigned>(((g.m + 15) / 16) * ((g.n + 15) / 16));
  ga::simt::run({patches}, 256, {.order_seed = 6}, [&] { ga::product_compare_kernel(p, &report); });
  ga::simt::run({1}, 1, {}, [&] { ga::product_explain_kernel(p, tiles, &report); });
  return report;
}

TEST(ProductCheck, PassesTheExactProduct) {
  const Exact exact({18, 35, 21, 12});
  const ga::ProductMismatch report = compare(exact, exact_operands(exact.gemm), {});
  EXPECT_EQ(report.wrong, 0u);
  EXPECT_EQ(report.wrong_inputs, 0u);
  EXPECT_EQ(report.row, -1);
}

TEST(ProductCheck, NamesElementTileAndSm) {
  Exact exact({18, 35, 21, 12});
  const float right = exact.at(17, 20);
  exact.at(17, 20) = right + 2;
  exact.at(17, 34) = std::numeric_limits<float>::quiet_NaN();
  const std::uint32_t smid[6] = {10, 11, 12, 13, 14, 15};  // tiles of 16 x 16: 2 x 3
  const auto report = compare(exact, exact_operands(exact.gemm), {16, 16, smid});
  EXPECT_EQ(report.wrong, 2u);
  EXPECT_EQ(report.row, 17);
  EXPECT_EQ(report.col, 20);
  EXPECT_EQ(report.tile, 4);
  EXPECT_EQ(report.smid, 14);
  EXPECT_EQ(report.expected, ga::float_bits(right));
  EXPECT_EQ(report.got, ga::float_bits(right + 2));
  EXPECT_EQ(report.flipped, report.expected ^ report.got);
}

TEST(ProductCheck, TellsWrongInputsFromAWrongProduct) {
  const Exact exact({18, 35, 21, 12});
  Operands o = exact_operands(exact.gemm);
  o.a[0] = Bf16{0x7FC0};
  EXPECT_EQ(compare(exact, o, {}).wrong_inputs, 1u);
}

TEST(Inject, DamagesExactlyThePlaceNamed) {
  std::vector<std::uint16_t> data(10 * 12, 0x1111);
  const ga::InjectPlace<std::uint16_t> place{data.data(), 10, 11, 12, 4, 5};
  ga::simt::run({1}, 1, {}, [&] { ga::inject_flip_kernel(place, 15); });
  EXPECT_EQ(data[4 * 12 + 5], 0x9111);
  ga::simt::run({1}, 1, {}, [&] { ga::inject_set_kernel(place, std::uint16_t{0x7FC0}); });
  EXPECT_EQ(data[4 * 12 + 5], 0x7FC0);
  ga::simt::run({1}, 64, {}, [&] { ga::inject_zero_kernel(place, 1); });
  int zeros = 0;
  for (const std::uint16_t element : data) zeros += element == 0 ? 1 : 0;
  EXPECT_EQ(zeros, 6 * 6);               // cut at both edges
  EXPECT_EQ(data[4 * 12 + 11], 0x1111);  // padding
}

TEST(Inject, ZeroesASquareOfTiles) {
  std::vector<std::uint32_t> data(20 * 40, 7);
  const ga::InjectPlace<std::uint32_t> place{data.data(), 20, 40, 40, 2, 3};
  ga::simt::run({4}, 64, {}, [&] { ga::inject_zero_kernel(place, 2); });
  for (std::size_t i = 0; i < data.size(); ++i) {
    const std::size_t row = i / 40, col = i % 40;
    const bool inside = row >= 2 && row < 18 && col >= 3 && col < 19;
    EXPECT_EQ(data[i], inside ? 0u : 7u) << row << " " << col;
  }
}

// Tiles of 4 x 5 in 10 x 11: SM 6 computed (0, 1), (1, 0) and the ragged last.
TEST(Inject, DamagesTheTilesOfOneSm) {
  std::vector<std::uint16_t> data(10 * 12, 0);
  const ga::InjectPlace<std::uint16_t> place{data.data(), 10, 11, 12, 0, 0};
  const std::uint32_t smid[9] = {5, 6, 5, 6, 5, 7, 8, 9, 6};
  ga::simt::run({1}, 64, {}, [&] { ga::inject_sm_kernel(place, 3, {4, 5, smid}, 6u); });
  std::size_t damaged = 0;
  for (const std::uint16_t element : data) damaged += element == 8 ? 1 : 0;
  EXPECT_EQ(damaged, 3u);
  EXPECT_EQ(data[0 * 12 + 5], 8);
  EXPECT_EQ(data[4 * 12 + 0], 8);
  EXPECT_EQ(data[8 * 12 + 10], 8);
}

// ---- the checksum of a random product ----

struct Random {
  std::int64_t m, n, k;
  std::vector<Bf16> a, b;
  std::vector<float> c;

  Random(std::int64_t rows, std::int64_t cols, std::int64_t depth) : m(rows), n(cols), k(depth) {
    const auto element = [](std::size_t i, std::uint32_t stream) {
      return ga::random_element(2, i, stream, ga::RandomKind::uniform);
    };
    a.resize(static_cast<std::size_t>(m * k));
    b.resize(static_cast<std::size_t>(k * n));
    c.resize(static_cast<std::size_t>(m * n));
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = element(i, ga::kStreamRandomA);
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = element(i, ga::kStreamRandomB);
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        float sum = 0;
        for (std::int64_t l = 0; l < k; ++l) {
          sum += ga::to_float(a[static_cast<std::size_t>(i * k + l)]) *
                 ga::to_float(b[static_cast<std::size_t>(l * n + j)]);
        }
        c[static_cast<std::size_t>(i * n + j)] = sum;
      }
    }
  }
};

template <class Element>
ga::ChecksumReport checksum(const Random& r, const std::vector<Element>& c) {
  const auto out = sizeof(Element) == 2 ? ga::ElementType::bf16 : ga::ElementType::fp32;
  const std::int64_t groups = (r.n + ga::kChecksumGroup - 1) / ga::kChecksumGroup;
  std::vector<double> bx(static_cast<std::size_t>(r.k * groups));
  const ga::ChecksumOperands p{r.a.data(),
                               r.b.data(),
                               c.data(),
                               bx.data(),
                               r.m,
                               r.n,
                               r.k,
                               groups,
                               r.k,
                               r.n,
                               r.n,
                               17,
                               ga::checksum_model(ga::ElementType::bf16, out, r.k, 1.0 / 3.0),
                               ga::ElementType::bf16,
                               out};
  ga::ChecksumReport report;
  ga::simt::run({2}, kThreads, {}, [&] { ga::checksum_bx_kernel<kThreads>(p); });
  const auto tiles = static_cast<unsigned>((r.m + 63) / 64 * ((groups + 63) / 64));
  ga::simt::run({tiles}, ga::kChecksumThreads, {.order_seed = 8},
                [&] { ga::checksum_kernel(p, &report); });
  return report;
}

std::vector<Bf16> rounded(const std::vector<float>& c) {
  std::vector<Bf16> out(c.size());
  for (std::size_t i = 0; i < c.size(); ++i) out[i] = ga::to_bf16(c[i]);
  return out;
}

TEST(Checksum, PassesACorrectProductWithRoomToSpare) {
  const Random r(70, 75, 90);
  const ga::ChecksumReport bf16 = checksum(r, rounded(r.c));
  EXPECT_EQ(bf16.wrong, 0u);
  EXPECT_GT(bf16.worst, 0.0);
  EXPECT_LT(bf16.worst, 0.5);
  EXPECT_EQ(checksum(r, r.c).wrong, 0u);
}

TEST(Checksum, SeesNanInfinityZeroTileAndSign) {
  const Random r(70, 75, 90);
  const std::vector<Bf16> right = rounded(r.c);
  const std::size_t at = 69 * 75 + 74;  // the ragged last group
  for (const Bf16 bad : {Bf16{0x7FC0}, Bf16{0x7F80}, Bf16{0xFF80}, ga::to_bf16(3e38f)}) {
    std::vector<Bf16> c = right;
    c[at] = bad;
    const ga::ChecksumReport report = checksum(r, c);
    EXPECT_EQ(report.wrong, 1u);
    EXPECT_EQ(report.first, 69u * 3 + 2);
    EXPECT_GT(report.worst, 1.0);
  }
  std::vector<Bf16> tile = right;
  for (std::size_t i = 0; i < 8; ++i) {
    for (std::size_t j = 0; j < 8; ++j) tile[i * 75 + j] = Bf16{0};
  }
  EXPECT_GE(checksum(r, tile).wrong, 6u);
  std::vector<Bf16> all(right.size(), Bf16{0});
  EXPECT_GE(checksum(r, all).wrong, 200u);
}

TEST(Checksum, AnFp32ProductHasATighterBound) {
  Random r(10, 40, 64);
  r.c[5] += 0.01f;
  EXPECT_EQ(checksum(r, r.c).wrong, 1u);
}

}  // namespace
