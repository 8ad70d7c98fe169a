// The index arithmetic of the GEMM kernel, without running it: placement, raster, swizzle, banks.
#include "kernels/gemm/gemm_index.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "kernels/gemm/placement.h"

namespace {

using Medium = ga::GemmShape<128, 128, 64, 2, 4, 3>;
using Large = ga::GemmShape<128, 256, 64, 2, 4, 4>;
// B along k.
using Tf32 = ga::GemmShape<128, 256, 32, 2, 4, 3>;
using Int8 = ga::GemmShape<128, 128, 128, 2, 4, 3>;
using Fp8 = ga::GemmShape<128, 64, 128, 4, 2, 3>;

// The row and the chunk of B's part of a stage that a lane reads for fragments 2 pair and 2 pair
// + 1.
template <class Shape>
ga::ChunkAt lane_in_b(int lane, int warp, int pair, int step) {
  const ga::ChunkAt at = ga::ldmatrix_at(lane);
  const int col = warp * Shape::kWarpN + 16 * pair;
  if (Shape::kBAlongK) return {col + at.row, 2 * step + at.chunk};
  return {16 * step + at.row, col / Shape::kChunk + at.chunk};
}

// Every index of [0, count) exactly once.
template <class Map>
bool bijective(std::int64_t count, Map&& map) {
  std::vector<bool> seen(static_cast<std::size_t>(count), false);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t at = map(i);
    if (at < 0 || at >= count || seen[static_cast<std::size_t>(at)]) return false;
    seen[static_cast<std::size_t>(at)] = true;
  }
  return true;
}

TEST(Placement, IsABijectionForEveryGridSize) {
  for (std::int64_t count = 1; count <= 600; ++count) {
    for (const std::int64_t window : {1, 2, 7, 108, 132, 148}) {
      for (const std::uint64_t placement : {0u, 1u, 2u, 12345u}) {
        const ga::Placement p = ga::make_placement(placement, count, window);
        ASSERT_TRUE(bijective(count, [&](std::int64_t i) { return ga::placed(p, i); }))
            << count << " tiles, window " << window << ", placement " << placement;
      }
    }
  }
}

TEST(Placement, IsABijectionForTheGridOfALargeProduct) {
  const ga::Placement p = ga::make_placement(9, 64 * 32, 132);
  EXPECT_TRUE(bijective(64 * 32, [&](std::int64_t i) { return ga::placed(p, i); }));
}

TEST(Placement, ZeroIsTheNaturalOrder) {
  const ga::Placement p = ga::make_placement(0, 500, 132);
  for (std::int64_t i = 0; i < 500; ++i) EXPECT_EQ(ga::placed(p, i), i);
}

// A tile must meet many CTAs over the launches, or a bad SM keeps to the same tile.
TEST(Placement, MovesEachTileOverManyCtas) {
  std::set<std::int64_t> met;
  for (std::uint64_t placement = 1; placement <= 200; ++placement) {
    met.insert(ga::placed(ga::make_placement(placement, 2048, 132), 5));
  }
  EXPECT_GT(met.size(), 150u);
}

TEST(Raster, VisitsEachTileOnce) {
  for (std::int64_t m = 1; m <= 20; ++m) {
    for (std::int64_t n = 1; n <= 9; ++n) {
      EXPECT_TRUE(bijective(m * n,
                            [&](std::int64_t i) {
                              const ga::TileAt at = ga::raster<std::int64_t>(i, m, n, 8);
                              return at.m < m && at.n < n ? at.m * n + at.n : -1;
                            }))
          << m << "x" << n;
    }
  }
}

TEST(Raster, GoesDownAGroupThenRight) {
  EXPECT_EQ(ga::raster<std::int64_t>(7, 16, 4, 8).m, 7);
  EXPECT_EQ(ga::raster<std::int64_t>(8, 16, 4, 8).m, 0);
  EXPECT_EQ(ga::raster<std::int64_t>(8, 16, 4, 8).n, 1);
  EXPECT_EQ(ga::raster<std::int64_t>(32, 16, 4, 8).m, 8);
}

template <class Shape>
class Swizzle : public ::testing::Test {};
using Shapes = ::testing::Types<Medium, Large, Tf32, Int8, Fp8>;
TYPED_TEST_SUITE(Swizzle, Shapes);

template <int kRows, int kRowChunks>
bool swizzle_bijective() {
  return bijective(kRows * kRowChunks, [](std::int64_t i) {
    const int offset = ga::swizzled(static_cast<int>(i) / kRowChunks,
                                    static_cast<int>(i) % kRowChunks, kRowChunks);
    return offset % ga::kChunkBytes == 0 ? offset / ga::kChunkBytes : -1;
  });
}

TYPED_TEST(Swizzle, PutsEveryChunkInItsOwnPlace) {
  EXPECT_TRUE((swizzle_bijective<TypeParam::kM, TypeParam::kRowChunksA>()));
  EXPECT_TRUE((swizzle_bijective<TypeParam::kRowsB, TypeParam::kRowChunksB>()));
}

// Shared memory has 32 banks of 4 bytes; a 16-byte access takes 4 of them, and 8 lanes are served
// at once. No conflict means that 8 lanes touch 8 different groups of 4 banks.
int bank_groups(const std::vector<int>& offsets) {
  std::set<int> groups;
  for (const int offset : offsets) groups.insert(offset / ga::kChunkBytes % 8);
  return static_cast<int>(groups.size());
}

TYPED_TEST(Swizzle, LdmatrixHasNoBankConflict) {
  for (int matrix = 0; matrix < 4; ++matrix) {
    for (int step = 0; step < TypeParam::kSteps; ++step) {
      std::vector<int> a, b;
      for (int lane = 8 * matrix; lane < 8 * matrix + 8; ++lane) {
        const ga::ChunkAt at = ga::ldmatrix_at(lane);
        a.push_back(ga::swizzled(at.row, 2 * step + at.chunk, TypeParam::kRowChunksA));
        const ga::ChunkAt in_b = lane_in_b<TypeParam>(lane, 1, 0, step);
        b.push_back(ga::swizzled(in_b.row, in_b.chunk, TypeParam::kRowChunksB));
      }
      EXPECT_EQ(bank_groups(a), 8);
      EXPECT_EQ(bank_groups(b), 8);
    }
  }
}

TYPED_TEST(Swizzle, CopiesHaveNoBankConflict) {
  for (int first = 0; first < TypeParam::kThreads; first += 8) {
    std::vector<int> a, b;
    for (int thread = first; thread < first + 8; ++thread) {
      const ga::ChunkAt in_a = ga::first_chunk(thread, TypeParam::kRowChunksA);
      const ga::ChunkAt in_b = ga::first_chunk(thread, TypeParam::kRowChunksB);
      a.push_back(ga::swizzled(in_a.row, in_a.chunk, TypeParam::kRowChunksA));
      b.push_back(ga::swizzled(in_b.row, in_b.chunk, TypeParam::kRowChunksB));
    }
    EXPECT_EQ(bank_groups(a), 8);
    EXPECT_EQ(bank_groups(b), 8);
  }
}

// What it would be without the swizzle: the test above can fail.
TEST(Banks, RowsInOneColumnConflictWithoutSwizzle) {
  std::vector<int> offsets;
  for (int row = 0; row < 8; ++row) offsets.push_back(row * Medium::kRowChunksA * ga::kChunkBytes);
  EXPECT_EQ(bank_groups(offsets), 1);
}

TYPED_TEST(Swizzle, StepsRightByOneExclusiveOr) {
  using Shape = TypeParam;
  for (int lane = 0; lane < 32; ++lane) {
    const ga::ChunkAt at = ga::ldmatrix_at(lane);
    const int a = ga::swizzled(at.row, at.chunk, Shape::kRowChunksA);
    for (int step = 0; step < Shape::kSteps; ++step) {
      EXPECT_EQ(ga::swizzled_right(a, 2 * step),
                ga::swizzled(at.row, at.chunk + 2 * step, Shape::kRowChunksA));
    }
    // The kernel steps along the chunks of a row of B: fragments, or steps where B lies along k.
    for (int warp = 0; warp < Shape::kWarpsN; ++warp) {
      const ga::ChunkAt first = lane_in_b<Shape>(lane, warp, 0, 0);
      const int b = ga::swizzled(first.row, first.chunk, Shape::kRowChunksB);
      for (int i = 0; i < (Shape::kBAlongK ? Shape::kSteps : Shape::kFragmentsN / 2); ++i) {
        const ga::ChunkAt right = Shape::kBAlongK ? lane_in_b<Shape>(lane, warp, 0, i)
                                                  : lane_in_b<Shape>(lane, warp, i, 0);
        EXPECT_EQ(ga::swizzled_right(b, 2 * i),
                  ga::swizzled(right.row, right.chunk, Shape::kRowChunksB));
      }
    }
  }
}

// Every chunk of a stage's B is read once by the warps of one row of warps.
TYPED_TEST(Swizzle, FragmentsOfBCoverTheStageOnce) {
  using Shape = TypeParam;
  std::multiset<std::pair<int, int>> seen;
  for (int warp = 0; warp < Shape::kWarpsN; ++warp) {
    for (int pair = 0; pair < Shape::kFragmentsN / 2; ++pair) {
      for (int step = 0; step < Shape::kSteps; ++step) {
        for (int lane = 0; lane < 32; ++lane) {
          const ga::ChunkAt at = lane_in_b<Shape>(lane, warp, pair, step);
          seen.insert({at.row, at.chunk});
        }
      }
    }
  }
  const auto chunks = static_cast<std::size_t>(Shape::kRowsB * Shape::kRowChunksB);
  EXPECT_EQ(seen.size(), chunks);
  EXPECT_EQ((std::set<std::pair<int, int>>(seen.begin(), seen.end()).size()), chunks);
  EXPECT_EQ(*seen.rbegin(), (std::pair<int, int>{Shape::kRowsB - 1, Shape::kRowChunksB - 1}));
}

// The threads' shares cover each tile once, and keep their place in the swizzle.
template <int kRows, int kRowChunks, int kRowStep>
bool shares_cover(int threads) {
  return bijective(kRows * kRowChunks, [&](std::int64_t i) {
    const int copy = static_cast<int>(i) / threads;
    const ga::ChunkAt at = ga::first_chunk(static_cast<int>(i) % threads, kRowChunks);
    const int row = at.row + copy * kRowStep;
    const int stepped =
        ga::swizzled(at.row, at.chunk, kRowChunks) + copy * kRowStep * kRowChunks * ga::kChunkBytes;
    if (stepped != ga::swizzled(row, at.chunk, kRowChunks)) return -1;
    return row * kRowChunks + at.chunk;
  });
}

TYPED_TEST(Swizzle, SharesCoverTheTileOnce) {
  using Shape = TypeParam;
  EXPECT_TRUE((shares_cover<Shape::kM, Shape::kRowChunksA, Shape::kRowStepA>(Shape::kThreads)));
  EXPECT_TRUE((shares_cover<Shape::kRowsB, Shape::kRowChunksB, Shape::kRowStepB>(Shape::kThreads)));
}

TYPED_TEST(Swizzle, AccumulatorsCoverTheTileOnce) {
  using Shape = TypeParam;
  std::set<std::pair<int, int>> seen;
  for (int warp = 0; warp < Shape::kWarpsM * Shape::kWarpsN; ++warp) {
    for (int lane = 0; lane < 32; ++lane) {
      for (int i = 0; i < Shape::kFragmentsM; ++i) {
        for (int j = 0; j < Shape::kFragmentsN; ++j) {
          for (int half = 0; half < 2; ++half) {
            const ga::FragmentAt at = ga::accumulator_at(lane, half);
            const int row = warp % Shape::kWarpsM * Shape::kWarpM + 16 * i + at.row;
            const int col = warp / Shape::kWarpsM * Shape::kWarpN + 8 * j + at.col;
            seen.insert({row, col});
            seen.insert({row, col + 1});
          }
        }
      }
    }
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(Shape::kM * Shape::kN));
  EXPECT_EQ(*seen.rbegin(), (std::pair<int, int>{Shape::kM - 1, Shape::kN - 1}));
}

TEST(ChunkBytes, CutsAtTheEnd) {
  EXPECT_EQ(ga::chunk_bytes(100, 2), 16);
  EXPECT_EQ(ga::chunk_bytes(8, 2), 16);
  EXPECT_EQ(ga::chunk_bytes(3, 2), 6);
  EXPECT_EQ(ga::chunk_bytes(0, 2), 0);
  EXPECT_EQ(ga::chunk_bytes(-64, 2), 0);
  EXPECT_EQ(ga::chunk_bytes(3, 4), 12);
  EXPECT_EQ(ga::chunk_bytes(5, 4), 16);
  EXPECT_EQ(ga::chunk_bytes(15, 1), 15);
  EXPECT_EQ(ga::chunk_bytes(16, 1), 16);
}

TEST(GemmShape, IsAsDeepInBytesForEveryType) {
  EXPECT_EQ(Tf32::kElementBytes, 4);
  EXPECT_EQ(Medium::kElementBytes, 2);
  EXPECT_EQ(Int8::kElementBytes, 1);
  EXPECT_EQ(Int8::kSharedBytes, Medium::kSharedBytes);
  EXPECT_EQ(Fp8::kSharedBytes, 3u * (128 + 64) * 128);
}

}  // namespace
