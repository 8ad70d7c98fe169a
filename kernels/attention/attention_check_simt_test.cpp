// The plain checks of an attention and of its gradients, executed on the CPU: they pass what is
// right at every shape and scale, and see what is wrong.
#include "kernels/testing/simt_ptx.h"
//
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "kernels/testing/attention_bwd_run.h"
#include "kernels/testing/attention_run.h"

namespace {

using ga::Mismatch;
using ga::testing::portable::check_attention_data;

constexpr ga::AttentionShape kSmall{
    1, 2, 1, 70, 90, 64, ga::AttentionMask::causal, ga::ElementType::bf16};

// The answer in double, rounded once.
ga::testing::portable::AttentionData answered(const ga::AttentionShape& s, float scale) {
  ga::testing::portable::AttentionData data = ga::testing::portable::random_attention(s, 6);
  std::vector<double> o(ga::testing::portable::words(s.q_elements()));
  std::vector<double> lse(ga::testing::portable::words(s.lse_elements()));
  ga::attention_ref(data.args(scale), o.data(), lse.data());
  for (std::size_t i = 0; i < o.size(); ++i) {
    ga::set_element(data.o.data(), static_cast<std::int64_t>(i), s.type, o[i]);
  }
  for (std::size_t i = 0; i < lse.size(); ++i) data.lse[i] = static_cast<float>(lse[i]);
  return data;
}

TEST(AttentionCheck, PassesTheRoundedAnswerAtEveryScale) {
  for (const float scale : {1e-30f, 0.125f, 30.0f}) {
    auto data = answered(kSmall, scale);
    const Mismatch report = check_attention_data(data, scale);
    EXPECT_EQ(report.wrong, 0u) << scale;
    EXPECT_EQ(report.first, ga::kNoMismatch) << scale;
  }
}

TEST(AttentionCheck, PassesTheKernel) {
  using enum ga::AttentionMask;
  using enum ga::ElementType;
  float scale = 20;  // and a tenth
  for (const ga::AttentionShape& s : {kSmall, ga::AttentionShape{2, 2, 2, 1, 65, 128, full, fp16},
                                      ga::AttentionShape{1, 1, 1, 90, 70, 64, causal, fp16},
                                      ga::AttentionShape{1, 3, 1, 30, 70, 128, full, bf16}}) {
    auto data = ga::testing::portable::random_attention(s, 11);
    ga::testing::portable::run_attention(data, {.scale = scale});
    EXPECT_EQ(check_attention_data(data, scale).wrong, 0u) << s.seq_q << " " << scale;
    scale = 2 / scale;
  }
}

TEST(AttentionCheck, CountsWrongElementsAndNamesTheFirst) {
  auto data = answered(kSmall, 0.125f);
  const std::int64_t at = (31 * 2 + 1) * 64 + 17;  // row 31 of head 1
  const std::uint16_t right = data.o.data()[at];
  data.o.data()[at] ^= 0x8000;
  data.o.data()[at + 640] = 0x7FC0;
  const Mismatch report = check_attention_data(data, 0.125f);
  EXPECT_EQ(report.wrong, 2u);
  EXPECT_EQ(report.first, static_cast<std::uint64_t>(at));
  EXPECT_NEAR(to_float(ga::Bf16{static_cast<std::uint16_t>(report.expected)}),
              to_float(ga::Bf16{right}), 0x1p-8 * std::fabs(to_float(ga::Bf16{right})));
  EXPECT_EQ(report.got, right ^ 0x8000u);
}

TEST(AttentionCheck, SeesASwappedRowAndAWrongHead) {
  const auto swapped = [](std::int64_t one, std::int64_t other) {
    auto data = answered(kSmall, 0.125f);
    std::swap_ranges(data.o.data() + one * 64, data.o.data() + (one + 1) * 64,
                     data.o.data() + other * 64);
    return check_attention_data(data, 0.125f).wrong;
  };
  EXPECT_GT(swapped(2 * 40, 2 * 41), 64u);      // rows of one head
  EXPECT_GT(swapped(2 * 40, 2 * 40 + 1), 64u);  // heads of one row
}

TEST(AttentionCheck, SeesAWrongLogSumExp) {
  auto data = answered(kSmall, 0.125f);
  data.lse[70 + 9] += 1e-3f;  // head 1, row 9
  data.lse[3] = std::nanf("");
  const Mismatch report = check_attention_data(data, 0.125f);
  EXPECT_EQ(report.wrong, 2u);
  EXPECT_EQ(report.first, 3u * 2 * 64);
}

// A NaN of the plain one is asked for; and what it does not have is wrong.
TEST(AttentionCheck, AsksForEveryNanAndNoOther) {
  auto data = answered(kSmall, 0.125f);
  ga::set_element(data.k.data(), 60 * 64, kSmall.type, std::nanf(""));  // rows from 40 on
  EXPECT_EQ(check_attention_data(data, 0.125f).wrong, 30u * 2 * (64 + 1));
  for (std::int64_t row = 40; row < 70; ++row) {
    std::fill_n(data.o.data() + row * 128, 128, 0x7FC0);
    data.lse[static_cast<std::size_t>(row)] = std::nanf("");
    data.lse[static_cast<std::size_t>(70 + row)] = std::nanf("");
  }
  EXPECT_EQ(check_attention_data(data, 0.125f).wrong, 0u);
}

TEST(AttentionCheck, AKeyOfMinusInfinityLoosensNoBound) {
  auto data = ga::testing::portable::random_attention(kSmall, 6);
  for (std::int64_t d = 0; d < 64; ++d) {  // no row has a score of it that is not an infinity
    ga::set_element(data.k.data(), d, kSmall.type, d == 0 ? -HUGE_VAL : 0);
  }
  for (std::int64_t i = 0; i < 140; ++i) ga::set_element(data.q.data(), i * 64, kSmall.type, 1);
  ga::testing::portable::run_attention(data, {.scale = 0.125f});
  EXPECT_EQ(check_attention_data(data, 0.125f).wrong, 0u);
  data.o.data()[128 * 60 + 5] ^= 0x8000;
  EXPECT_EQ(check_attention_data(data, 0.125f).wrong, 1u);
}

using ga::Gradient;
using ga::testing::portable::BackwardData;
using ga::testing::portable::check_gradient_data;
using ga::testing::portable::random_backward;
using ga::testing::portable::run_backward;

constexpr Gradient kGradients[] = {Gradient::q, Gradient::k, Gradient::v};
constexpr ga::AttentionShape kPairs{
    1, 2, 1, 40, 70, 64, ga::AttentionMask::causal, ga::ElementType::bf16};

// Elements outside the bound, of all three.
std::uint64_t wrong_gradients(BackwardData& data) {
  std::uint64_t wrong = 0;
  for (const Gradient gradient : kGradients) wrong += check_gradient_data(data, gradient).wrong;
  return wrong;
}

// The answer in double, rounded once.
BackwardData differentiated(const ga::AttentionShape& s) {
  BackwardData data = random_backward(s, 6);
  std::vector<double> q(ga::testing::portable::words(s.q_elements()));
  std::vector<double> k(ga::testing::portable::words(s.kv_elements())), v(k.size());
  ga::attention_bwd_ref(data.args(), q.data(), k.data(), v.data());
  const auto round = [&](const std::vector<double>& from, ga::testing::portable::Guarded& to) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      ga::set_element(to.data(), static_cast<std::int64_t>(i), s.type, from[i]);
    }
  };
  round(q, data.d_q);
  round(k, data.d_k);
  round(v, data.d_v);
  return data;
}

TEST(GradientCheck, PassesTheKernels) {
  using enum ga::AttentionMask;
  using enum ga::ElementType;
  for (const ga::AttentionShape& s : {kPairs, ga::AttentionShape{2, 2, 2, 1, 65, 128, full, fp16},
                                      ga::AttentionShape{1, 1, 1, 90, 70, 64, causal, fp16},
                                      ga::AttentionShape{1, 3, 1, 30, 70, 128, full, bf16}}) {
    BackwardData data = random_backward(s, 11);
    run_backward(data);
    EXPECT_EQ(wrong_gradients(data), 0u) << s.seq_q << " " << s.seq_kv;
  }
}

TEST(GradientCheck, CountsWrongElementsAndNamesTheFirst) {
  BackwardData data = differentiated(kPairs);
  EXPECT_EQ(wrong_gradients(data), 0u);
  const std::int64_t at = 66 * 64 + 17;  // key 66: a tile's last few
  for (auto* const of : {&data.d_q, &data.d_k, &data.d_v}) {
    of->data()[at] ^= 0x4000;  // the top of the exponent
    of->data()[at + 64] = 0x7FC0;
  }
  for (const Gradient gradient : kGradients) {
    const Mismatch report = check_gradient_data(data, gradient);
    EXPECT_EQ(report.wrong, 2u);
    EXPECT_EQ(report.first, static_cast<std::uint64_t>(at));
    const float right = to_float(ga::Bf16{static_cast<std::uint16_t>(report.expected)});
    EXPECT_NEAR(to_float(ga::Bf16{static_cast<std::uint16_t>(report.got ^ 0x4000u)}), right,
                0x1p-7 * std::fabs(right) + 1e-5);
  }
}

// Rows that see no key, and what a kernel left of them.
TEST(GradientCheck, AsksForZeroWhereNoKeyIsSeen) {
  const ga::AttentionShape s{1, 1, 1, 90, 70, 64, ga::AttentionMask::causal, ga::ElementType::bf16};
  BackwardData data = differentiated(s);
  EXPECT_EQ(wrong_gradients(data), 0u);
  data.d_q.data()[19 * 64] = 1;  // the least number
  EXPECT_EQ(check_gradient_data(data, Gradient::q).wrong, 1u);
}

// What the kernels hand on is spoilt before the products.
TEST(GradientCheck, SeesPlantedMistakes) {
  const auto seen = [](const char* what, const std::function<void(BackwardData&)>& spoil) {
    BackwardData data = random_backward(kPairs, 12);
    const BackwardData right = data;
    run_backward(data, {}, [&] { spoil(data); });
    BackwardData judged = right;
    std::swap(judged.d_q, data.d_q);
    std::swap(judged.d_k, data.d_k);
    std::swap(judged.d_v, data.d_v);
    EXPECT_GT(wrong_gradients(judged), 0u) << what;
  };
  seen("no deltas", [](BackwardData& d) {
    for (ga::QueryValues& of : d.workspace) of.delta = 0;
  });
  seen("the exponent of one row", [](BackwardData& d) { d.workspace[128 + 39].exponent += 1; });
  seen("two keys exchanged", [](BackwardData& d) {
    std::swap_ranges(d.k.data() + 25 * 64, d.k.data() + 26 * 64, d.k.data() + 26 * 64);
  });
  seen("the heads of a row of dO exchanged", [](BackwardData& d) {
    std::swap_ranges(d.d_o.data() + 78 * 64, d.d_o.data() + 79 * 64, d.d_o.data() + 79 * 64);
  });
  seen("a sign of V", [](BackwardData& d) {
    for (std::int64_t i = 25 * 64; i < 26 * 64; ++i) d.v.data()[i] ^= 0x8000u;
  });
}

TEST(GradientCheck, AsksForEveryNanAndNoOther) {
  BackwardData data = differentiated(kPairs);
  ga::set_element(data.d_o.data(), 39 * 128, kPairs.type, std::nanf(""));  // head 0, the last row
  EXPECT_EQ(check_gradient_data(data, Gradient::q).wrong, 64u);
  EXPECT_EQ(check_gradient_data(data, Gradient::v).wrong, 70u);  // the first column, of every key
  for (std::int64_t i = 0; i < 64; ++i) data.d_q.data()[39 * 128 + i] = 0x7FC0;
  for (std::int64_t key = 0; key < 70; ++key) data.d_v.data()[key * 64] = 0x7FC0;
  EXPECT_EQ(check_gradient_data(data, Gradient::q).wrong, 0u);
  EXPECT_EQ(check_gradient_data(data, Gradient::v).wrong, 0u);
}

TEST(GradientBound, ByHand) {
  // One pair of weight 2: rounded by at most 2^-8 of it, twelve deviations, fp32, the output.
  const ga::GradientRowModel one{.squares = 4, .weight = 1, .keys = 1, .reach = 3, .margin = 2};
  const double inner = 0.5 * 12 * 0.25 * 2 * 0x1p-8 + 0.5 * 0.25 * 0x1p-16 * 4 * 2;
  EXPECT_NEAR(ga::gradient_bound(ga::ElementType::bf16, one, 0.25f, 1, 0.5f),
              inner + 0x1p-8 * (1 + inner), 1e-6);
  // Beside a scale below 1, a number too small for fp16 may be rounded after it.
  const double fine = 0.5 * 12 * (0.25 * 2 * 0x1p-11 + 0x1p-25) + 0.5 * 0.25 * 0x1p-16 * 4 * 2;
  EXPECT_NEAR(ga::gradient_bound(ga::ElementType::fp16, one, 0.25f, 0, 0.5f),
              fine + 0x1p-11 * fine + 0x1p-25, 1e-9);
}

TEST(AttentionBound, ByHand) {
  // One key: p = 1 is rounded by at most 2^-8, ten deviations of V and of O, fp32, the output.
  const ga::AttentionRowModel one{.sum = 1, .squares = 1, .keys = 1, .reach = 0};
  const double inner = 2 * 10 * 0x1p-8 + 0x1p-16;
  EXPECT_NEAR(ga::attention_bound(ga::ElementType::bf16, one, 1, 1), inner + 0x1p-8 * (1 + inner),
              1e-6);
  EXPECT_TRUE(ga::attention_holds(1.0f, 1.5f, 0.5f));
  EXPECT_FALSE(ga::attention_holds(1.0f, 1.5f, 0.4f));
  const float nan = std::nanf("");
  EXPECT_FALSE(ga::attention_holds(nan, 1.0f, 9.0f));
  EXPECT_FALSE(ga::attention_holds(1.0f, nan, 9.0f));
  EXPECT_FALSE(ga::attention_holds(1.0f, 2.0f, nan));
  EXPECT_FALSE(ga::attention_holds(1.0f, HUGE_VALF, HUGE_VALF));
  EXPECT_TRUE(ga::attention_holds(nan, nan, 0.0f));
  EXPECT_TRUE(ga::attention_holds(-HUGE_VALF, -HUGE_VALF, nan));
}

}  // namespace
