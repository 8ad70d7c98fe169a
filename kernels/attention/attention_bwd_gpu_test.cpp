// The attention backward on a GPU: exact on exact data, also from the forward's own O and
// log-sum-exp; near the reference on random data; the same bits every time.
#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "kernels/attention/attention.h"
#include "kernels/attention/attention_bwd.h"
#include "kernels/attention/attention_bwd_sm90.h"
#include "kernels/attention/attention_check.h"
#include "kernels/check/check.h"
#include "kernels/check/inject.h"
#include "kernels/data/exact_attention_bwd.h"
#include "kernels/data/exact_gemm.h"
#include "kernels/data/random_gemm.h"
#include "kernels/testing/gpu.h"

namespace {

using ga::AttentionKernel;
using ga::AttentionMask;
using ga::AttentionShape;
using ga::ElementType;
using ga::testing::must;
using ga::testing::must_ok;
using ga::testing::small_sizes;
using ga::testing::to_device;
using ga::testing::to_host;

using Bits = std::vector<std::uint16_t>;

constexpr std::size_t kMargin = 4096;        // elements before and behind each buffer
constexpr std::uint16_t kPoisoned = 0xFFFF;  // a NaN of both types

std::size_t size_of(std::int64_t count) { return static_cast<std::size_t>(count); }

// A buffer between margins of NaN.
class Fenced {
 public:
  explicit Fenced(const Bits& of) : size_(of.size()) {
    Bits all(of.size() + 2 * kMargin, kPoisoned);
    std::copy(of.begin(), of.end(), all.begin() + kMargin);
    memory_ = to_device(all);
  }
  explicit Fenced(std::int64_t count) : Fenced(Bits(size_of(count), kPoisoned)) {}
  std::uint16_t* data() const { return memory_.data() + kMargin; }
  std::size_t bytes() const { return 2 * size_; }
  Bits inside() const {
    const Bits all = to_host(memory_);
    return {all.begin() + kMargin, all.end() - kMargin};
  }
  bool intact() const {
    const Bits all = to_host(memory_);
    const auto poisoned = [](std::uint16_t x) { return x == kPoisoned; };
    return std::all_of(all.begin(), all.begin() + kMargin, poisoned) &&
           std::all_of(all.end() - kMargin, all.end(), poisoned);
  }

 private:
  ga::DeviceBuffer<std::uint16_t> memory_;
  std::size_t size_;
};

struct Backward {
  Fenced q, k, v, o, d_o, d_q, d_k, d_v;
  ga::DeviceBuffer<float> lse, workspace;
  ga::AttentionBackward args;

  Backward(const AttentionShape& s, float scale, const ga::ExactAttentionBackwardData& of)
      : q(of.q),
        k(of.k),
        v(of.v),
        o(of.o),
        d_o(of.d_o),
        d_q(s.q_elements()),
        d_k(s.kv_elements()),
        d_v(s.kv_elements()),
        lse(to_device(of.lse)),
        workspace(to_device(
            std::vector<float>(ga::attention_bwd_workspace_bytes(s) / 4, std::nanf("")))) {
    args = {.q = q.data(),
            .k = k.data(),
            .v = v.data(),
            .o = o.data(),
            .lse = lse.data(),
            .d_o = d_o.data(),
            .d_q = d_q.data(),
            .d_k = d_k.data(),
            .d_v = d_v.data(),
            .workspace = workspace.data(),
            .shape = s,
            .scale = scale};
  }
  bool intact() const { return d_q.intact() && d_k.intact() && d_v.intact(); }
};

std::uint64_t hash_of(const Fenced& of) {
  const auto hash = must(ga::DeviceBuffer<std::uint64_t>::make(1));
  must_ok(ga::hash_buffer({of.data(), of.bytes(), hash.data()}, nullptr));
  return must(ga::fetch(hash.data()));
}
ga::ExactAttentionGradientHashes hashes_of(const Backward& run) {
  return {hash_of(run.d_q), hash_of(run.d_k), hash_of(run.d_v)};
}

ga::Attention forward_of(const Backward& run) {
  return {.q = run.q.data(),
          .k = run.k.data(),
          .v = run.v.data(),
          .o = run.o.data(),
          .lse = run.lse.data(),
          .shape = run.args.shape,
          .scale = run.args.scale};
}

void poison(const Backward& run) {
  for (const Fenced* of : {&run.d_q, &run.d_k, &run.d_v}) {
    GTEST_ASSERT_EQ(cudaMemsetAsync(of->data(), 0xFF, of->bytes(), nullptr), cudaSuccess);
  }
}

std::vector<AttentionShape> backward_shapes() {
  using enum AttentionMask;
  using enum ElementType;
  std::vector<AttentionShape> all;
  const std::int64_t lengths[][2] = {{1, 1},     {1, 300},   {113, 203}, {203, 113},
                                     {128, 128}, {129, 257}, {799, 3},   {512, 640}};
  for (const auto& [seq_q, seq_kv] : lengths) {
    for (const AttentionMask mask : {causal, full}) {
      all.push_back({2, 4, 2, seq_q, seq_kv, 128, mask, bf16});
      all.push_back({1, 3, 3, seq_q, seq_kv, 64, mask, bf16});
      all.push_back({1, 8, 1, seq_q, seq_kv, 128, mask, fp16});
      all.push_back({3, 2, 1, seq_q, seq_kv, 64, mask, fp16});
    }
  }
  if (small_sizes()) return {all[8], all[13], all[18], all[35]};
  all.push_back({1, 16, 4, 4000, 4000, 128, causal, bf16});
  all.push_back({2, 8, 8, 1000, 5001, 64, full, fp16});
  return all;
}

std::string text_of(const AttentionShape& s) {
  std::string text;
  for (const std::int64_t x : {s.batch, s.heads, s.kv_heads, s.seq_q, s.seq_kv, s.dim}) {
    text += std::to_string(x) + " ";
  }
  text += s.mask == AttentionMask::causal ? "causal" : "full";
  return text + (s.type == ElementType::bf16 ? " bf16" : " fp16");
}

// body(launch) by the portable kernels and, where this GPU has them, by its own.
template <class Body>
void by_each_kernel(Backward& run, Body&& body) {
  run.args.kernel = AttentionKernel::portable;
  body("portable ");
  const ga::DeviceShape device = must(ga::current_shape());
  if (device.arch != 90) return;
  EXPECT_STREQ(ga::attention_bwd_sm90_refuses(run.args, device), "");
  run.args.kernel = AttentionKernel::sm90;
  body("sm90 ");
}

TEST(AttentionBackwardGpu, IsExactOnExactData) {
  std::uint64_t seed = 1;
  for (const AttentionShape& s : backward_shapes()) {
    const auto data = ga::exact_attention_bwd_data({s, ++seed});
    Backward run(s, ga::kExactBackwardScale, data);
    const auto right = ga::exact_attention_gradient_hashes({s, seed});
    const auto expect_right = [&](const std::string& by) {
      poison(run);
      must_ok(ga::attention_bwd(run.args, nullptr));
      EXPECT_EQ(hashes_of(run), right) << by << text_of(s);
      EXPECT_TRUE(run.intact()) << by << text_of(s) << ": wrote outside of the gradients";
    };
    by_each_kernel(run, expect_right);
    must_ok(ga::attention(forward_of(run), nullptr));
    EXPECT_EQ(run.o.inside(), data.o) << text_of(s);
    by_each_kernel(run, expect_right);  // from the forward's O and log-sum-exp
  }
}

// Random operands; O and its log-sum-exp by the forward on this GPU.
Backward random_run(const AttentionShape& s, std::uint64_t seed) {
  ga::ExactAttentionBackwardData of;
  const auto draw = [&](Bits& to, std::int64_t count, std::uint32_t stream) {
    to.resize(size_of(count));
    for (std::size_t i = 0; i < to.size(); ++i) {
      const std::uint32_t word = ga::philox_word(seed, i, stream);
      ga::set_element(to.data(), static_cast<std::int64_t>(i), s.type,
                      ga::random_number(word, ga::RandomKind::uniform, s.type));
    }
  };
  draw(of.q, s.q_elements(), ga::kStreamAttentionQ);
  draw(of.k, s.kv_elements(), ga::kStreamAttentionK);
  draw(of.v, s.kv_elements(), ga::kStreamAttentionV);
  draw(of.d_o, s.q_elements(), ga::kStreamAttentionGradient);
  of.o.resize(of.q.size(), kPoisoned);
  of.lse.resize(size_of(s.lse_elements()));
  Backward run(s, ga::exact_attention_scale(s.dim), of);
  must_ok(ga::attention(forward_of(run), nullptr));
  return run;
}

// The root of the mean square of what is off, and of what is right.
void expect_near(const Fenced& got, const std::vector<double>& right, ElementType type,
                 const std::string& name) {
  const Bits bits = got.inside();
  double off = 0, size = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    const double d = ga::element(bits.data(), static_cast<std::int64_t>(i), type) - right[i];
    off += d * d;
    size += right[i] * right[i];
  }
  // Half a unit in the last place of P and dS, of O and of the answer: a few of them together.
  const double unit = type == ElementType::bf16 ? 0x1p-8 : 0x1p-11;
  const auto count = static_cast<double>(right.size());
  EXPECT_TRUE(std::sqrt(off) <= 2 * unit * std::sqrt(size) + 1e-6 * std::sqrt(count))
      << name << ": off by " << std::sqrt(off / size) << " of it";
}

// Of dQ, dK and dV, by the plain check.
std::vector<ga::Mismatch> checked(const Backward& run) {
  const auto reports = must(ga::DeviceBuffer<ga::Mismatch>::make(3));
  must_ok(ga::check_attention_bwd({.of = run.args, .reports = reports.data()}, nullptr));
  return to_host(reports);
}

// At every shape; and one damaged element of each gradient is found.
TEST(AttentionBackwardGpu, RandomDataPassThePlainCheckAndADamageDoesNot) {
  std::uint64_t seed = 200;
  for (const AttentionShape& s : backward_shapes()) {
    Backward run = random_run(s, ++seed);
    by_each_kernel(run, [&](const std::string& by) {
      poison(run);
      must_ok(ga::attention_bwd(run.args, nullptr));
      for (const ga::Mismatch& of : checked(run)) EXPECT_EQ(of.wrong, 0u) << by << text_of(s);
      for (const Fenced* of : {&run.d_q, &run.d_k, &run.d_v}) {
        must_ok(ga::inject({.data = of->data(),
                            .type = s.type,
                            .rows = 1,
                            .cols = s.dim,
                            .ld = s.dim,
                            .col = 5,
                            .damage = ga::Damage::nan},
                           nullptr));
      }
      for (const ga::Mismatch& of : checked(run)) {
        EXPECT_EQ(of.wrong, 1u) << by << text_of(s);
        EXPECT_EQ(of.first, 5u) << by << text_of(s);
      }
    });
  }
}

TEST(AttentionBackwardGpu, RandomDataAreNearTheReference) {
  std::uint64_t seed = 100;
  for (const AttentionShape& s : backward_shapes()) {
    if (s.seq_q * s.seq_kv > 200000) continue;  // the reference takes its time
    Backward run = random_run(s, ++seed);
    const Bits q = run.q.inside(), k = run.k.inside(), v = run.v.inside(), d_o = run.d_o.inside();
    std::vector<double> d_q(q.size()), d_k(k.size()), d_v(k.size());
    ga::attention_bwd_ref({.q = q.data(),
                           .k = k.data(),
                           .v = v.data(),
                           .d_o = d_o.data(),
                           .shape = s,
                           .scale = run.args.scale},
                          d_q.data(), d_k.data(), d_v.data());
    by_each_kernel(run, [&](const std::string& by) {
      poison(run);
      must_ok(ga::attention_bwd(run.args, nullptr));
      expect_near(run.d_q, d_q, s.type, by + text_of(s) + " dQ");
      expect_near(run.d_k, d_k, s.type, by + text_of(s) + " dK");
      expect_near(run.d_v, d_v, s.type, by + text_of(s) + " dV");
      EXPECT_TRUE(run.intact()) << by << text_of(s);
    });
  }
}

// Everywhere in turn: the placement is another each time.
TEST(AttentionBackwardGpu, GivesTheSameBitsOneThousandTimes) {
  const int repeats = small_sizes() ? 5 : 1000;
  for (const AttentionShape& s :
       {AttentionShape{1, 8, 2, 1100, 1100, 128, AttentionMask::causal, ElementType::bf16},
        AttentionShape{1, 8, 8, 700, 900, 64, AttentionMask::full, ElementType::fp16}}) {
    Backward run = random_run(s, 5);
    by_each_kernel(run, [&](const std::string& by) {
      std::set<std::vector<std::uint64_t>> seen;
      for (int i = 0; i < repeats; ++i) {
        run.args.placement = static_cast<std::uint64_t>(i % 16);
        poison(run);
        must_ok(ga::attention_bwd(run.args, nullptr));
        const auto hashes = hashes_of(run);
        seen.insert({hashes.q, hashes.k, hashes.v});
      }
      EXPECT_EQ(seen.size(), 1u) << by << text_of(s);
    });
  }
}

}  // namespace
