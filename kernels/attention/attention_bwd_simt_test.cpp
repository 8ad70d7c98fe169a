// The portable backward executed on the CPU, lane by lane: loads, fragments, masks, sums over
// heads, edges, placement.
#include "kernels/testing/simt_ptx.h"
//
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <vector>

#include "kernels/testing/attention_bwd_run.h"

namespace {

using ga::AttentionMask;
using ga::AttentionShape;
using ga::ElementType;
using ga::testing::portable::BackwardData;
using ga::testing::portable::exact_backward;
using ga::testing::portable::Guarded;
using ga::testing::portable::random_backward;
using ga::testing::portable::run_backward;
using ga::testing::portable::words;

constexpr auto kCausal = AttentionMask::causal, kFull = AttentionMask::full;
constexpr auto kBf16 = ElementType::bf16, kFp16 = ElementType::fp16;

// The first element of a gradient that is not right; its size where all are.
std::size_t first_wrong(const Guarded& got, const std::vector<std::uint16_t>& right) {
  const auto bits = got.inside();
  return words(std::mismatch(bits.begin(), bits.end(), right.begin()).first - bits.begin());
}

template <int kWarps = 4>
void expect_exact(const AttentionShape& s, std::uint64_t seed, const ga::simt::Options& options) {
  BackwardData data = exact_backward(s, seed);
  run_backward<kWarps>(data, {.options = options});
  const auto right = ga::exact_attention_gradients({s, seed});
  EXPECT_EQ(first_wrong(data.d_q, right.q), right.q.size()) << "dQ, seed " << seed;
  EXPECT_EQ(first_wrong(data.d_k, right.k), right.k.size()) << "dK, seed " << seed;
  EXPECT_EQ(first_wrong(data.d_v, right.v), right.v.size()) << "dV, seed " << seed;
}

TEST(AttentionBackwardKernels, AreExactAtRaggedLengthsAndEveryShareOfKeyHeads) {
  std::uint64_t seed = 1;
  for (const AttentionShape& s : {AttentionShape{1, 1, 1, 1, 1, 64, kCausal, kBf16},
                                  AttentionShape{1, 2, 1, 65, 103, 128, kCausal, kBf16},
                                  AttentionShape{1, 4, 2, 113, 67, 64, kCausal, kFp16},
                                  AttentionShape{1, 1, 1, 61, 64, 128, kFull, kFp16},
                                  AttentionShape{1, 8, 1, 1, 130, 64, kCausal, kBf16},
                                  AttentionShape{2, 3, 3, 17, 129, 64, kFull, kBf16}}) {
    expect_exact(s, seed++, {.order_seed = 7});
  }
}

TEST(AttentionBackwardKernels, LaunchedTilesAreExact) {
  expect_exact<8>({1, 1, 1, 140, 150, 128, kCausal, kBf16}, 21, {.order_seed = 3});
  expect_exact<8>({1, 1, 1, 130, 70, 64, kFull, kFp16}, 22, {.order_seed = 3});
}

// O and the log-sum-exp as the portable forward makes them of the same data.
TEST(AttentionBackwardKernels, AreExactAfterTheForward) {
  for (const AttentionShape& s : {AttentionShape{1, 2, 1, 50, 66, 128, kCausal, kFp16},
                                  AttentionShape{1, 1, 1, 40, 100, 64, kFull, kBf16}}) {
    BackwardData data = exact_backward(s, 30);
    ga::testing::portable::AttentionData forward = ga::testing::portable::attention_data(
        s, {data.q.inside(), data.k.inside(), data.v.inside()});
    run_attention(forward, {.scale = ga::kExactBackwardScale});
    EXPECT_EQ(forward.o.inside(), data.o.inside());
    data.lse = forward.lse;
    run_backward(data);
    const auto right = ga::exact_attention_gradients({s, 30});
    EXPECT_EQ(first_wrong(data.d_q, right.q), right.q.size());
    EXPECT_EQ(first_wrong(data.d_k, right.k), right.k.size());
    EXPECT_EQ(first_wrong(data.d_v, right.v), right.v.size());
  }
}

// Copies that land at once and as late as the waits allow, threads in several orders: a missing
// wait reads poison, a missing barrier reads too early or overwrites too soon.
TEST(AttentionBackwardKernels, DoNotDependOnTheOrderOfThreadsAndCopies) {
  for (const bool eager : {false, true}) {
    for (const std::uint32_t order : {0u, 77u}) {
      expect_exact({1, 1, 1, 140, 140, 64, kCausal, kBf16}, 4,
                   {.order_seed = order, .eager_copies = eager});
    }
  }
}

TEST(AttentionBackwardKernels, EveryPlacementGivesTheSameBits) {
  const AttentionShape s{1, 2, 2, 70, 70, 64, kFull, kBf16};
  BackwardData natural = random_backward(s, 3);
  run_backward(natural);
  for (const std::uint64_t placement : {1u, 2u}) {
    BackwardData shuffled = random_backward(s, 3);
    run_backward(shuffled, {.placement = placement});
    EXPECT_EQ(shuffled.d_q.inside(), natural.d_q.inside());
    EXPECT_EQ(shuffled.d_k.inside(), natural.d_k.inside());
    EXPECT_EQ(shuffled.d_v.inside(), natural.d_v.inside());
  }
}

TEST(AttentionBackwardKernels, TheOrderHasEveryKeyTileOnceAndLongOnesFirst) {
  const AttentionShape s{3, 4, 2, 500, 500, 64, kCausal, kBf16};
  std::set<std::int64_t> tiles;
  std::int64_t before = 0;
  for (std::int64_t i = 0; i < 3 * 2 * 4; ++i) {
    const auto at = ga::attention_key_tile_at(i, s);
    tiles.insert((at.batch * s.kv_heads + at.head) * 4 + at.tile);
    EXPECT_GE(at.tile, before);
    before = at.tile;
  }
  EXPECT_EQ(tiles.size(), 24u);
  EXPECT_EQ(*tiles.rbegin(), 23);
}

TEST(AttentionBackwardKernels, TheFirstQueryOfAKeyIsTheFirstThatSeesIt) {
  for (const auto& [seq_q, seq_kv] : {std::pair{7, 7}, {3, 9}, {9, 3}}) {
    const AttentionShape s{1, 1, 1, seq_q, seq_kv, 64, kCausal, kBf16};
    for (std::int64_t key = 0; key < seq_kv; ++key) {
      std::int64_t row = 0;
      while (visible_keys(s, row) <= key) ++row;
      EXPECT_EQ(first_query(s, key), row) << key;
    }
  }
}

// What a backward by the definition, in the type, is off from the plain one at most: O, P, dS and
// the gradients rounded to it, everything else in double.
struct Worst {
  double q = 0, k = 0, v = 0;
};
class PlainBackward {
 public:
  explicit PlainBackward(BackwardData& data) : s_(data.shape), data_(data) {
    q_.resize(words(s_.q_elements()));
    k_.resize(words(s_.kv_elements()));
    v_ = k_;
    for (std::int64_t i = 0; i < s_.batch * s_.seq_q * s_.heads; ++i) add_row(i);
  }
  Worst error(const std::vector<double>& q, const std::vector<double>& k,
              const std::vector<double>& v) const {
    return {worst(q_, q), worst(k_, k), worst(v_, v)};
  }

 private:
  double narrow(double x) const {
    std::uint16_t bits = 0;
    ga::set_element(&bits, 0, s_.type, x);
    return ga::element(&bits, 0, s_.type);
  }
  double worst(const std::vector<double>& of, const std::vector<double>& right) const {
    double most = 0;
    for (std::size_t i = 0; i < of.size(); ++i) {
      most = std::max(most, std::fabs(narrow(of[i]) - right[i]));
    }
    return most;
  }
  double at(const Guarded& of, std::int64_t i) const { return ga::element(of.data(), i, s_.type); }

  void add_row(std::int64_t i) {
    const std::int64_t head = i % s_.heads, row = i / s_.heads % s_.seq_q, dim = s_.dim;
    const std::int64_t batch = i / s_.heads / s_.seq_q, kv_head = head / (s_.heads / s_.kv_heads);
    const double lse = data_.lse[words((batch * s_.heads + head) * s_.seq_q + row)];
    double delta = 0;
    for (std::int64_t d = i * dim; d < (i + 1) * dim; ++d)
      delta += at(data_.o, d) * at(data_.d_o, d);
    for (std::int64_t j = 0; j < visible_keys(s_, row); ++j) {
      const std::int64_t key = ((batch * s_.seq_kv + j) * s_.kv_heads + kv_head) * dim;
      double score = 0, dp = 0;
      for (std::int64_t d = 0; d < dim; ++d) {
        score += at(data_.q, i * dim + d) * at(data_.k, key + d);
        dp += at(data_.d_o, i * dim + d) * at(data_.v, key + d);
      }
      const double p = std::exp(data_.scale * score - lse);
      const double ds = narrow(p * (dp - delta));
      for (std::int64_t d = 0; d < dim; ++d) {
        v_[words(key + d)] += narrow(p) * at(data_.d_o, i * dim + d);
        k_[words(key + d)] += data_.scale * ds * at(data_.q, i * dim + d);
        q_[words(i * dim + d)] += data_.scale * ds * at(data_.k, key + d);
      }
    }
  }

  AttentionShape s_;
  const BackwardData& data_;
  std::vector<double> q_, k_, v_;
};

double worst_of(const Guarded& got, const std::vector<double>& right, ElementType type) {
  double most = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    const double x = ga::element(got.data(), static_cast<std::int64_t>(i), type);
    if (!(std::fabs(x - right[i]) <= most)) most = std::fabs(x - right[i]);
  }
  return most;
}

TEST(AttentionBackwardKernels, RandomDataAreAtMostTwiceAsFarOffAsAPlainBackward) {
  for (const AttentionShape& s : {AttentionShape{1, 2, 1, 60, 80, 64, kCausal, kBf16},
                                  AttentionShape{1, 2, 2, 50, 70, 128, kFull, kBf16},
                                  AttentionShape{1, 2, 1, 70, 70, 128, kCausal, kFp16},
                                  AttentionShape{1, 1, 1, 90, 40, 64, kFull, kFp16}}) {
    BackwardData data = random_backward(s, 8);
    run_backward(data);
    std::vector<double> q(words(s.q_elements())), k(words(s.kv_elements())), v(k.size());
    ga::attention_bwd_ref(data.args(), q.data(), k.data(), v.data());
    const Worst plain = PlainBackward(data).error(q, k, v);
    EXPECT_LE(worst_of(data.d_q, q, s.type), 2 * plain.q);
    EXPECT_LE(worst_of(data.d_k, k, s.type), 2 * plain.k);
    EXPECT_LE(worst_of(data.d_v, v, s.type), 2 * plain.v);
  }
}

TEST(AttentionBackwardKernels, RowsThatSeeNoKeyAreZeroAndAddNothing) {
  const AttentionShape s{1, 1, 1, 150, 20, 64, kCausal, kBf16};  // the first two tiles see none
  BackwardData data = random_backward(s, 2);
  run_backward(data);
  BackwardData other = random_backward(s, 2);
  for (std::int64_t i = 0; i < 130; ++i) {  // what the forward is not asked to have said
    other.lse[words(i)] = static_cast<float>(i) - 65;
    for (std::int64_t d = 0; d < 64; ++d) ga::set_element(other.o.data(), i * 64 + d, s.type, 3);
  }
  run_backward(other);
  const auto d_q = data.d_q.inside();
  EXPECT_EQ(std::count(d_q.begin(), d_q.begin() + 130 * 64, 0), 130 * 64);
  EXPECT_EQ(other.d_q.inside(), d_q);
  EXPECT_EQ(other.d_k.inside(), data.d_k.inside());
  EXPECT_EQ(other.d_v.inside(), data.d_v.inside());
}

// A key that weighs nothing in a row has nothing of its gradient, where all keys are such too.
TEST(AttentionBackwardKernels, ARowOfMinusInfinityHasNoProbabilities) {
  const AttentionShape s{1, 1, 1, 3, 3, 64, kFull, kBf16};
  BackwardData data = random_backward(s, 9);
  for (std::int64_t j = 0; j < 3; ++j) {
    ga::set_element(data.q.data(), j * 64, s.type, j == 1 ? 1 : 0.5);
    ga::set_element(data.k.data(), j * 64, s.type, -1e38);
  }
  data.scale = 1;
  for (std::int64_t j = 0; j < 3; ++j) {
    data.lse[words(j)] = -std::numeric_limits<float>::infinity();
  }
  run_backward(data);
  for (const std::uint16_t bits : data.d_v.inside()) EXPECT_EQ(bits & 0x7FFFu, 0u);
}

// The exact answer tells a right backward from one that is wrong in one place: `spoil` acts on the
// inputs, or on what the first kernel hands to the others.
void expect_seen(
    const char* what, const std::function<void(BackwardData&)>& inputs,
    const std::function<void(BackwardData&)>& between = [](BackwardData&) {}) {
  const AttentionShape s{1, 2, 1, 40, 70, 64, kCausal, kBf16};
  BackwardData data = exact_backward(s, 12);
  inputs(data);
  run_backward(data, {}, [&] { between(data); });
  const auto right = ga::exact_attention_gradients({s, 12});
  const bool same = first_wrong(data.d_q, right.q) == right.q.size() &&
                    first_wrong(data.d_k, right.k) == right.k.size() &&
                    first_wrong(data.d_v, right.v) == right.v.size();
  EXPECT_FALSE(same) << what;
}

TEST(AttentionBackwardKernels, PlantedMistakesAreSeen) {
  const auto nothing = [](BackwardData&) {};
  const auto swap_rows = [](Guarded& of, std::int64_t at) {
    std::swap_ranges(of.data() + at, of.data() + at + 64, of.data() + at + 64);
  };
  expect_seen("two heads of dO exchanged", [&](BackwardData& d) { swap_rows(d.d_o, 39 * 2 * 64); });
  expect_seen("two keys exchanged", [&](BackwardData& d) { swap_rows(d.k, 25 * 64); });
  expect_seen("a sign of V", [](BackwardData& d) {
    for (std::int64_t i = 25 * 64; i < 26 * 64; ++i) d.v.data()[i] ^= 0x8000u;
  });
  expect_seen("no causal mask", [](BackwardData& d) { d.shape.mask = kFull; });
  expect_seen("another scale", [](BackwardData& d) { d.scale *= 1.01f; });
  expect_seen("no deltas", nothing, [](BackwardData& d) {
    for (ga::QueryValues& of : d.workspace) of.delta = 0;
  });
  expect_seen("the delta of one row", nothing,
              [](BackwardData& d) { d.workspace[128 + 30].delta += 1; });
  expect_seen("the exponent of one row", nothing,
              [](BackwardData& d) { d.workspace[128 + 39].exponent += 1; });
}

}  // namespace
