// The fills and checks on every type, executed on the CPU.
#include "kernels/testing/simt_ptx.h"
//
#include <gtest/gtest.h>

#include <vector>

#include "kernels/check/checksum.cuh"
#include "kernels/check/digest.cuh"
#include "kernels/check/product.cuh"
#include "kernels/gemm/fill_kernels.cuh"

namespace {

using ga::ElementType;
using ga::ExactGemm;
using ga::GemmType;

constexpr int kThreads = 64;
constexpr std::int64_t kM = 21, kN = 37, kK = 50, kSeed = 12;

// A matrix of any type; the longest element is 8 bytes.
struct Matrix {
  ElementType type;
  std::int64_t rows, cols;
  std::vector<double> memory;

  Matrix(ElementType of, std::int64_t r, std::int64_t c)
      : type(of), rows(r), cols(c), memory(static_cast<std::size_t>(r * c)) {}
  double at(std::int64_t i, std::int64_t j) const {
    return ga::element(memory.data(), i * cols + j, type);
  }
  void set(std::int64_t i, std::int64_t j, double x) {
    ga::set_element(memory.data(), i * cols + j, type, x);
  }
};

struct Operands {
  const GemmType& type;
  Matrix a, b, c;

  explicit Operands(const GemmType& of, ElementType out, bool exact)
      : type(of),
        a(of.in, kM, kK),
        b(of.in, ga::b_along_k(of.in) ? kN : kK, ga::b_along_k(of.in) ? kK : kN),
        c(out, kM, kN) {
    fill(a, exact ? ga::kStreamExactA : ga::kStreamRandomA, exact);
    fill(b, exact ? ga::kStreamExactB : ga::kStreamRandomB, exact);
    for (std::int64_t i = 0; i < kM; ++i) {
      for (std::int64_t j = 0; j < kN; ++j) {
        double sum = 0;
        for (std::int64_t l = 0; l < kK; ++l) sum += a.at(i, l) * b_at(l, j);
        c.set(i, j, sum);
      }
    }
  }
  static void fill(Matrix& to, std::uint32_t stream, bool exact) {
    const ga::FillTarget target{to.memory.data(), to.rows, to.cols, to.cols, kSeed,
                                stream,           to.type};
    ga::simt::run({2}, kThreads, {}, [&] {
      if (exact) {
        ga::fill_exact_kernel(target);
      } else {
        ga::fill_random_kernel(target, ga::RandomKind::uniform);
      }
    });
  }
  double b_at(std::int64_t l, std::int64_t j) const {
    return ga::b_along_k(type.in) ? b.at(j, l) : b.at(l, j);
  }
};

class EveryType : public ::testing::TestWithParam<GemmType> {};

std::string name_of(const ::testing::TestParamInfo<GemmType>& info) {
  return std::string(info.param.name);
}

TEST_P(EveryType, IsFilledWithTheHostsData) {
  const Operands o(GetParam(), GetParam().sum, true);
  for (std::int64_t i = 0; i < kM * kK; ++i) {
    const auto index = static_cast<std::uint64_t>(i);
    ASSERT_EQ(o.a.at(0, i), ga::exact_element(kSeed, index, ga::kStreamExactA, o.type.in));
  }
  const Operands random(GetParam(), GetParam().out, false);
  for (std::int64_t i = 0; i < kM * kK; ++i) {
    const std::uint32_t word =
        ga::philox_word(kSeed, static_cast<std::uint64_t>(i), ga::kStreamRandomA);
    Matrix one(o.type.in, 1, 1);
    one.set(0, 0, ga::random_number(word, ga::RandomKind::uniform, o.type.in));
    ASSERT_EQ(random.a.at(0, i), one.at(0, 0));
  }
}

ga::ProductMismatch compare(const Operands& o) {
  const ga::ProductOperands p{
      o.a.memory.data(), o.b.memory.data(), o.c.memory.data(), kM, kN, kK, kK, o.b.cols, kN, kSeed,
      o.type.in};
  ga::ProductMismatch report;
  const auto inputs = [&](const Matrix& x, std::uint32_t stream) {
    ga::simt::run({2}, kThreads, {}, [&] {
      ga::product_inputs_kernel<kThreads>(x.memory.data(), x.type, x.rows, x.cols, x.cols, kSeed,
                                          stream, &report);
    });
  };
  inputs(o.a, ga::kStreamExactA);
  inputs(o.b, ga::kStreamExactB);
  ga::simt::run({2 * 3}, 256, {}, [&] { ga::product_compare_kernel(p, &report); });
  ga::simt::run({1}, 1, {}, [&] { ga::product_explain_kernel(p, {}, &report); });
  return report;
}

TEST_P(EveryType, ExactProductPassesAndEachWrongElementIsFound) {
  Operands o(GetParam(), GetParam().sum, true);
  const ga::ProductMismatch right = compare(o);
  EXPECT_EQ(right.wrong, 0u);
  EXPECT_EQ(right.wrong_inputs, 0u);
  const double was = o.c.at(20, 3);
  o.c.set(20, 3, was + 1);
  const ga::ProductMismatch found = compare(o);
  EXPECT_EQ(found.wrong, 1u);
  EXPECT_EQ(found.row, 20);
  EXPECT_EQ(found.col, 3);
  EXPECT_EQ(found.flipped, found.expected ^ found.got);
  Matrix words(o.c.type, 1, 1);
  words.set(0, 0, was);
  EXPECT_EQ(found.expected, ga::product_bits(words.memory.data(), 0, o.c.type));
  words.set(0, 0, was + 1);
  EXPECT_EQ(found.got, ga::product_bits(words.memory.data(), 0, o.c.type));
}

TEST_P(EveryType, WrongInputsAreToldFromAWrongProduct) {
  Operands o(GetParam(), GetParam().sum, true);
  o.b.set(2, 5, o.b.at(2, 5) > 0 ? -1 : 1);
  EXPECT_EQ(compare(o).wrong_inputs, 1u);
}

template <class C>
ga::DigestReport digest(const Operands& o) {
  std::vector<std::uint64_t> u(kM), v(kN), sum(3), count(3);
  const ga::DigestScratch scratch{u.data(), v.data(), sum.data(), count.data()};
  const auto weights = [&](std::vector<std::uint64_t>& to, std::uint32_t stream) {
    ga::simt::run({1}, kThreads, {}, [&] {
      ga::digest_weights_kernel(to.data(), static_cast<std::int64_t>(to.size()), kSeed, stream);
    });
  };
  weights(u, ga::kStreamDigestU);
  weights(v, ga::kStreamDigestV);
  const ga::DigestMatrix<C> matrix{reinterpret_cast<const C*>(o.c.memory.data()), kM, kN, kN};
  ga::simt::run({3}, kThreads, {}, [&] { ga::digest_rows_kernel<kThreads>(matrix, scratch); });
  ga::DigestReport report;
  ga::simt::run({1}, kThreads, {}, [&] { ga::digest_sum_kernel<kThreads>(scratch, 3, &report); });
  return report;
}

ga::DigestReport digest_of(const Operands& o) {
  if (o.c.type == ElementType::fp64) return digest<double>(o);
  return o.c.type == ElementType::int32 ? digest<std::int32_t>(o) : digest<float>(o);
}

TEST_P(EveryType, DigestIsThatOfTheDataAndSeesOneWrongElement) {
  Operands o(GetParam(), GetParam().sum, true);
  const std::uint64_t right = ga::exact_gemm_digest({kM, kN, kK, kSeed, o.type.in});
  EXPECT_EQ(digest_of(o).digest, right);
  EXPECT_EQ(digest_of(o).not_exact, 0u);
  o.c.set(20, 36, o.c.at(20, 36) - 1);
  EXPECT_NE(digest_of(o).digest, right);
}

TEST(ExactInteger, OfADouble) {
  EXPECT_TRUE(ga::exact_integer(-0.0));
  EXPECT_TRUE(ga::exact_integer(9007199254740991.0));
  EXPECT_FALSE(ga::exact_integer(9007199254740992.0));
  EXPECT_FALSE(ga::exact_integer(0.5));
  EXPECT_FALSE(ga::exact_integer(0.0 / 0.0));
}

ga::ChecksumReport checksum(const Operands& o) {
  constexpr std::int64_t kGroups = 2;
  std::vector<double> bx(kK * kGroups);
  const double square = ga::random_mean_square(ga::RandomKind::uniform, o.type.in);
  const ga::ChecksumOperands p{o.a.memory.data(),
                               o.b.memory.data(),
                               o.c.memory.data(),
                               bx.data(),
                               kM,
                               kN,
                               kK,
                               kGroups,
                               kK,
                               o.b.cols,
                               kN,
                               17,
                               ga::checksum_model(o.type.in, o.c.type, kK, square),
                               o.type.in,
                               o.c.type};
  ga::ChecksumReport report;
  ga::simt::run({2}, kThreads, {}, [&] { ga::checksum_bx_kernel<kThreads>(p); });
  ga::simt::run({1}, ga::kChecksumThreads, {}, [&] { ga::checksum_kernel(p, &report); });
  return report;
}

TEST_P(EveryType, ChecksumPassesACorrectProductAndSeesAWrongElement) {
  Operands o(GetParam(), GetParam().out, false);
  const ga::ChecksumReport right = checksum(o);
  EXPECT_EQ(right.wrong, 0u);
  EXPECT_LT(right.worst, 0.5);
  const bool exact = o.type.in == ElementType::int8;
  EXPECT_EQ(right.worst == 0, exact);
  o.c.set(20, 36, exact ? o.c.at(20, 36) + 1 : o.c.at(20, 36) + 4);
  EXPECT_EQ(checksum(o).wrong, 1u);
  EXPECT_GT(checksum(o).worst, 1.0);
}

INSTANTIATE_TEST_SUITE_P(Types, EveryType, ::testing::ValuesIn(ga::kGemmTypes), name_of);

}  // namespace
