// Tile order, key ranges, shared memory, maps and limits of the Hopper attention, without running
// it.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include "kernels/attention/attention_sm90_plan.h"
#include "kernels/attention/attention_sm90_shape.h"

namespace {

using ga::AttentionKeys;
using ga::AttentionMask;
using ga::AttentionShape;
using ga::AttentionSm90Order;
using Narrow = ga::AttentionSm90Shape<64>;
using Wide = ga::AttentionSm90Shape<128>;

constexpr std::size_t kL2Bytes = 50 << 20;

AttentionKeys keys_of(const AttentionShape& s) {
  return {static_cast<std::int32_t>(s.seq_q), static_cast<std::int32_t>(s.seq_kv),
          s.mask == AttentionMask::causal};
}

// All tiles in the order of their rounds, CTA by CTA: head * tiles_q + tile.
std::vector<std::uint32_t> visits(const AttentionSm90Order& order, std::uint32_t ctas) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t round = 0; round * ctas < order.tiles(); ++round) {
    for (std::uint32_t cta = 0; cta < ctas; ++cta) {
      const std::uint32_t unit = AttentionSm90Order::unit(round, cta, ctas);
      if (unit >= order.tiles()) continue;
      const auto at = order.tile(unit);
      out.push_back(at.head * order.tiles_q + at.tile);
    }
  }
  return out;
}

TEST(AttentionOrder, ComputesEachTileOnceForRandomShapesAndGrids) {
  std::mt19937 random(1);
  const auto below = [&](unsigned n) { return static_cast<std::int64_t>(1 + random() % n); };
  for (int i = 0; i < 2000; ++i) {
    const std::int64_t kv_heads = below(6);
    const AttentionShape s{.batch = below(4),
                           .heads = kv_heads * below(4),
                           .kv_heads = kv_heads,
                           .seq_q = below(4000),
                           .seq_kv = below(4000),
                           .dim = random() % 2 == 0 ? 64 : 128};
    const std::int64_t ctas =
        std::min(below(148), s.batch * s.heads * ga::attention_sm90_tiles_q(s));
    const std::size_t l2 = random() % 3 == 0 ? kL2Bytes : random() % 4000000;
    const auto order = ga::attention_sm90_order(s, random() % 3 == 0 ? 0 : random(), ctas, l2);
    auto tiles = visits(order, static_cast<std::uint32_t>(ctas));
    std::sort(tiles.begin(), tiles.end());
    std::vector<std::uint32_t> all(order.tiles());
    std::iota(all.begin(), all.end(), 0u);
    ASSERT_EQ(tiles, all) << s.seq_q << " " << ctas;
  }
}

// b4 h32/8 s8192 d128 causal on 132 SMs: K and V of a head are 4 MiB, so 6 of them and the 24 heads
// of Q that read them are a section; the longest tiles come first in it.
TEST(AttentionOrder, TakesTheLongestTilesOfASectionFirst) {
  const AttentionShape s{.batch = 4, .heads = 32, .kv_heads = 8, .seq_q = 8192, .seq_kv = 8192};
  const auto order = ga::attention_sm90_order(s, 0, 132, kL2Bytes);
  EXPECT_EQ(order.tiles_q, 64u);
  EXPECT_EQ(order.heads, 128u);
  EXPECT_EQ(order.section, 24u);
  std::uint32_t last = 63;
  for (std::uint32_t unit = 0; unit < 24 * 64; ++unit) {
    const auto at = order.tile(unit);
    EXPECT_LT(at.head, 24u);
    EXPECT_LE(at.tile, last);
    last = at.tile;
  }
  EXPECT_EQ(order.tile(24 * 64).tile, 63u);
  EXPECT_EQ(order.tile(24 * 64).head, 24u);
  EXPECT_EQ(order.tile(128 * 64 - 1).head, 127u);  // the last section has 8 heads
}

// Steps of all tiles that one CTA gets: within 2 % of the mean, also where tiles are shuffled.
TEST(AttentionOrder, SharesTheStepsOfACausalMaskEvenly) {
  const AttentionShape s{.batch = 4, .heads = 32, .kv_heads = 8, .seq_q = 8192, .seq_kv = 8192};
  for (const std::uint64_t placement : {0u, 7u}) {
    const auto order = ga::attention_sm90_order(s, placement, 132, kL2Bytes);
    std::vector<double> steps(132);
    for (std::uint32_t round = 0; round * 132 < order.tiles(); ++round) {
      for (std::uint32_t cta = 0; cta < 132; ++cta) {
        const std::uint32_t unit = AttentionSm90Order::unit(round, cta, 132);
        if (unit >= order.tiles()) continue;
        const auto row = static_cast<std::int32_t>(order.tile(unit).tile) * Wide::kRows;
        steps[cta] += keys_of(s).steps(row, Wide::kRows);
      }
    }
    const double mean = std::accumulate(steps.begin(), steps.end(), 0.0) / 132;
    EXPECT_LT(*std::max_element(steps.begin(), steps.end()), 1.02 * mean) << placement;
  }
}

// Against the rule itself, row by row.
TEST(AttentionKeys, StepsAndMasksFollowFromWhatRowsSee) {
  for (const AttentionMask mask : {AttentionMask::full, AttentionMask::causal}) {
    for (const auto& [seq_q, seq_kv] :
         {std::pair{1, 1}, {300, 300}, {300, 45}, {129, 400}, {400, 256}, {257, 129}, {64, 128}}) {
      const AttentionShape s{.seq_q = seq_q, .seq_kv = seq_kv, .mask = mask};
      const AttentionKeys keys = keys_of(s);
      for (std::int32_t first = 0; first < seq_q; first += 192) {
        std::int64_t most = 0;
        for (std::int32_t row = first; row < std::min(first + 192, seq_q); ++row) {
          ASSERT_EQ(keys.visible(row), ga::visible_keys(s, row));
          most = std::max(most, ga::visible_keys(s, row));
        }
        EXPECT_EQ(keys.steps(first, 192), (most + 127) / 128);
        for (std::int32_t row = first; row < first + 192; row += 64) {
          if (row >= seq_q) break;
          EXPECT_EQ(keys.open_steps(row), ga::visible_keys(s, row) / 128);
        }
      }
    }
  }
}

TEST(AttentionMemory, PartsFollowEachOtherWithoutOverlap) {
  const ga::AttentionSm90Memory<Wide> memory{0};
  EXPECT_EQ(memory.q(1), 16384u);
  EXPECT_EQ(memory.k(0, 0), 32768u);
  EXPECT_EQ(memory.k(1, 1), 32768u + 32768 + 16384);
  EXPECT_EQ(memory.v(0, 0), 3 * 32768u);
  EXPECT_EQ(memory.staged(0, 0), 5 * 32768u);
  EXPECT_EQ(memory.staged(1, 1), 5 * 32768u + 3 * 8192);
  EXPECT_EQ(memory.full_q(), 6 * 32768u);
  std::set<std::uint32_t> barriers{memory.full_q(), memory.empty_q()};
  for (int stage = 0; stage < Wide::kStages; ++stage) {
    barriers.insert(
        {memory.full_k(stage), memory.empty_k(stage), memory.full_v(stage), memory.empty_v(stage)});
  }
  EXPECT_EQ(barriers.size(), 10u);
  EXPECT_EQ(*barriers.rbegin() + 8, Wide::kSharedBytes);
  EXPECT_EQ(Wide::kSharedBytes, 196688u);
  EXPECT_EQ(Narrow::kSharedBytes, 3 * 8192u + 6 * 16384 + 3 * 8192 + 14 * 8);
}

// Threads, launch registers, and what setmaxnreg makes of them: no more than there were.
TEST(AttentionSm90Shape, RegistersByHand) {
  EXPECT_EQ(Narrow::kThreads, 512);
  EXPECT_EQ(Narrow::kLaunchRegisters, 128);
  EXPECT_EQ(Narrow::kProducerRegisters + 3 * Narrow::kConsumerRegisters, 512);
  EXPECT_EQ(Wide::kThreads, 384);
  EXPECT_EQ(Wide::kLaunchRegisters, 168);
  EXPECT_EQ(Wide::kProducerRegisters + 2 * Wide::kConsumerRegisters, 504);
}

// What the barriers are told of must be what the boxes bring.
TEST(AttentionMaps, BoxesAreThePartsOfSharedMemory) {
  const AttentionShape s{.batch = 3, .heads = 8, .kv_heads = 2, .seq_q = 100, .seq_kv = 77};
  const auto maps = ga::attention_sm90_maps(s, {});
  const auto bytes = [](const ga::TensorMapShape& m) {
    return static_cast<int>(m.box_cols * 2 * m.box_rows);
  };
  EXPECT_EQ(bytes(maps.q), Wide::kBoxBytesQ);
  EXPECT_EQ(bytes(maps.k), Wide::kBoxBytesKV);
  EXPECT_EQ(bytes(maps.v), Wide::kBoxBytesKV);
  EXPECT_EQ(bytes(maps.o), ga::kStagedBytes);
  EXPECT_EQ(Wide::kBytesQ, 2 * bytes(maps.q));
  EXPECT_EQ(Wide::kBytesKV, 2 * bytes(maps.k));
  EXPECT_EQ(maps.q.pitch_bytes, 8u * 128 * 2);
  EXPECT_EQ(maps.k.pitch_bytes, 2u * 128 * 2);
  EXPECT_EQ(maps.q.heads, 8u);
  EXPECT_EQ(maps.k.heads, 2u);
  EXPECT_EQ(maps.o.rows, 100u);
  EXPECT_EQ(maps.v.rows, 77u);
  EXPECT_EQ(maps.v.batch, 3u);
}

TEST(AttentionDescriptors, GoldenWordOfV) {
  EXPECT_EQ(ga::attention_descriptor_v(0x18000), 0x4000004004001800u);
  EXPECT_EQ(ga::wgmma_advance(ga::attention_descriptor_v(0x18000), 3 * ga::kStepAlongN),
            0x4000004004001980u);
}

TEST(AttentionFault, SaysWhatItCannotDo) {
  alignas(16) static const char memory[32] = {};
  const ga::AttentionOperands good{memory, memory, memory, memory};
  const auto fault = [&](AttentionShape s, float scale = 0.125f) {
    return ga::attention_sm90_fault(s, good, scale);
  };
  EXPECT_EQ(fault({}), nullptr);
  EXPECT_EQ(fault({.dim = 64, .type = ga::ElementType::fp16}), nullptr);
  EXPECT_STREQ(fault({.type = ga::ElementType::fp32}), "neither bf16 nor fp16");
  EXPECT_STREQ(fault({.dim = 96}), "dim is neither 64 nor 128");
  EXPECT_STREQ(fault({.seq_kv = 1 << 30}), "sequence of 2^30 or more");
  EXPECT_STREQ(fault({.batch = 1 << 16, .heads = 1 << 15}), "2^31 tiles or more");
  for (const float scale : {0.0f, -1.0f, 1e-40f, std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity()}) {
    EXPECT_STREQ(fault({}, scale), "scale is not positive and finite");
  }
  ga::AttentionOperands odd = good;
  odd.v = memory + 8;
  EXPECT_STREQ(ga::attention_sm90_fault({}, odd, 1.0f), "address is no multiple of 16 bytes");
}

}  // namespace
