// The fills and checks on half precision: what differs from bf16 is the element and its rounding.
#include "kernels/testing/simt_ptx.h"
//
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernels/check/checksum.cuh"
#include "kernels/check/product.cuh"
#include "kernels/gemm/fill_kernels.cuh"

namespace {

using ga::ElementType;
using ga::Fp16;

constexpr int kThreads = 64;

std::vector<Fp16> filled(std::int64_t rows, std::int64_t cols, std::uint32_t stream, bool exact) {
  std::vector<Fp16> data(static_cast<std::size_t>(rows * cols));
  const ga::FillTarget target{data.data(), rows, cols, cols, 8, stream, ElementType::fp16};
  ga::simt::run({2}, kThreads, {}, [&] {
    if (exact) {
      ga::fill_exact_kernel(target);
    } else {
      ga::fill_random_kernel(target, ga::RandomKind::uniform);
    }
  });
  return data;
}

TEST(Fp16Fill, IsTheHostsDataRoundedToHalf) {
  const auto data = filled(7, 13, ga::kStreamRandomA, false);
  for (std::size_t i = 0; i < data.size(); ++i) {
    const std::uint32_t word = ga::philox_word(8, i, ga::kStreamRandomA);
    EXPECT_EQ(data[i], ga::to_fp16(ga::random_value(word, ga::RandomKind::uniform)));
  }
  const auto small = filled(7, 13, ga::kStreamExactA, true);
  for (std::size_t i = 0; i < small.size(); ++i) {
    EXPECT_EQ(ga::to_float(small[i]),
              static_cast<float>(ga::exact_element(8, i, ga::kStreamExactA)));
  }
}

std::uint64_t wrong_inputs(const std::vector<Fp16>& data, ElementType type) {
  ga::ProductMismatch report;
  ga::simt::run({2}, kThreads, {}, [&] {
    ga::product_inputs_kernel<kThreads>(data.data(), type, 7, 13, 13, 8, ga::kStreamExactA,
                                        &report);
  });
  return report.wrong_inputs;
}

TEST(Fp16Product, ReadsItsInputsAsHalves) {
  auto data = filled(7, 13, ga::kStreamExactA, true);
  EXPECT_EQ(wrong_inputs(data, ElementType::fp16), 0u);
  EXPECT_GT(wrong_inputs(data, ElementType::bf16), 40u);  // other numbers, but for the zeros
  data[5] = ga::to_fp16(9.0f);
  EXPECT_EQ(wrong_inputs(data, ElementType::fp16), 1u);
}

constexpr std::int64_t kM = 33, kN = 40, kK = 64, kGroups = 2;

ga::ChecksumReport checksum(const std::vector<Fp16>& a, const std::vector<Fp16>& b,
                            const std::vector<Fp16>& c) {
  std::vector<double> bx(kK * kGroups);
  const ga::ChecksumOperands p{
      a.data(),
      b.data(),
      c.data(),
      bx.data(),
      kM,
      kN,
      kK,
      kGroups,
      kK,
      kN,
      kN,
      17,
      ga::checksum_model(ElementType::fp16, ElementType::fp16, kK, 1.0 / 3),
      ElementType::fp16,
      ElementType::fp16};
  ga::ChecksumReport report;
  ga::simt::run({2}, kThreads, {}, [&] { ga::checksum_bx_kernel<kThreads>(p); });
  ga::simt::run({1}, ga::kChecksumThreads, {}, [&] { ga::checksum_kernel(p, &report); });
  return report;
}

TEST(Fp16Checksum, PassesACorrectProductAndSeesAWrongElement) {
  const auto a = filled(kM, kK, ga::kStreamRandomA, false);
  const auto b = filled(kK, kN, ga::kStreamRandomB, false);
  std::vector<Fp16> c(kM * kN);
  for (std::int64_t i = 0; i < kM; ++i) {
    for (std::int64_t j = 0; j < kN; ++j) {
      float sum = 0;
      for (std::int64_t l = 0; l < kK; ++l) {
        sum += ga::to_float(a[static_cast<std::size_t>(i * kK + l)]) *
               ga::to_float(b[static_cast<std::size_t>(l * kN + j)]);
      }
      c[static_cast<std::size_t>(i * kN + j)] = ga::to_fp16(sum);
    }
  }
  const ga::ChecksumReport right = checksum(a, b, c);
  EXPECT_EQ(right.wrong, 0u);
  EXPECT_GT(right.worst, 0.0);
  EXPECT_LT(right.worst, 0.5);
  c[4] = ga::to_fp16(ga::to_float(c[4]) + 0.25f);  // a bound for bf16 would let it pass
  EXPECT_EQ(checksum(a, b, c).wrong, 1u);
  c[4] = Fp16{0x7C00};
  EXPECT_EQ(checksum(a, b, c).wrong, 1u);
}

}  // namespace
