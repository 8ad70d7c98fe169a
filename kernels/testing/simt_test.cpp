// The CPU stand-in must see the mistakes that it is there for.
#include "kernels/testing/simt_ptx.h"
//
#include <gtest/gtest.h>

#include <cstdint>
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
    ga::ptx::mma<ga::Bf16>(out, fa, fb[0], fb[1]);
    for (int i = 0; i < 4; ++i) {
      c[static_cast<std::size_t>((lane / 4 + i / 2 * 8) * 8 + 2 * (lane % 4) + i % 2)] = out[i];
    }
  });
  for (std::size_t i = 0; i < c.size(); ++i) {
    EXPECT_EQ(c[i], static_cast<float>(i / 8 * 8 + i % 8));
  }
}

// Lane l holds, of row l / 4 of A and column l / 4 of B, elements number l % 4: one product each.
template <class In, class Sum>
std::vector<Sum> mma_of(std::uint32_t a, std::uint32_t b, Sum start) {
  std::vector<Sum> c(16 * 8);
  run({1}, 32, {}, [&] {
    const int lane = static_cast<int>(threadIdx.x);
    const std::uint32_t first = lane % 4 == 0 ? ~0u : 0u;
    const std::uint32_t fa[4] = {a & first, 0, 0, 0};
    Sum out[4] = {start, start, start, start};
    ga::ptx::mma<In>(out, fa, b & first, 0);
    for (int i = 0; i < 4; ++i) {
      c[static_cast<std::size_t>((lane / 4 + i / 2 * 8) * 8 + 2 * (lane % 4) + i % 2)] = out[i];
    }
  });
  return c;
}

// 1 + 2^-10 times 1 + 2^-10, and the bits below these read by nobody.
TEST(Mma, ReadsNineteenBitsOfTf32) {
  const auto c = mma_of<ga::Tf32, float>(0x3F802000u | 0x1FFFu, 0x3F802000u | 0x1000u, 0.0f);
  EXPECT_EQ(c[0], 1.0f + 0x1p-9f + 0x1p-20f);
  EXPECT_EQ(c[8 * 8], 0.0f);
}

// -128 x 127 + 2 x 3 + 0 + -1 x 5, on the largest integer but one thousand and on the smallest.
TEST(Mma, AddsBytesInThirtyTwoBitsThatWrapAround) {
  const std::uint32_t a = 0xFF000280u, b = 0x0500037Fu;
  constexpr std::int32_t kSum = -128 * 127 + 6 - 5;
  EXPECT_EQ((mma_of<std::int8_t, std::int32_t>(a, b, 1000))[0], 1000 + kSum);
  EXPECT_EQ((mma_of<std::int8_t, std::int32_t>(a, b, INT32_MIN))[0], INT32_MAX + kSum + 1);
}

// 1.5 x 2 + 448 x 2^-9.
TEST(Mma, ReadsE4m3) {
  EXPECT_EQ((mma_of<ga::Fp8, float>(0x7E3Cu, 0x0140u, 0.0f))[0], 3.0f + 0.875f);
}

}  // namespace
