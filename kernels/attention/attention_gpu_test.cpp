// Attention on a GPU, each kernel that it runs: exact on exact data, within the plain check's bound
// on random data, the same bits every time.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <set>
#include <string>

#include "kernels/attention/attention.h"
#include "kernels/attention/attention_check.h"
#include "kernels/attention/attention_sm90.h"
#include "kernels/check/check.h"
#include "kernels/data/exact_attention.h"
#include "kernels/data/exact_gemm.h"
#include "kernels/gemm/fill.h"
#include "kernels/testing/gpu.h"

namespace {

using ga::Attention;
using ga::AttentionKernel;
using ga::AttentionMask;
using ga::AttentionPlan;
using ga::AttentionShape;
using ga::ElementType;
using ga::Mismatch;
using ga::testing::must;
using ga::testing::must_ok;
using ga::testing::small_sizes;
using ga::testing::to_device;
using ga::testing::to_host;

using Words = std::vector<std::uint16_t>;
using DeviceWords = ga::DeviceBuffer<std::uint16_t>;

constexpr auto kCausal = AttentionMask::causal, kFull = AttentionMask::full;
constexpr auto kBf16 = ElementType::bf16, kFp16 = ElementType::fp16;
constexpr std::size_t kGuard = 4096;           // elements before and behind each buffer
constexpr std::uint16_t kPoison = 0xFFFF;      // a NaN of both types
constexpr float kPoisonSum = -12345;           // of lse
constexpr std::uint32_t kPoisonSm = 0xFFFFFF;  // of smid

std::size_t words(std::int64_t count) { return static_cast<std::size_t>(count); }

// A buffer between guards of NaN.
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(const Words& of) : size_(of.size()) {
    Words all(of.size() + 2 * kGuard, kPoison);
    std::copy(of.begin(), of.end(), all.begin() + kGuard);
    memory_ = to_device(all);
  }
  explicit Guarded(std::int64_t count) : Guarded(Words(words(count), kPoison)) {}
  std::uint16_t* data() const { return memory_.data() + kGuard; }
  Words inside() const {
    const Words all = to_host(memory_);
    return {all.begin() + kGuard, all.end() - kGuard};
  }
  bool intact() const {
    const Words all = to_host(memory_);
    const auto poisoned = [](std::uint16_t x) { return x == kPoison; };
    return std::all_of(all.begin(), all.begin() + kGuard, poisoned) &&
           std::all_of(all.end() - kGuard, all.end(), poisoned);
  }
  std::size_t bytes() const { return 2 * size_; }

 private:
  DeviceWords memory_;
  std::size_t size_ = 0;
};

struct Launch {
  Guarded q, k, v, o;
  ga::DeviceBuffer<float> lse;
  Attention args;

  Launch(const AttentionShape& s, AttentionKernel kernel, Guarded of_q, Guarded of_k, Guarded of_v)
      : q(std::move(of_q)),
        k(std::move(of_k)),
        v(std::move(of_v)),
        o(s.q_elements()),
        lse(to_device(std::vector<float>(words(s.lse_elements()), kPoisonSum))) {
    args = {.q = q.data(),
            .k = k.data(),
            .v = v.data(),
            .o = o.data(),
            .lse = lse.data(),
            .shape = s,
            .scale = ga::exact_attention_scale(s.dim),
            .kernel = kernel};
  }
};

Launch exact_run(const AttentionShape& s, AttentionKernel kernel, std::uint64_t seed) {
  const auto data = ga::exact_attention_data({s, seed});
  return {s, kernel, Guarded(data.q), Guarded(data.k), Guarded(data.v)};
}

Launch random_run(const AttentionShape& s, AttentionKernel kernel, std::uint64_t seed) {
  const auto fill = [&](std::int64_t count, std::uint32_t stream) {
    Guarded to(count);
    must_ok(ga::fill_random({.data = to.data(),
                             .rows = count / s.dim,
                             .cols = s.dim,
                             .ld = s.dim,
                             .seed = seed,
                             .stream = stream,
                             .type = s.type},
                            nullptr));
    return to;
  };
  return {s, kernel, fill(s.q_elements(), ga::kStreamAttentionQ),
          fill(s.kv_elements(), ga::kStreamAttentionK),
          fill(s.kv_elements(), ga::kStreamAttentionV)};
}

Mismatch checked(const Attention& args) {
  const auto report = must(ga::DeviceBuffer<Mismatch>::make(1));
  must_ok(ga::check_attention({args, report.data()}, nullptr));
  return must(ga::fetch(report.data()));
}

std::uint64_t hash_of(const Launch& run) {
  const auto hash = must(ga::DeviceBuffer<std::uint64_t>::make(1));
  must_ok(ga::hash_buffer({run.o.data(), run.o.bytes(), hash.data()}, nullptr));
  return must(ga::fetch(hash.data()));
}

const char* name_of(AttentionKernel kernel) {
  return kernel == AttentionKernel::sm90 ? "sm90" : "portable";
}

// Whether this GPU runs the kernel for the shape. GA_VARIANT names one ("sm90", "portable"): then a
// kernel that hangs does not hide the other.
bool runs(AttentionKernel kernel, const AttentionShape& s) {
  const char* const only = std::getenv("GA_VARIANT");
  if (only != nullptr && std::string(only) != name_of(kernel)) return false;
  if (kernel == AttentionKernel::portable) return true;
  alignas(16) static const char place[16] = {};
  alignas(16) static char out[16];
  const Attention args{.q = place, .k = place, .v = place, .o = out, .shape = s, .scale = 1};
  const ga::DeviceShape device = must(ga::current_shape());
  return device.arch == 90 && std::string(ga::attention_sm90_refuses(args, device)).empty();
}

// body(kernel, shape, "name shape") for each kernel and shape that run here.
template <class Body>
void for_each(const std::vector<AttentionShape>& shapes, Body&& body) {
  int count = 0;
  for (const AttentionKernel kernel : {AttentionKernel::portable, AttentionKernel::sm90}) {
    for (const AttentionShape& s : shapes) {
      if (!runs(kernel, s)) continue;
      ++count;
      std::string text = name_of(kernel);
      for (const std::int64_t x : {s.batch, s.heads, s.kv_heads, s.seq_q, s.seq_kv, s.dim}) {
        text += " " + std::to_string(x);
      }
      text += s.mask == kCausal ? " causal" : " full";
      body(kernel, s, text + (s.type == kBf16 ? " bf16" : " fp16"));
    }
  }
  EXPECT_GT(count, 0) << "this GPU runs no kernel of that name";
}

std::vector<AttentionShape> shapes() {
  std::vector<AttentionShape> all;
  const std::int64_t lengths[][2] = {{1, 1},     {1, 300},   {113, 203}, {203, 113},
                                     {128, 128}, {129, 257}, {799, 3},   {512, 640}};
  for (const auto& [seq_q, seq_kv] : lengths) {
    for (const AttentionMask mask : {kCausal, kFull}) {
      all.push_back({2, 4, 2, seq_q, seq_kv, 128, mask, kBf16});
      all.push_back({1, 3, 3, seq_q, seq_kv, 64, mask, kBf16});
      all.push_back({1, 8, 1, seq_q, seq_kv, 128, mask, kFp16});
      all.push_back({3, 2, 1, seq_q, seq_kv, 64, mask, kFp16});
    }
  }
  if (small_sizes()) return {all[8], all[13], all[18], all[35]};
  all.push_back({1, 16, 4, 4000, 4000, 128, kCausal, kBf16});
  all.push_back({1, 16, 4, 4000, 4000, 128, kFull, kFp16});
  all.push_back({2, 8, 8, 1000, 5001, 64, kCausal, kFp16});
  all.push_back({1, 8, 2, 2049, 2047, 64, kFull, kBf16});
  return all;
}

void expect_intact(const Launch& run, const std::string& name) {
  EXPECT_TRUE(run.o.intact()) << name << " wrote outside of O";
  EXPECT_TRUE(run.q.intact() && run.k.intact() && run.v.intact()) << name;
}

TEST(AttentionGpu, IsExactOnExactData) {
  std::uint64_t seed = 1;
  for_each(shapes(), [&](AttentionKernel kernel, const AttentionShape& s, const std::string& name) {
    const Launch run = exact_run(s, kernel, ++seed);
    must_ok(ga::attention(run.args, nullptr));
    EXPECT_EQ(hash_of(run), ga::exact_attention_hash({s, seed})) << name;
    expect_intact(run, name);
  });
}

TEST(AttentionGpu, RandomDataPassesThePlainCheckAtEveryScale) {
  std::uint64_t seed = 100;
  for_each(shapes(), [&](AttentionKernel kernel, const AttentionShape& s, const std::string& name) {
    for (const float factor : {1.0f, 100.0f, 1e-20f}) {
      Launch run = random_run(s, kernel, ++seed);
      run.args.scale *= factor;
      must_ok(ga::attention(run.args, nullptr));
      const Mismatch found = checked(run.args);
      EXPECT_EQ(found.wrong, 0u) << name << " scale " << run.args.scale << ": " << found.first
                                 << " is " << found.got << ", should be " << found.expected;
      expect_intact(run, name);
    }
  });
}

// The plain check itself, against the reference in double.
TEST(AttentionGpu, PlainCheckPassesTheReferenceAndSeesDamage) {
  for (const AttentionShape& s : {AttentionShape{1, 4, 2, 90, 130, 64, kCausal, kBf16},
                                  AttentionShape{2, 2, 1, 70, 40, 128, kCausal, kFp16},
                                  AttentionShape{1, 1, 1, 65, 200, 128, kFull, kBf16}}) {
    Launch run = random_run(s, AttentionKernel::portable, 7);
    const Words q = run.q.inside(), k = run.k.inside(), v = run.v.inside();
    Attention host = run.args;
    host.q = q.data();
    host.k = k.data();
    host.v = v.data();
    std::vector<double> right(words(s.q_elements())), sums(words(s.lse_elements()));
    ga::attention_ref(host, right.data(), sums.data());
    Words rounded(right.size());
    for (std::size_t i = 0; i < right.size(); ++i) {
      ga::set_element(rounded.data(), static_cast<std::int64_t>(i), s.type, right[i]);
    }
    const std::vector<float> lse(sums.begin(), sums.end());
    const Guarded o(rounded);
    const auto device_lse = to_device(lse);
    run.args.o = o.data();
    run.args.lse = device_lse.data();
    EXPECT_EQ(checked(run.args).wrong, 0u);
    const std::size_t last = rounded.size() - 1;
    rounded[last] ^= 0x8000;
    const Guarded damaged(rounded);
    run.args.o = damaged.data();
    const Mismatch found = checked(run.args);
    EXPECT_EQ(found.wrong, 1u);
    EXPECT_EQ(found.first, last);
    EXPECT_EQ(found.got, rounded[last]);
  }
}

TEST(AttentionGpu, GivesTheSameBitsOneThousandTimes) {
  const int repeats = small_sizes() ? 5 : 1000;
  for_each({{1, 8, 2, 1100, 1100, 128, kCausal, kBf16}, {1, 8, 8, 700, 900, 64, kFull, kFp16}},
           [&](AttentionKernel kernel, const AttentionShape& s, const std::string& name) {
             const Launch run = random_run(s, kernel, 5);
             const auto hashes = must(ga::DeviceBuffer<std::uint64_t>::make(words(repeats)));
             for (int i = 0; i < repeats; ++i) {
               GTEST_ASSERT_EQ(cudaMemsetAsync(run.o.data(), 0xFF, run.o.bytes(), nullptr),
                               cudaSuccess);
               must_ok(ga::attention(run.args, nullptr));
               must_ok(ga::hash_buffer({run.o.data(), run.o.bytes(), hashes.data() + i}, nullptr));
             }
             const auto host = to_host(hashes);
             EXPECT_EQ(std::set<std::uint64_t>(host.begin(), host.end()).size(), 1u) << name;
             EXPECT_EQ(checked(run.args).wrong, 0u) << name;
           });
}

TEST(AttentionGpu, EveryPlacementGivesTheSameBitsOnOtherSms) {
  const std::int64_t seq = small_sizes() ? 512 : 2048;
  for_each({{1, 16, 4, seq, seq, 128, kCausal, kBf16}, {1, 16, 16, seq, seq, 64, kFull, kFp16}},
           [&](AttentionKernel kernel, const AttentionShape& s, const std::string& name) {
             Launch run = random_run(s, kernel, 6);
             const AttentionPlan plan = must(ga::attention_plan(run.args));
             EXPECT_EQ(plan.kernel, kernel) << name;
             const auto smid =
                 to_device(std::vector<std::uint32_t>(words(plan.tiles()), kPoisonSm));
             run.args.smid = smid.data();
             std::set<std::uint64_t> hashes;
             std::set<std::vector<std::uint32_t>> maps;
             for (std::uint64_t placement = 0; placement < 8; ++placement) {
               run.args.placement = placement;
               must_ok(ga::attention(run.args, nullptr));
               hashes.insert(hash_of(run));
               const auto map = to_host(smid);
               for (const std::uint32_t id : map) EXPECT_NE(id, kPoisonSm) << name;
               maps.insert(map);
             }
             EXPECT_EQ(hashes.size(), 1u) << name;
             EXPECT_GT(maps.size(), 4u) << name << ": the placement moves no tile";
           });
}

TEST(AttentionGpu, RowsThatSeeNoKeyAreZeroWithTheSumOfNothing) {
  for_each({{1, 2, 1, 300, 40, 128, kCausal, kBf16}, {1, 2, 1, 300, 40, 64, kCausal, kFp16}},
           [&](AttentionKernel kernel, const AttentionShape& s, const std::string& name) {
             const Launch run = random_run(s, kernel, 2);
             must_ok(ga::attention(run.args, nullptr));
             const Words o = run.o.inside();
             const std::vector<float> lse = to_host(run.lse);
             for (std::size_t row = 0; row < 260; ++row) {
               for (std::size_t i = 0; i < words(2 * s.dim); ++i) {
                 ASSERT_EQ(o[row * words(2 * s.dim) + i], 0u) << name << " row " << row;
               }
               EXPECT_EQ(lse[row], -std::numeric_limits<float>::infinity()) << name;
             }
             EXPECT_EQ(checked(run.args).wrong, 0u) << name;
           });
}

// A NaN among the keys reaches the rows that see it; a key of minus infinity weighs nothing.
TEST(AttentionGpu, CarriesNanAndInfinityAsTheHeaderSays) {
  for_each({{1, 1, 1, 400, 400, 128, kCausal, kBf16}, {1, 1, 1, 400, 400, 64, kCausal, kFp16}},
           [&](AttentionKernel kernel, const AttentionShape& s, const std::string& name) {
             const Launch random = random_run(s, kernel, 3);
             Words q = random.q.inside(), k = random.k.inside();
             for (std::int64_t i = 0; i < 400; ++i) ga::set_element(q.data(), i * s.dim, s.type, 1);
             ga::set_element(k.data(), 0, s.type, -std::numeric_limits<double>::infinity());
             ga::set_element(k.data(), 300 * s.dim, s.type, std::nan(""));
             const Launch run(s, kernel, Guarded(q), Guarded(k), Guarded(random.v.inside()));
             must_ok(ga::attention(run.args, nullptr));
             const Words o = run.o.inside();
             const std::vector<float> lse = to_host(run.lse);
             EXPECT_EQ(lse[0], -std::numeric_limits<float>::infinity()) << name;
             for (std::int64_t row = 0; row < 400; ++row) {
               int nan = 0;
               for (std::int64_t d = 0; d < s.dim; ++d) {
                 nan += std::isnan(ga::element(o.data(), row * s.dim + d, s.type)) ? 1 : 0;
               }
               EXPECT_EQ(nan, row >= 300 ? s.dim : 0) << name << " row " << row;
               EXPECT_EQ(std::isnan(lse[words(row)]), row >= 300) << name << " row " << row;
             }
             for (std::int64_t d = 0; d < s.dim; ++d) ASSERT_EQ(o[words(d)], 0u) << name;
             EXPECT_EQ(checked(run.args).wrong, 0u) << name;
           });
}

TEST(AttentionGpu, LeavesOutWhatIsNotAskedFor) {
  for_each({{1, 2, 1, 200, 200, 128, kCausal, kBf16}},
           [&](AttentionKernel kernel, const AttentionShape& s, const std::string& name) {
             Launch run = exact_run(s, kernel, 4);
             run.args.lse = nullptr;
             must_ok(ga::attention(run.args, nullptr));
             EXPECT_EQ(hash_of(run), ga::exact_attention_hash({s, 4})) << name;
             for (const float x : to_host(run.lse)) ASSERT_EQ(x, kPoisonSum) << name;
           });
}

// On Hopper its own kernel is what the gates run; elsewhere asking for it is an error.
TEST(AttentionGpu, SaysWhichKernelRunsAndWhy) {
  const AttentionShape s{1, 16, 4, 4000, 4000, 128, kCausal, kBf16};
  Launch run = random_run({1, 1, 1, 1, 1, 128, kCausal, kBf16}, AttentionKernel::by_shape, 1);
  run.args.shape = s;  // planned, not launched
  const bool sm90 = runs(AttentionKernel::sm90, s);
  const AttentionPlan plan = must(ga::attention_plan(run.args));
  EXPECT_EQ(plan.kernel, sm90 ? AttentionKernel::sm90 : AttentionKernel::portable);
  EXPECT_GE(plan.tiles(), 16 * 4000 / plan.rows);
  run.args.kernel = AttentionKernel::sm90;
  EXPECT_EQ(static_cast<bool>(ga::attention_plan(run.args)), sm90);
  run.args.kernel = AttentionKernel::portable;
  EXPECT_STREQ(must(ga::attention_plan(run.args)).not_sm90, "");
}

}  // namespace
