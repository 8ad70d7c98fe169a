// The index arithmetic of the fp32 and fp64 GEMM, without running it: banks, copies, lanes.
#include "kernels/gemm/gemm_fma_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace {

using ga::FmaAt;
using ga::Fp32Shape;
using ga::Fp64Shape;

// Shared memory has 32 banks of 4 bytes. Of accesses that are served together, those to different
// words of one bank wait for each other; the same word is read once. 1 is no conflict.
int bank_rounds(const std::vector<int>& offsets, int bytes) {
  std::map<int, std::set<int>> words;
  for (const int offset : offsets) {
    for (int word = offset / 4; word < (offset + bytes) / 4; ++word) words[word % 32].insert(word);
  }
  std::size_t most = 0;
  for (const auto& bank : words) most = std::max(most, bank.second.size());
  return static_cast<int>(most);
}

// 4-byte accesses are served for 32 lanes at once, 16-byte ones for 8.
template <class Offset>
int worst(int lanes, int bytes, Offset&& offset) {
  int most = 0;
  for (int first = 0; first < 32; first += lanes) {
    std::vector<int> offsets;
    for (int lane = first; lane < first + lanes; ++lane) offsets.push_back(offset(lane));
    most = std::max(most, bank_rounds(offsets, bytes));
  }
  return most;
}

TEST(FmaBanks, Fp32LoadsAndCopiesHaveNoConflict) {
  for (int k = 0; k < Fp32Shape::kK; ++k) {
    EXPECT_EQ(worst(8, 16, [&](int l) { return ga::fp32_a_offset(ga::fp32_lane(l).row, k); }), 1);
    EXPECT_EQ(worst(8, 16, [&](int l) { return ga::fp32_b_offset(k, ga::fp32_lane(l).col); }), 1);
  }
  for (int warp = 0; warp < Fp32Shape::kThreads / 32; ++warp) {
    const auto a = [&](int lane) {
      const FmaAt at = ga::fp32_a_copy(32 * warp + lane);
      return ga::fp32_a_offset(at.row, at.col);
    };
    EXPECT_EQ(worst(32, 4, a), 1);
    const auto b = [&](int lane) {
      const FmaAt at = ga::fp32_b_copy(32 * warp + lane);
      return ga::fp32_b_offset(at.row, at.col);
    };
    EXPECT_EQ(worst(8, 16, b), 1);
  }
}

// Even all 32 lanes together touch no bank twice: they read 128 and 64 bytes.
TEST(FmaBanks, Fp32LoadsAreOneRoundForAWholeWarp) {
  EXPECT_EQ(worst(32, 16, [](int l) { return ga::fp32_a_offset(ga::fp32_lane(l).row, 3); }), 1);
  EXPECT_EQ(worst(32, 16, [](int l) { return ga::fp32_b_offset(3, ga::fp32_lane(l).col); }), 1);
}

TEST(FmaBanks, Fp64LoadsAndCopiesHaveNoConflict) {
  for (int step = 0; step < Fp64Shape::kSteps; ++step) {
    const auto a = [&](int lane) {
      const FmaAt at = ga::fp64_a_lane(lane);
      return ga::fp64_a_offset(at.row, at.col + 4 * step);
    };
    EXPECT_EQ(worst(8, 16, a), 1);
    for (int k = 0; k < 2; ++k) {
      const auto b = [&](int lane) {
        const FmaAt at = ga::fp64_b_lane(lane);
        return ga::fp64_b_offset(8 * step + at.row + k, at.col);
      };
      EXPECT_EQ(worst(8, 16, b), 1);
    }
  }
  for (int warp = 0; warp < Fp64Shape::kThreads / 32; ++warp) {
    const auto a = [&](int lane) {
      const FmaAt at = ga::fp64_a_copy(32 * warp + lane);
      return ga::fp64_a_offset(at.row, at.col);
    };
    const auto b = [&](int lane) {
      const FmaAt at = ga::fp64_b_copy(32 * warp + lane);
      return ga::fp64_b_offset(at.row, at.col);
    };
    EXPECT_EQ(worst(8, 16, a), 1);
    EXPECT_EQ(worst(8, 16, b), 1);
  }
}

// What it would be without padding and swizzle: the tests above can fail.
TEST(FmaBanks, PlainRowsConflict) {
  EXPECT_EQ(worst(32, 4,
                  [](int lane) {
                    const FmaAt at = ga::fp32_a_copy(lane);
                    return (at.col * Fp32Shape::kM + at.row) * 4;
                  }),
            8);
  EXPECT_EQ(worst(8, 16,
                  [](int lane) {
                    const FmaAt at = ga::fp64_a_lane(lane);
                    return (at.row * Fp64Shape::kRowChunksA + at.col) * 16;
                  }),
            2);
  EXPECT_EQ(worst(8, 16,
                  [](int lane) {
                    const FmaAt at = ga::fp64_b_lane(lane);
                    return (at.row * Fp64Shape::kRowChunksB + at.col) * 16;
                  }),
            4);
}

// Every place of [0, bytes) that `size` bytes each can take, but for `unused`, exactly once.
void expect_once(const std::multiset<int>& places, int size, int count) {
  EXPECT_EQ(std::set<int>(places.begin(), places.end()).size(), places.size());
  EXPECT_EQ(static_cast<int>(places.size()), count);
  for (const int place : places) EXPECT_EQ(place % size, 0);
}

TEST(FmaCopies, Fp32CoversEachElementOfAStageOnce) {
  std::multiset<int> a, b;
  for (int thread = 0; thread < Fp32Shape::kThreads; ++thread) {
    const FmaAt in_a = ga::fp32_a_copy(thread), in_b = ga::fp32_b_copy(thread);
    for (int i = 0; i < Fp32Shape::kCopiesA; ++i) {
      a.insert(ga::fp32_a_offset(in_a.row + i * Fp32Shape::kRowStepA, in_a.col));
    }
    for (int i = 0; i < Fp32Shape::kCopiesB; ++i) {
      b.insert(ga::fp32_b_offset(in_b.row + i * Fp32Shape::kRowStepB, in_b.col));
    }
  }
  expect_once(a, 4, Fp32Shape::kM * Fp32Shape::kK);
  expect_once(b, 16, Fp32Shape::kN * Fp32Shape::kK / 4);
  EXPECT_LE(*a.rbegin() + 4, Fp32Shape::kBytesA);
  EXPECT_EQ(*b.rbegin() + 16, Fp32Shape::kBytesB);
}

// Also that a step down keeps its place in the swizzle, which the kernel relies on.
TEST(FmaCopies, Fp64CoversEachChunkOfAStageOnce) {
  std::multiset<int> a, b;
  for (int thread = 0; thread < Fp64Shape::kThreads; ++thread) {
    const FmaAt in_a = ga::fp64_a_copy(thread), in_b = ga::fp64_b_copy(thread);
    for (int i = 0; i < Fp64Shape::kCopiesA; ++i) {
      const int down = i * Fp64Shape::kRowStepA;
      a.insert(ga::fp64_a_offset(in_a.row + down, in_a.col));
      EXPECT_EQ(ga::fp64_a_offset(in_a.row + down, in_a.col),
                ga::fp64_a_offset(in_a.row, in_a.col) + ga::fp64_a_offset(down, 0));
    }
    for (int i = 0; i < Fp64Shape::kCopiesB; ++i) {
      const int down = ga::fp64_b_down(i);
      b.insert(ga::fp64_b_offset(in_b.row + down, in_b.col));
      EXPECT_EQ(ga::fp64_b_offset(in_b.row + down, in_b.col),
                ga::fp64_b_offset(in_b.row, in_b.col) + down * Fp64Shape::kRowChunksB * 16);
    }
  }
  expect_once(a, 16, Fp64Shape::kBytesA / 16);
  expect_once(b, 16, Fp64Shape::kBytesB / 16);
  EXPECT_EQ(*a.rbegin() + 16, Fp64Shape::kBytesA);
  EXPECT_EQ(*b.rbegin() + 16, Fp64Shape::kBytesB);
}

TEST(FmaLanes, Fp64StepsKeepTheirPlaceInTheSwizzle) {
  for (int lane = 0; lane < 32; ++lane) {
    const FmaAt a = ga::fp64_a_lane(lane), b = ga::fp64_b_lane(lane);
    const int first = ga::fp64_a_offset(a.row, a.col);
    EXPECT_EQ(ga::fp64_a_right(first), ga::fp64_a_offset(a.row, a.col + 4));
    for (int i = 0; i < 16; ++i) {
      EXPECT_EQ(first + ga::fp64_a_offset(8 * i, 0), ga::fp64_a_offset(a.row + 8 * i, a.col));
    }
    for (const int down : {0, 1, 8, 9}) {
      for (int j = 0; j < 8; ++j) {
        EXPECT_EQ(ga::fp64_b_offset(b.row, b.col) + (down * Fp64Shape::kRowChunksB + 8 * j) * 16,
                  ga::fp64_b_offset(b.row + down, b.col + 8 * j));
      }
    }
  }
}

template <class Shape, class Visit>
void for_each_lane(Visit&& visit) {
  for (int warp = 0; warp < Shape::kWarpsM * Shape::kWarpsN; ++warp) {
    for (int lane = 0; lane < 32; ++lane) {
      visit(warp % Shape::kWarpsM * Shape::kWarpM, warp / Shape::kWarpsM * Shape::kWarpN, lane);
    }
  }
}

TEST(FmaLanes, Fp32CoversTheTileOnce) {
  std::multiset<int> seen;
  for_each_lane<Fp32Shape>([&](int row, int col, int lane) {
    const FmaAt at = ga::fp32_lane(lane);
    for (int i = 0; i < 4 * Fp32Shape::kBlocksM; ++i) {
      for (int j = 0; j < 4 * Fp32Shape::kBlocksN; ++j) {
        const int r = row + at.row + i / 4 * Fp32Shape::kBlockM + i % 4;
        const int c = col + at.col + j / 4 * Fp32Shape::kBlockN + j % 4;
        EXPECT_TRUE(r < Fp32Shape::kM && c < Fp32Shape::kN);
        seen.insert(r * Fp32Shape::kN + c);
      }
    }
  });
  expect_once(seen, 1, Fp32Shape::kM * Fp32Shape::kN);
}

TEST(FmaLanes, Fp64CoversTheTileOnce) {
  std::multiset<int> seen;
  for_each_lane<Fp64Shape>([&](int row, int col, int lane) {
    const FmaAt at = ga::fp64_c_lane(lane);
    for (int i = 0; i < 2 * Fp64Shape::kFragmentsM; ++i) {
      for (int j = 0; j < 2 * Fp64Shape::kFragmentsN; ++j) {
        const int r = row + at.row + i / 2 * 8 + i % 2, c = col + at.col + j / 2 * 16 + j % 2;
        EXPECT_TRUE(r < Fp64Shape::kM && c < Fp64Shape::kN);
        seen.insert(r * Fp64Shape::kN + c);
      }
    }
  });
  expect_once(seen, 1, Fp64Shape::kM * Fp64Shape::kN);
}

}  // namespace
