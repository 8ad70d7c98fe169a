// The plain backward against finite differences of the plain forward, and the exact gradients
// against the plain ones.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernels/attention/attention_args.h"
#include "kernels/attention/attention_bwd_args.h"
#include "kernels/data/exact_attention_bwd.h"

namespace {

using ga::AttentionMask;
using ga::AttentionShape;
using ga::ElementType;

using Numbers = std::vector<double>;

std::size_t count_of(std::int64_t elements) { return static_cast<std::size_t>(elements); }

struct DoubleData {
  AttentionShape shape;
  Numbers q, k, v, d_o;

  explicit DoubleData(const AttentionShape& s) : shape(s) {
    shape.type = ElementType::fp64;
    std::uint32_t stream = 50;
    for (Numbers* of : {&q, &k, &v, &d_o}) {
      of->resize(count_of(of == &q || of == &d_o ? s.q_elements() : s.kv_elements()));
      for (std::size_t i = 0; i < of->size(); ++i) {
        (*of)[i] = static_cast<std::int32_t>(ga::philox_word(9, i, stream)) * 0x1p-31;
      }
      ++stream;
    }
  }
  static constexpr float kScale = 0.75f;

  // The sum of dO times O, whose gradients are dQ, dK and dV.
  double objective() const {
    Numbers o(q.size());
    ga::attention_ref(
        {.q = q.data(), .k = k.data(), .v = v.data(), .shape = shape, .scale = kScale}, o.data(),
        nullptr);
    double sum = 0;
    for (std::size_t i = 0; i < o.size(); ++i) sum += d_o[i] * o[i];
    return sum;
  }
};

void expect_slopes(DoubleData& data, Numbers& of, const Numbers& gradient, const char* what) {
  constexpr double kStep = 1e-5;
  double largest = 0;
  for (std::size_t i = 0; i < of.size(); ++i) {
    const double was = of[i];
    of[i] = was + kStep;
    const double above = data.objective();
    of[i] = was - kStep;
    const double below = data.objective();
    of[i] = was;
    EXPECT_NEAR(gradient[i], (above - below) / (2 * kStep), 1e-9) << what << " " << i;
    largest = std::max(largest, std::fabs(gradient[i]));
  }
  EXPECT_GT(largest, 0.01) << what;
}

TEST(AttentionBackwardRef, GradientsAreTheSlopesOfTheForward) {
  for (const AttentionShape& s :
       {AttentionShape{1, 1, 1, 4, 5, 3, AttentionMask::full},
        AttentionShape{2, 4, 2, 3, 4, 4, AttentionMask::causal},
        AttentionShape{1, 2, 1, 6, 3, 5, AttentionMask::causal},  // three rows see no key
        AttentionShape{1, 3, 1, 1, 7, 2, AttentionMask::causal}}) {
    DoubleData data(s);
    Numbers q(data.q.size()), k(data.k.size()), v(data.v.size());
    ga::attention_bwd_ref({.q = data.q.data(),
                           .k = data.k.data(),
                           .v = data.v.data(),
                           .d_o = data.d_o.data(),
                           .shape = data.shape,
                           .scale = DoubleData::kScale},
                          q.data(), k.data(), v.data());
    expect_slopes(data, data.q, q, "dQ");
    expect_slopes(data, data.k, k, "dK");
    expect_slopes(data, data.v, v, "dV");
  }
}

void expect_same(const std::vector<std::uint16_t>& exact, const Numbers& plain, ElementType type) {
  for (std::size_t i = 0; i < exact.size(); ++i) {
    std::uint16_t bits = 0;
    ga::set_element(&bits, 0, type, std::fabs(plain[i]) < 1e-9 ? 0 : plain[i]);
    ASSERT_EQ(exact[i], bits) << i << ": " << plain[i];
  }
}

TEST(AttentionBackwardRef, ExactGradientsAreThePlainOnes) {
  for (const AttentionShape& s :
       {AttentionShape{1, 4, 2, 33, 70, 64, AttentionMask::causal, ElementType::bf16},
        AttentionShape{1, 1, 1, 40, 21, 128, AttentionMask::full, ElementType::fp16}}) {
    const auto data = ga::exact_attention_bwd_data({s, 3});
    Numbers q(data.q.size()), k(data.k.size()), v(data.v.size()), o(data.q.size());
    ga::attention_bwd_ref({.q = data.q.data(),
                           .k = data.k.data(),
                           .v = data.v.data(),
                           .d_o = data.d_o.data(),
                           .shape = s,
                           .scale = ga::kExactBackwardScale},
                          q.data(), k.data(), v.data());
    const auto right = ga::exact_attention_gradients({s, 3});
    expect_same(right.q, q, s.type);
    expect_same(right.k, k, s.type);
    expect_same(right.v, v, s.type);
    Numbers lse(data.lse.size());
    ga::attention_ref({.q = data.q.data(),
                       .k = data.k.data(),
                       .v = data.v.data(),
                       .shape = s,
                       .scale = ga::kExactBackwardScale},
                      o.data(), lse.data());
    expect_same(data.o, o, s.type);
    for (std::size_t i = 0; i < lse.size(); ++i) EXPECT_EQ(data.lse[i], static_cast<float>(lse[i]));
  }
}

TEST(AttentionBackward, WorkAndWorkspaceByHand) {
  // Three queries of three keys see 1, 2 and 3; five products of 128 multiply-adds each.
  const AttentionShape s{2, 4, 1, 3, 3, 128, AttentionMask::causal, ElementType::bf16};
  EXPECT_EQ(ga::attention_bwd_flops(s), 2 * 4 * 6 * 10.0 * 128);
  EXPECT_EQ(ga::attention_bwd_bytes(s), 2.0 * 4 * (2 * 3 * 4 * 128 + 2 * 3 * 128));
  EXPECT_EQ(ga::attention_bwd_workspace_bytes(s), 2u * 4 * 2 * 4 * 128);
}

}  // namespace
