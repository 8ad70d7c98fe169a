// The CPU stand-in must see the mistakes that it is there for.
#include "kernels/testing/simt_ptx.h"
//
#include <gtest/gtest.h>

#include <vector>

#include "kernels/check/block_reduce.cuh"

namespace {

using ga::simt::Options;
using ga::simt::run;

TEST(Simt, RunsEachThreadOfEachBlockOnce) {
  std::vector<int> seen(6 * 64, 0);
  run({6}, 64, {.order_seed = 9}, [&] { ++seen[blockIdx.x * blockDim.x + threadIdx.x]; });
  EXPECT_EQ(seen, std::vector<int>(6 * 64, 1));
}

// Each thread passes its number to its neighbour, with the barrier or without.
int neighbours_right(bool barrier, std::uint32_t order) {
  static int slot[64];
  int right = 0;
  for (int& s : slot) s = -1;
  run({1}, 64, {.order_seed = order}, [&] {
    const int mine = static_cast<int>(threadIdx.x);
    slot[mine] = mine;
    if (barrier) __syncthreads();
    if (slot[(mine + 1) % 64] == (mine + 1) % 64) ++right;
  });
  return right;
}

TEST(Simt, SeesAMissingBarrier) {
  EXPECT_EQ(neighbours_right(true, 0), 64);
  EXPECT_EQ(neighbours_right(true, 7), 64);
  EXPECT_LT(neighbours_right(false, 0), 64);
}

// What a thread finds of its copy after waiting for all groups but `kPending`.
template <int kPending>
std::uint32_t copied(bool eager) {
  alignas(16) static const std::uint32_t source[4] = {1, 2, 3, 4};
  std::uint32_t found = 0;
  run({1}, 1, {.eager_copies = eager, .dynamic_shared = 64}, [&] {
    unsigned char* const shared = ga::ptx::dynamic_shared();
    ga::ptx::cp_async_16(ga::ptx::shared_address(shared), source, 8);
    ga::ptx::cp_async_commit();
    ga::ptx::cp_async_wait<kPending>();
    found = reinterpret_cast<const std::uint32_t*>(shared)[1];
    if (kPending == 0) {
      EXPECT_EQ(reinterpret_cast<const std::uint32_t*>(shared)[2], 0u);
    }
  });
  return found;
}

TEST(Simt, SeesAMissingWait) {
  EXPECT_EQ(copied<0>(false), 2u);
  EXPECT_EQ(copied<1>(false), 0xFFFFFFFFu);
  EXPECT_EQ(copied<1>(true), 2u);
}

TEST(SimtDeathTest, SeesABarrierThatSomeThreadsSkip) {
  EXPECT_DEATH(run({1}, 32, {},
                   [] {
                     if (threadIdx.x != 3) __syncthreads();
                   }),
               "hangs");
}

TEST(BlockReduce, AddsAndMinimisesOverTheBlock) {
  for (const std::uint32_t order : {0u, 5u, 6u}) {
    std::uint64_t sum = 0;
    std::uint64_t least = 0;
    run({1}, 128, {.order_seed = order}, [&] {
      const std::uint64_t mine = 200 + threadIdx.x;
      const std::uint64_t s = ga::block_sum<128>(mine);
      const std::uint64_t m = ga::block_min<128>(mine);
      if (threadIdx.x == 0) {
        sum = s;
        least = m;
      }
    });
    EXPECT_EQ(sum, 128u * 200 + 127 * 64);
    EXPECT_EQ(least, 200u);
  }
}

// A x I = A through ldmatrix and mma alone, each element by its coordinates.
TEST(Mma, MultipliesByTheIdentity) {
  std::vector<float> c(16 * 8, -1);
  run({1}, 32, {.dynamic_shared = 16 * 32 + 16 * 32}, [&] {
    auto* const a = reinterpret_cast<ga::Bf16*>(ga::ptx::dynamic_shared());
    ga::Bf16* const b = a + 16 * 16;
    const int lane = static_cast<int>(threadIdx.x);
    for (int i = lane; i < 256; i += 32) {
      a[i] = ga::to_bf16(static_cast<float>(i / 16 * 8 + i % 16));
      b[i] = ga::to_bf16(i / 16 == i % 16 ? 1.0f : 0.0f);
    }
    __syncthreads();
    std::uint32_t fa[4], fb[4];
    const auto row = [&](ga::Bf16* m) {
      return ga::ptx::shared_address(m + lane % 16 * 16 + lane / 16 * 8);
    };
    ga::ptx::ldmatrix_x4(fa, row(a));
    ga::ptx::ldmatrix_x4_trans(fb, row(b));
    float out[4] = {};
    ga::ptx::mma_m16n8k16<ga::Bf16>(out, fa, fb[0], fb[1]);
    for (int i = 0; i < 4; ++i) {
      c[static_cast<std::size_t>((lane / 4 + i / 2 * 8) * 8 + 2 * (lane % 4) + i % 2)] = out[i];
    }
  });
  for (std::size_t i = 0; i < c.size(); ++i) {
    EXPECT_EQ(c[i], static_cast<float>(i / 8 * 8 + i % 8));
  }
}

}  // namespace
