// Tile order, stage walk, staging layout and descriptors of the Hopper kernel, without running it.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

#include "kernels/gemm/gemm_sm90_shape.h"

namespace {

using Wide = ga::Sm90Shape<128, 256, 4, 1>;

ga::Sm90Order order_of(std::uint32_t tiles_m, std::uint32_t tiles_n, std::uint32_t cluster,
                       std::uint32_t clusters, std::uint64_t placement) {
  const std::uint32_t units_m = (tiles_m + cluster - 1) / cluster;
  return {.placement = ga::narrow(ga::make_placement(placement, units_m * tiles_n, clusters)),
          .units_m = units_m,
          .units_n = tiles_n,
          .group = 8 / cluster};
}

// How often each tile is computed by a grid of `clusters` persistent clusters.
std::vector<int> visits(std::uint32_t tiles_m, std::uint32_t tiles_n, std::uint32_t cluster,
                        std::uint32_t clusters, std::uint64_t placement) {
  const ga::Sm90Order order = order_of(tiles_m, tiles_n, cluster, clusters, placement);
  std::vector<int> count(std::size_t{tiles_m} * tiles_n, 0);
  for (std::uint32_t first = 0; first < clusters; ++first) {
    for (std::uint32_t unit = first; unit < order.units(); unit += clusters) {
      for (std::uint32_t rank = 0; rank < cluster; ++rank) {
        const auto at = order.tile(unit, cluster, rank);
        if (at.m < tiles_m) ++count.at(std::size_t{at.m} * tiles_n + at.n);
      }
    }
  }
  return count;
}

TEST(Sm90Order, ComputesEachTileOnceForRandomSizesAndGrids) {
  std::mt19937 random(1);
  const auto below = [&](unsigned n) { return static_cast<std::uint32_t>(1 + random() % n); };
  for (int i = 0; i < 4000; ++i) {
    const std::uint32_t m = below(70), n = below(40), cluster = below(2), clusters = below(148);
    const auto count = visits(m, n, cluster, clusters, random() % 3 == 0 ? 0 : random());
    ASSERT_EQ(count, std::vector<int>(count.size(), 1)) << m << "x" << n << " " << clusters;
  }
}

TEST(Sm90Order, IsTheOrderOfTheWidePlacement) {
  for (const std::uint64_t placement : {0u, 3u, 99u}) {
    const ga::Placement wide = ga::make_placement(placement, 2048, 132);
    const ga::Sm90Order order = order_of(64, 32, 1, 132, placement);
    for (std::uint32_t unit = 0; unit < 2048; ++unit) {
      const auto right = ga::raster(ga::placed(wide, unit), 64, 32, 8);
      const auto at = order.tile(unit, 1, 0);
      ASSERT_EQ(at.m, right.m);
      ASSERT_EQ(at.n, right.n);
    }
  }
}

// The tiles that 132 SMs compute at one time lie in a block: few different rows and columns.
TEST(Sm90Order, ARoundOfTilesReadsFewRowsAndColumns) {
  const ga::Sm90Order order = order_of(64, 32, 1, 132, 7);
  for (std::uint32_t round = 0; round + 132 <= 2048; round += 132) {
    std::set<std::uint32_t> rows, columns;
    for (std::uint32_t i = 0; i < 132; ++i) {
      const auto at = order.tile(round + i, 1, 0);
      rows.insert(at.m);
      columns.insert(at.n);
    }
    EXPECT_LE(rows.size() + columns.size(), 8u + 18 + 8 + 18);
  }
}

TEST(StageCursor, TurnsItsParityWithEachRound) {
  ga::StageCursor at;
  std::vector<int> stages;
  std::vector<std::uint32_t> parities;
  for (int i = 0; i < 7; ++i) {
    stages.push_back(at.stage);
    parities.push_back(at.parity);
    at.advance(3);
  }
  EXPECT_EQ(stages, (std::vector<int>{0, 1, 2, 0, 1, 2, 0}));
  EXPECT_EQ(parities, (std::vector<std::uint32_t>{0, 0, 0, 1, 1, 1, 0}));
}

TEST(Sm90Memory, PartsFollowEachOtherWithoutOverlap) {
  const ga::Sm90Memory<Wide> memory{0};
  EXPECT_EQ(memory.a(0), 0u);
  EXPECT_EQ(memory.b(0, 0), 16384u);
  EXPECT_EQ(memory.b(0, 3), 16384u + 3 * 8192);
  EXPECT_EQ(memory.a(1), 49152u);
  EXPECT_EQ(memory.staged(0, 0), 4 * 49152u);
  EXPECT_EQ(memory.staged(1, 1), 4 * 49152u + 3 * 8192);
  EXPECT_EQ(memory.full(0), 4 * 49152u + 4 * 8192);
  EXPECT_EQ(memory.empty(0), memory.full(3) + 8);
  EXPECT_EQ(memory.empty(3) + 8, Wide::kSharedBytes);
}

TEST(Sm90Shape, BytesAndArrivalsByHand) {
  EXPECT_EQ(Wide::kStageBytes, 128 * 64 * 2 + 64 * 256 * 2);
  EXPECT_EQ(Wide::kEmptyArrivals, 8);
  EXPECT_EQ((ga::Sm90Shape<128, 256, 4, 2>::kEmptyArrivals), 16);
  EXPECT_EQ(Wide::kLaunchRegisters, 168);
  EXPECT_EQ(Wide::kSharedBytes, 229440u);
}

// The first words of stage 0 and of the second 64 rows, two instructions further along k.
TEST(Sm90Descriptors, GoldenWords) {
  EXPECT_EQ(ga::sm90_descriptor_along_k(0), 0x4000004000010000u);
  EXPECT_EQ(ga::sm90_descriptor_along_n(0x4000), 0x4000004002000400u);
  EXPECT_EQ(ga::wgmma_advance(ga::sm90_descriptor_along_k(0), 64 * 128 + 2 * ga::kStepAlongK),
            0x4000004000010204u);
  EXPECT_EQ(ga::wgmma_advance(ga::sm90_descriptor_along_n(0x4000), 2 * ga::kStepAlongN),
            0x4000004002000500u);
}

// B of tf32, fp8 and int8 behind 128 rows of A: as A, no second stride, 32 bytes on for each step.
// The second CTA of a pair puts its 128 columns 16 KiB further on: 0x400 units.
TEST(Sm90Descriptors, GoldenWordsOfBAlongK) {
  const ga::Sm90Memory<ga::Sm90Shape<128, 256, 4, 2>> memory{0x400};
  EXPECT_EQ(ga::sm90_descriptor_along_k(memory.b(0, 0)), 0x4000004000010440u);
  EXPECT_EQ(ga::wgmma_advance(ga::sm90_descriptor_along_k(memory.b(0, 0)), 3 * ga::kStepAlongK),
            0x4000004000010446u);
  EXPECT_EQ(ga::sm90_descriptor_along_k(memory.b(0, Wide::kBlocksB / 2)), 0x4000004000010840u);
}

TEST(Sm90Types, LieAlongKWhereBDoes) {
  EXPECT_FALSE(ga::kAlongK<ga::Bf16> || ga::kAlongK<ga::Fp16>);
  EXPECT_TRUE(ga::kAlongK<ga::Tf32> && ga::kAlongK<ga::Fp8> && ga::kAlongK<std::int8_t>);
  for (const ga::GemmType& type : ga::kGemmTypes) {
    if (type.in == ga::ElementType::fp32 || type.in == ga::ElementType::fp64) continue;
    EXPECT_EQ(ga::b_along_k(type.in), ga::element_bytes(type.in) != 2) << type.name;
  }
}

TEST(Staged, IsABijectionAndTheSwizzleOfTma) {
  std::set<std::uint32_t> seen;
  for (int row = 0; row < ga::kStagedRows; ++row) {
    for (int byte = 0; byte < 128; ++byte) {
      const std::uint32_t at = ga::staged_offset(row, byte);
      const auto plain = static_cast<std::uint32_t>(128 * row + byte);
      EXPECT_EQ(at, plain ^ ((plain >> 7 & 7) << 4));  // bits 4-6 exclusive-or bits 7-9
      seen.insert(at);
    }
  }
  EXPECT_EQ(seen.size(), 8192u);
  EXPECT_EQ(*seen.rbegin(), 8191u);
}

// The most lanes of one phase that want different rows of one bank: 1 is no conflict.
int conflicts(const std::vector<std::uint32_t>& offsets, std::uint32_t bytes) {
  std::vector<std::set<std::uint32_t>> banks(32);
  for (const std::uint32_t offset : offsets) {
    for (std::uint32_t i = 0; i < bytes; i += 4) {
      banks[(offset + i) / 4 % 32].insert((offset + i) / 128);
    }
  }
  std::size_t worst = 0;
  for (const auto& bank : banks) worst = std::max(worst, bank.size());
  return static_cast<int>(worst);
}

TEST(Staged, StmatrixHasNoBankConflict) {
  for (int matrix = 0; matrix < 4; ++matrix) {  // 8 rows of 16 bytes at a time
    for (int j = 0; j < 8; j += 2) {
      std::vector<std::uint32_t> offsets;
      for (int lane = 8 * matrix; lane < 8 * matrix + 8; ++lane) {
        const ga::ChunkAt at = ga::ldmatrix_at(lane);
        offsets.push_back(ga::staged_offset(at.row, (j + at.chunk) * 16));
      }
      EXPECT_EQ(conflicts(offsets, 16), 1);
    }
  }
}

// Pairs of floats go out 16 lanes at a time: two rows of a pair of chunks meet in the same banks.
// Only outputs that are checked and not timed are fp32.
TEST(Staged, PairsOfFloatsConflictTwofold) {
  for (int half = 0; half < 2; ++half) {
    for (int first = 0; first < 32; first += 16) {
      std::vector<std::uint32_t> offsets;
      for (int lane = first; lane < first + 16; ++lane) {
        const ga::FragmentAt at = ga::accumulator_at(lane, half);
        offsets.push_back(ga::staged_offset(at.row, 4 * at.col));
      }
      EXPECT_EQ(conflicts(offsets, 8), 2);
    }
  }
}

}  // namespace
