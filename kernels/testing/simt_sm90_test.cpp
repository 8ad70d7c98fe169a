// The CPU stand-in for Hopper must see the mistakes that it is there for.
#include "kernels/testing/simt_ptx_sm90.h"
//
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "kernels/gemm/gemm_sm90_shape.h"

namespace {

using ga::TensorMap;
using ga::simt::Options;
using ga::simt::run;

constexpr std::uint32_t kBox = ga::simt::kSharedBase, kOther = kBox + 8192, kBarrier = kBox + 16384;
constexpr std::size_t kBytes = 16400;

// 64 x 64 elements, each its own number, and a second matrix of poison.
struct Matrices {
  std::vector<std::uint16_t> from, to;
  TensorMap from_map, to_map;
  Matrices() : from(64 * 64 + 8), to(64 * 64 + 8, 0xFFFF) {
    for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<std::uint16_t>(i);
    from_map = map(from);
    to_map = map(to);
  }
  static std::uint16_t* data(std::vector<std::uint16_t>& of) {
    auto* data = of.data();
    while (!ga::tensor_map_aligned(data)) ++data;
    return data;
  }
  static TensorMap map(std::vector<std::uint16_t>& of) {
    return ga::simt::encode({data(of), ga::ElementType::bf16, 60, 50, 128, 64, 64});
  }
};

void init(std::uint32_t arrivals) {
  if (threadIdx.x == 0) {
    ga::ptx::mbarrier_init(kBarrier, arrivals);
    ga::ptx::mbarrier_init_fence();
    ga::ptx::fence_proxy_async();
  }
  __syncthreads();
}

void wait(std::uint32_t parity) {
  while (!ga::ptx::mbarrier_try_wait(kBarrier, parity)) {
  }
}

std::uint16_t shared_word(std::uint32_t offset) {
  std::uint16_t word = 0;
  std::memcpy(&word, ga::ptx::dynamic_shared() + offset, 2);
  return word;
}

// What a thread reads of a loaded box at row 3, column 9: 0xFFFF is poison.
std::uint16_t loaded(bool waits, std::int32_t y, bool eager = false) {
  Matrices m;
  std::uint16_t found = 0;
  run({1}, 1, {.eager_copies = eager, .dynamic_shared = kBytes}, [&] {
    init(1);
    ga::ptx::mbarrier_arrive_expect(kBarrier, 8192);
    ga::ptx::tma_load(kBox, &m.from_map, kBarrier, 0, y);
    if (waits) wait(0);
    found = shared_word(ga::staged_offset(3, 18));
    wait(0);
  });
  return found;
}

TEST(SimtSm90, LoadsABoxSwizzledWithZerosOutside) {
  EXPECT_EQ(loaded(true, 0) - loaded(true, 1), -64);
  EXPECT_EQ(loaded(true, 46) % 64, loaded(true, 0) % 64);
  EXPECT_EQ(loaded(true, 47), 0);  // row 50 is outside
}

TEST(SimtSm90, SeesAMissingWaitForALoad) {
  EXPECT_EQ(loaded(false, 0), 0xFFFF);
  EXPECT_EQ(loaded(false, 0, true), loaded(true, 0));
}

TEST(SimtSm90DeathTest, SeesBytesThatWereNotAnnounced) {
  EXPECT_DEATH(run({1}, 1, {.dynamic_shared = kBytes},
                   [] {
                     Matrices m;
                     init(1);
                     ga::ptx::mbarrier_arrive_expect(kBarrier, 8000);
                     ga::ptx::tma_load(kBox, &m.from_map, kBarrier, 0, 0);
                     wait(0);
                   }),
               "more bytes");
}

TEST(SimtSm90DeathTest, SeesABarrierThatLacksAFence) {
  for (const auto& fence : {ga::ptx::mbarrier_init_fence, ga::ptx::fence_proxy_async}) {
    EXPECT_DEATH(run({1}, 1, {.dynamic_shared = kBytes},
                     [&] {
                       Matrices m;
                       ga::ptx::mbarrier_init(kBarrier, 1);
                       fence();
                       ga::ptx::mbarrier_arrive_expect(kBarrier, 8192);
                       ga::ptx::tma_load(kBox, &m.from_map, kBarrier, 0, 0);
                       wait(0);
                     }),
                 "lacks a fence");
  }
}

// Thread 32 has no initialisation to fence: that of thread 0 may come later for the copies.
TEST(SimtSm90DeathTest, SeesAFenceOfAnotherThread) {
  EXPECT_DEATH(run({1}, 64, {.dynamic_shared = kBytes},
                   [] {
                     Matrices m;
                     if (threadIdx.x == 0) ga::ptx::mbarrier_init(kBarrier, 1);
                     __syncthreads();
                     if (threadIdx.x == 32) {
                       ga::ptx::mbarrier_init_fence();
                       ga::ptx::fence_proxy_async();
                     }
                     __syncthreads();
                     if (threadIdx.x != 0) return;
                     ga::ptx::mbarrier_arrive_expect(kBarrier, 8192);
                     ga::ptx::tma_load(kBox, &m.from_map, kBarrier, 0, 0);
                     wait(0);
                   }),
               "lacks a fence");
}

TEST(SimtSm90DeathTest, SeesAPhaseThatNeverCompletes) {
  EXPECT_DEATH(run({1}, 2, {.dynamic_shared = kBytes},
                   [] {
                     init(3);
                     ga::ptx::mbarrier_arrive(kBarrier);
                     wait(0);
                   }),
               "hangs");
}

TEST(SimtSm90DeathTest, SeesTooManyArrivals) {
  EXPECT_DEATH(run({1}, 1, {.dynamic_shared = kBytes},
                   [] {
                     init(1);
                     ga::ptx::mbarrier_arrive_expect(kBarrier, 8);
                     ga::ptx::mbarrier_arrive(kBarrier);
                   }),
               "more arrivals");
}

// A fresh barrier has completed the phase of parity 1, and no other.
TEST(SimtSm90, AFreshBarrierLetsTheProducerPass) {
  bool one = false, zero = true;
  run({1}, 1, {.dynamic_shared = kBytes}, [&] {
    init(1);
    one = ga::ptx::mbarrier_try_wait(kBarrier, 1);
    zero = ga::ptx::mbarrier_try_wait(kBarrier, 0);
    ga::ptx::mbarrier_arrive(kBarrier);
  });
  EXPECT_TRUE(one);
  EXPECT_FALSE(zero);
}

// The first word that arrives in the output when 7.0f is staged and stored.
std::uint32_t stored(bool fences, bool overwrites) {
  std::vector<float> to(32 * 64 + 4, -1);
  float* data = to.data();
  while (!ga::tensor_map_aligned(data)) ++data;
  const TensorMap map = ga::simt::encode({data, ga::ElementType::fp32, 32, 64, 128, 32, 64});
  run({1}, 1, {.dynamic_shared = kBytes}, [&] {
    ga::ptx::store_shared(kBox + ga::staged_offset(0, 0), 7.0f, 8.0f);
    if (fences) ga::ptx::fence_proxy_async();
    ga::ptx::tma_store(&map, kBox, 0, 0);
    ga::ptx::bulk_commit();
    if (overwrites) {  // without waiting for the store to have read
      ga::ptx::store_shared(kBox + ga::staged_offset(0, 0), 9.0f, 9.0f);
      ga::ptx::fence_proxy_async();
    }
    ga::ptx::bulk_wait<0>();
  });
  return ga::float_bits(data[0]);
}

TEST(SimtSm90, SeesAMissingFenceAndAnOverwrittenStore) {
  EXPECT_EQ(stored(true, false), ga::float_bits(7.0f));
  EXPECT_EQ(stored(false, false), 0xFFFFFFFFu);
  EXPECT_EQ(stored(true, true), ga::float_bits(9.0f));
}

TEST(SimtSm90DeathTest, SeesAnOffsetTakenForAnAddress) {
  EXPECT_DEATH(run({1}, 1, {.dynamic_shared = kBytes},
                   [] { ga::ptx::store_shared(ga::staged_offset(0, 0), 7.0f, 8.0f); }),
               "outside shared memory");
}

// 60 columns of the matrix are 120 bytes of a row: the last 4 of its 64 are written too. Row 50 is
// outside and stays.
TEST(SimtSm90, AStoreEndsWithinARowAtSixteenBytes) {
  Matrices m;
  run({1}, 1, {.dynamic_shared = kBytes}, [&] {
    for (std::uint32_t at = 0; at < 8192; at += 8) ga::ptx::store_shared(kBox + at, 0, 0);
    ga::ptx::fence_proxy_async();
    ga::ptx::tma_store(&m.to_map, kBox, 0, 0);
    ga::ptx::bulk_commit();
    ga::ptx::bulk_wait<0>();
  });
  const std::uint16_t* const to = Matrices::data(m.to);
  EXPECT_EQ(to[49 * 64 + 59], 0);
  EXPECT_EQ(to[49 * 64 + 63], 0);
  EXPECT_EQ(to[50 * 64], 0xFFFF);
}

TEST(SimtSm90DeathTest, SeesAnExitBeforeTheStoresHaveRead) {
  EXPECT_DEATH(run({1}, 1, {.dynamic_shared = kBytes},
                   [] {
                     Matrices m;
                     ga::ptx::tma_store(&m.to_map, kBox, 0, 0);
                     ga::ptx::bulk_commit();
                   }),
               "before its stores");
}

TEST(SimtSm90DeathTest, SeesALoadIntoABlockThatHasEnded) {
  static Matrices m;
  EXPECT_DEATH(run({1}, 1, {.dynamic_shared = kBytes},
                   [] {
                     init(1);
                     ga::ptx::mbarrier_arrive_expect(kBarrier, 8192);
                     ga::ptx::tma_load(kBox, &m.from_map, kBarrier, 0, 0);
                   }),
               "has ended");
}

// 64 x 64 x 16 of loaded boxes by one warpgroup; `late` overwrites A before the wait.
float product(bool waits, bool late) {
  Matrices a, b;
  for (auto& x : a.from) x = 0x3F80;  // 1.0
  for (auto& x : b.from) x = 0x4000;  // 2.0
  float found = -1;
  run({1}, 128, {.dynamic_shared = kBytes}, [&] {
    init(1);
    if (threadIdx.x == 0) {
      ga::ptx::mbarrier_arrive_expect(kBarrier, 16384);
      ga::ptx::tma_load(kBox, &a.from_map, kBarrier, 0, 0);
      ga::ptx::tma_load(kOther, &b.from_map, kBarrier, 0, 0);
    }
    wait(0);
    float c[32] = {};
    ga::ptx::wgmma_fence();
    ga::ptx::wgmma<ga::Bf16>(c, ga::sm90_descriptor_along_k(kBox),
                             ga::sm90_descriptor_along_n(kOther), 0);
    ga::ptx::wgmma_commit();
    if (late) {
      __syncthreads();
      if (threadIdx.x == 0) {
        ga::ptx::mbarrier_arrive_expect(kBarrier, 8192);
        ga::ptx::tma_load(kBox, &b.from_map, kBarrier, 0, 0);
      }
      wait(1);
    }
    if (waits) ga::ptx::wgmma_wait<0>();
    if (threadIdx.x == 0) found = c[0];
    ga::ptx::wgmma_wait<0>();
  });
  return found;
}

TEST(SimtSm90, SeesAProductNotWaitedForAndAnOverwrittenOperand) {
  EXPECT_EQ(product(true, false), 32.0f);
  EXPECT_EQ(product(false, false), 0.0f);
  EXPECT_EQ(product(true, true), 64.0f);
}

// Ones from registers times twos from memory; `early` zeroes the registers before the wait.
float product_of_registers(bool early, bool eager) {
  Matrices b;
  for (auto& x : b.from) x = 0x4000;  // 2.0
  float found = -1;
  run({1}, 128, {.eager_products = eager, .dynamic_shared = kBytes}, [&] {
    init(1);
    if (threadIdx.x == 0) {
      ga::ptx::mbarrier_arrive_expect(kBarrier, 8192);
      ga::ptx::tma_load(kOther, &b.from_map, kBarrier, 0, 0);
    }
    wait(0);
    float c[32] = {};
    std::uint32_t a[4] = {0x3F803F80, 0x3F803F80, 0x3F803F80, 0x3F803F80};
    ga::ptx::wgmma_fence();
    ga::ptx::wgmma_registers<ga::Bf16>(c, a, ga::sm90_descriptor_along_n(kOther), 0);
    ga::ptx::wgmma_commit();
    if (early) a[0] = a[1] = a[2] = a[3] = 0;
    ga::ptx::wgmma_wait<0>();
    if (threadIdx.x == 0) found = c[0];
  });
  return found;
}

TEST(SimtSm90, SeesRegistersThatChangeBeforeTheWait) {
  EXPECT_EQ(product_of_registers(false, false), 32.0f);
  EXPECT_EQ(product_of_registers(false, true), 32.0f);
  EXPECT_NE(product_of_registers(true, false), 32.0f);
}

// Row and k of element (row, k) of an operand in registers: by one-hot columns of B.
TEST(SimtSm90, FragmentsInRegistersLieAsThePtxIsaSays) {
  Matrices b;
  for (auto& x : b.from) x = 0;
  for (int k = 0; k < 16; ++k) Matrices::data(b.from)[64 * k + k] = 0x3F80;
  float wrong = 0;
  run({1}, 128, {.dynamic_shared = kBytes}, [&] {
    init(1);
    if (threadIdx.x == 0) {
      ga::ptx::mbarrier_arrive_expect(kBarrier, 8192);
      ga::ptx::tma_load(kOther, &b.from_map, kBarrier, 0, 0);
    }
    wait(0);
    const auto thread = static_cast<int>(threadIdx.x);
    const int row = 16 * (thread / 32) + thread % 32 / 4, k = 2 * (thread % 4);
    const auto value = [](int r, int at) { return static_cast<float>(r + 64 * at % 128); };
    std::uint32_t a[4];
    for (int i = 0; i < 4; ++i) {
      const int r = row + 8 * (i % 2), at = k + 8 * (i / 2);
      a[i] = ga::ptx::pack<ga::Bf16>(value(r, at), value(r, at + 1));
    }
    float c[32] = {};
    ga::ptx::wgmma_fence();
    ga::ptx::wgmma_registers<ga::Bf16>(c, a, ga::sm90_descriptor_along_n(kOther), 0);
    ga::ptx::wgmma_commit();
    ga::ptx::wgmma_wait<0>();
    for (int i = 0; i < 8; ++i) {
      const int r = row + 8 * (i / 2 % 2), col = 8 * (i / 4) + k + i % 2;
      wrong += std::fabs(c[i] - value(r, col));
    }
  });
  EXPECT_EQ(wrong, 0.0f);
}

// Rows of head 1 of batch 1 and no others; what is behind the matrix is zero, not the next batch.
TEST(SimtSm90, LoadsABoxOfAnArrayWithZerosOutside) {
  Matrices m;  // as [2 batches][8 rows][4 heads][64 dims]
  const TensorMap map =
      ga::simt::encode({Matrices::data(m.from), ga::ElementType::bf16, 64, 8, 512, 64, 16, 4, 2});
  std::uint16_t inside = 0, outside = 1;
  run({1}, 1, {.dynamic_shared = kBytes}, [&] {
    init(1);
    ga::ptx::mbarrier_arrive_expect(kBarrier, 2048);
    ga::ptx::tma_load(kBox, &map, kBarrier, {.head = 1, .row = 3, .batch = 1});
    wait(0);
    inside = shared_word(ga::staged_offset(4, 18));
    outside = shared_word(ga::staged_offset(5, 18));
  });
  EXPECT_EQ(inside - Matrices::data(m.from)[0], 1 * 2048 + 7 * 256 + 64 + 9);
  EXPECT_EQ(outside, 0);
}

TEST(SimtSm90DeathTest, SeesABoxOfOtherDimensionsThanItsMap) {
  EXPECT_DEATH(run({1}, 1, {.dynamic_shared = kBytes},
                   [] {
                     Matrices m;
                     init(1);
                     ga::ptx::tma_load(kBox, &m.from_map, kBarrier, ga::BoxAt{});
                   }),
               "other dimensions");
}

// One warp counts for a barrier and goes on; the other waits for it.
TEST(SimtSm90, ABarrierCountsThoseThatDoNotWait) {
  bool arrived = false, seen = false;
  run({1}, 64, {.dynamic_shared = kBytes}, [&] {
    if (threadIdx.x < 32) {
      ga::ptx::named_barrier(3, 64);
      seen = seen || arrived;
    } else {
      if (threadIdx.x == 32) arrived = true;
      ga::ptx::named_barrier_arrive(3, 64);
    }
  });
  EXPECT_TRUE(seen);
}

TEST(SimtSm90DeathTest, SeesAMissingFenceOfTheAccumulators) {
  EXPECT_DEATH(run({1}, 128, {.dynamic_shared = kBytes},
                   [] {
                     float c[32] = {};
                     ga::ptx::wgmma<ga::Bf16>(c, ga::sm90_descriptor_along_k(kBox),
                                              ga::sm90_descriptor_along_n(kOther), 0);
                   }),
               "without a fence");
}

// As a kernel would that took the descriptor of a 16-bit B for one along k.
TEST(SimtSm90DeathTest, SeesADescriptorOfTheOtherLayout) {
  EXPECT_DEATH(run({1}, 128, {.eager_products = true, .dynamic_shared = kBytes},
                   [] {
                     std::int32_t c[64] = {};
                     ga::ptx::wgmma_fence();
                     ga::ptx::wgmma<std::int8_t>(c, ga::sm90_descriptor_along_k(kBox),
                                                 ga::sm90_descriptor_along_n(kOther), 0);
                   }),
               "leading distance");
}

TEST(SimtSm90DeathTest, SeesAnArrivalAtABlockThatHasEnded) {
  EXPECT_DEATH(run({2}, 32, {.dynamic_shared = kBytes, .cluster = 2},
                   [] {
                     if (ga::ptx::cluster_rank() == 0) return;
                     for (int i = 0; i < 3; ++i) __syncthreads();
                     ga::ptx::mbarrier_arrive_cluster(ga::ptx::map_shared(kBarrier, 0));
                   }),
               "has ended");
}

TEST(SimtSm90, MulticastReachesEveryCtaAndItsBarrier) {
  Matrices m;
  std::vector<std::uint16_t> found(2);
  run({2}, 32, {.order_seed = 4, .dynamic_shared = kBytes, .cluster = 2}, [&] {
    init(1);
    ga::ptx::cluster_arrive();
    ga::ptx::cluster_wait();
    if (threadIdx.x == 0) ga::ptx::mbarrier_arrive_expect(kBarrier, 8192);
    if (threadIdx.x == 0 && ga::ptx::cluster_rank() == 0) {
      ga::ptx::tma_load_multicast(kBox, &m.from_map, kBarrier, 0, 0, 3);
    }
    wait(0);
    found[ga::ptx::cluster_rank()] = shared_word(ga::staged_offset(3, 18));
    ga::ptx::cluster_arrive();
    ga::ptx::cluster_wait();
  });
  EXPECT_EQ(found[0], found[1]);
  EXPECT_NE(found[0], 0xFFFF);
}

}  // namespace
