// The Hopper attention backward executed on the CPU: TMA, barriers, products, masks, sums over
// heads.
#include "kernels/testing/simt_ptx_sm90.h"
//
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "kernels/testing/attention_bwd_sm90_run.h"

namespace {

using ga::AttentionMask;
using ga::AttentionShape;
using ga::BackwardCursor;
using ga::BackwardWork;
using ga::ElementType;
using ga::testing::run_backward_sm90;
using ga::testing::portable::BackwardData;
using ga::testing::portable::BackwardRun;
using ga::testing::portable::exact_backward;
using ga::testing::portable::Guarded;
using ga::testing::portable::random_backward;
using ga::testing::portable::run_backward;

constexpr auto kCausal = AttentionMask::causal, kFull = AttentionMask::full;
constexpr auto kBf16 = ElementType::bf16, kFp16 = ElementType::fp16;

void expect_exact(const AttentionShape& s, std::uint64_t seed, const BackwardRun& run = {}) {
  BackwardData data = exact_backward(s, seed);
  run_backward_sm90(data, run);
  const auto right = ga::exact_attention_gradients({s, seed});
  const auto first_wrong = [](const Guarded& got, const std::vector<std::uint16_t>& of) {
    const auto bits = got.inside();
    return std::mismatch(bits.begin(), bits.end(), of.begin()).first - bits.begin();
  };
  const auto size = [](const auto& of) { return static_cast<std::ptrdiff_t>(of.size()); };
  EXPECT_EQ(first_wrong(data.d_q, right.q), size(right.q)) << "dQ, seed " << seed;
  EXPECT_EQ(first_wrong(data.d_k, right.k), size(right.k)) << "dK, seed " << seed;
  EXPECT_EQ(first_wrong(data.d_v, right.v), size(right.v)) << "dV, seed " << seed;
}

TEST(AttentionBackwardSm90, IsExactAtRaggedLengthsAndEveryShareOfKeyHeads) {
  std::uint64_t seed = 50;
  for (const AttentionShape& s : {AttentionShape{1, 1, 1, 1, 1, 64, kCausal, kBf16},
                                  AttentionShape{1, 2, 1, 65, 140, 128, kCausal, kBf16},
                                  AttentionShape{1, 4, 2, 113, 67, 64, kCausal, kFp16},
                                  AttentionShape{1, 1, 1, 61, 64, 128, kFull, kFp16},
                                  AttentionShape{2, 2, 2, 17, 129, 64, kFull, kBf16}}) {
    expect_exact(s, seed++, {.options = {.order_seed = 7}});
  }
}

// Steps enough that every stage is filled anew while its neighbours are read; rows that see no key.
TEST(AttentionBackwardSm90, FillsStagesAnew) {
  expect_exact({1, 2, 1, 140, 130, 128, kCausal, kBf16}, 60);
  expect_exact({1, 1, 1, 70, 530, 64, kCausal, kFp16}, 61);
}

// Copies and products as early and as late as they may be, threads in several orders: a missing
// wait reads poison, what is given back too early is overwritten.
TEST(AttentionBackwardSm90, DoesNotDependOnTheOrderOfThreadsCopiesAndProducts) {
  for (const bool copies : {false, true}) {
    for (const bool products : {false, true}) {
      expect_exact({1, 2, 1, 140, 140, 64, kCausal, kBf16}, 62,
                   {.options = {.order_seed = products && !copies ? 0u : 77u,
                                .eager_copies = copies,
                                .eager_products = products}});
    }
  }
}

TEST(AttentionBackwardSm90, EveryPlacementGivesTheSameBits) {
  const AttentionShape s{1, 2, 2, 140, 30, 64, kFull, kBf16};
  BackwardData natural = random_backward(s, 3), shuffled = random_backward(s, 3);
  run_backward_sm90(natural);
  run_backward_sm90(shuffled, {.placement = 2});
  EXPECT_EQ(shuffled.d_q.inside(), natural.d_q.inside());
  EXPECT_EQ(shuffled.d_k.inside(), natural.d_k.inside());
  EXPECT_EQ(shuffled.d_v.inside(), natural.d_v.inside());
}

// The error of the one against that of the other, each as the largest of a gradient.
TEST(AttentionBackwardSm90, RandomDataAreAsNearAsThePortableKernels) {
  for (const AttentionShape& s : {AttentionShape{1, 2, 1, 100, 150, 128, kCausal, kBf16},
                                  AttentionShape{1, 2, 1, 150, 70, 64, kCausal, kFp16}}) {
    BackwardData hopper = random_backward(s, 8), plain = random_backward(s, 8);
    run_backward_sm90(hopper);
    run_backward(plain);
    std::vector<double> q(hopper.d_q.inside().size()), k(hopper.d_k.inside().size()), v(k.size());
    ga::attention_bwd_ref(hopper.args(), q.data(), k.data(), v.data());
    const auto worst = [&](const Guarded& got, const std::vector<double>& right) {
      double most = 0;
      for (std::size_t i = 0; i < right.size(); ++i) {
        const double x = ga::element(got.data(), static_cast<std::int64_t>(i), s.type);
        if (!(std::fabs(x - right[i]) <= most)) most = std::fabs(x - right[i]);
      }
      return most;
    };
    EXPECT_LE(worst(hopper.d_q, q), 1.25 * worst(plain.d_q, q));
    EXPECT_LE(worst(hopper.d_k, k), 1.25 * worst(plain.d_k, k));
    EXPECT_LE(worst(hopper.d_v, v), 1.25 * worst(plain.d_v, v));
  }
}

// Against the rule itself: each pair of a query and a key that it sees is met once, by the CTA
// whose the one is and in a step that has the other.
template <class Shape>
void expect_every_pair(const AttentionShape& s) {
  const std::int64_t rows = Shape::kOwnsKeys ? s.seq_kv : s.seq_q;
  const std::int64_t tiles = (rows + Shape::kRows - 1) / Shape::kRows;
  const std::int64_t ctas = tiles * s.batch * (Shape::kOwnsKeys ? s.kv_heads : s.heads);
  std::set<std::vector<std::int64_t>> met;
  for (std::int64_t cta = 0; cta < ctas; ++cta) {
    const BackwardWork work = ga::backward_work<Shape>(s, cta, tiles);
    for (BackwardCursor at{work.head, work.first}; at.head < work.end_head;
         at.advance(work, Shape::kOthers)) {
      EXPECT_EQ(at.row % Shape::kOthers, 0);
      for (std::int64_t i = work.own_row; i < std::min<std::int64_t>(work.own_row + 128, rows);
           ++i) {
        for (std::int64_t j = at.row; j < std::min(at.row + Shape::kOthers, work.end); ++j) {
          const std::int64_t query = Shape::kOwnsKeys ? j : i, key = Shape::kOwnsKeys ? i : j;
          if (key >= visible_keys(s, query)) continue;
          const std::int64_t head = Shape::kOwnsKeys ? at.head : work.own_head;
          const std::int64_t kv_head = Shape::kOwnsKeys ? work.own_head : at.head;
          EXPECT_EQ(head / (s.heads / s.kv_heads), kv_head);
          EXPECT_TRUE(met.insert({work.batch, head, query, key}).second);
        }
      }
    }
  }
  EXPECT_EQ(static_cast<double>(met.size()),
            static_cast<double>(s.batch * s.heads) * ga::attention_pairs(s));
}

TEST(AttentionBackwardSm90Work, MeetsEveryPairOnce) {
  for (const AttentionShape& s : {AttentionShape{2, 4, 2, 30, 140, 128, kCausal},
                                  AttentionShape{1, 2, 1, 140, 30, 128, kCausal},
                                  AttentionShape{1, 2, 1, 140, 20, 128, kFull}}) {
    expect_every_pair<ga::AttentionBwdSm90Shape<128, true>>(s);
    expect_every_pair<ga::AttentionBwdSm90Shape<128, false>>(s);
    expect_every_pair<ga::AttentionBwdSm90Shape<64, true>>(s);
  }
}

TEST(AttentionBackwardSm90Memory, PartsFollowEachOtherWithoutOverlap) {
  using Keys = ga::AttentionBwdSm90Shape<128, true>;
  using Queries = ga::AttentionBwdSm90Shape<128, false>;
  const ga::AttentionBwdSm90Memory<Keys> memory{0};
  EXPECT_EQ(memory.own(1, 1), 3 * 16384u);
  EXPECT_EQ(memory.other(0, 0, 0), 4 * 16384u);
  EXPECT_EQ(memory.other(0, 1, 1), 4 * 16384u + 3 * 8192);
  EXPECT_EQ(memory.values(0), 6 * 16384u);
  EXPECT_EQ(memory.other(1, 0, 0), 6 * 16384u + 1024);
  EXPECT_EQ(memory.full_own(), 4 * 16384u + 3 * (32768 + 1024));
  EXPECT_EQ(memory.empty(2) + 8, Keys::kSharedBytes);
  EXPECT_EQ(Queries::kSharedBytes, 65536u + 2 * 65536 + 8 * 5);
  // Query 8 j + 2 t: 16 queries a row of 128 bytes, two a chunk; the row's number is in the
  // swizzle.
  EXPECT_EQ(ga::query_values_offset(0, 3), 48);
  EXPECT_EQ(ga::query_values_offset(1, 0), 64);
  EXPECT_EQ(ga::query_values_offset(3, 1), 128 + ((4 + 1) ^ 1) * 16);
}

// What the barriers are told of must be what the boxes bring.
TEST(AttentionBackwardSm90Maps, BoxesAreThePartsOfSharedMemory) {
  using Keys = ga::AttentionBwdSm90Shape<128, true>;
  using Queries = ga::AttentionBwdSm90Shape<128, false>;
  ga::AttentionBackward args{};
  args.shape = {.batch = 3, .heads = 8, .kv_heads = 2, .seq_q = 100, .seq_kv = 77};
  const auto bytes = [](const ga::TensorMapShape& m) { return static_cast<int>(m.box_rows) * 128; };
  const auto keys = ga::attention_bwd_sm90_key_maps(args);
  const auto queries = ga::attention_bwd_sm90_query_maps(args);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(bytes(keys.own[i]), Keys::kBoxBytesOwn);
    EXPECT_EQ(bytes(keys.others[i]), Keys::kBoxBytesOther);
    EXPECT_EQ(bytes(queries.own[i]), Queries::kBoxBytesOwn);
    EXPECT_EQ(bytes(queries.others[i]), Queries::kBoxBytesOther);
    EXPECT_EQ(bytes(keys.gradients[i]), ga::kStagedBytes);
    EXPECT_EQ(keys.own[i].heads, 2u);
    EXPECT_EQ(keys.others[i].heads, 8u);
    EXPECT_EQ(queries.own[i].rows, 100u);
    EXPECT_EQ(queries.others[i].rows, 77u);
  }
  EXPECT_EQ(bytes(keys.values), Keys::kBytesValues);
  EXPECT_EQ(keys.values.rows, 3u * 8 * 128 / 16);
}

TEST(AttentionBackwardSm90Fault, SaysWhatItCannotDo) {
  alignas(16) static char memory[32] = {};
  ga::AttentionBackward good{};
  good.q = good.k = good.v = good.d_o = memory;
  good.d_q = good.d_k = good.d_v = good.workspace = memory;
  EXPECT_EQ(ga::attention_bwd_sm90_fault(good), nullptr);
  const auto fault = [&](AttentionShape s) {
    ga::AttentionBackward args = good;
    args.shape = s;
    return ga::attention_bwd_sm90_fault(args);
  };
  EXPECT_STREQ(fault({.type = ElementType::fp32}), "neither bf16 nor fp16");
  EXPECT_STREQ(fault({.dim = 96}), "dim is neither 64 nor 128");
  EXPECT_STREQ(fault({.seq_kv = 1 << 30}), "sequence of 2^30 or more");
  EXPECT_STREQ(fault({.batch = 1 << 16, .heads = 1 << 15}), "2^31 rows of values or more");
  EXPECT_STREQ(fault({.batch = 256, .kv_heads = 2, .seq_kv = 1 << 29}),
               "2^31 tiles of keys or more");
  EXPECT_EQ(fault({.batch = 256, .kv_heads = 2, .seq_kv = (1 << 29) - 128}), nullptr);
  ga::AttentionBackward odd = good;
  odd.d_k = memory + 8;
  EXPECT_STREQ(ga::attention_bwd_sm90_fault(odd), "address is no multiple of 16 bytes");
}

}  // namespace
