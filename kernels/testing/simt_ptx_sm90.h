// The functions of kernels/ptx that Hopper adds, for kernels that run on the CPU.
// Include before the kernel's .cuh: the real headers are empty for g++.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/data/bf16.h"
#include "kernels/data/fp16.h"
#include "kernels/testing/simt_ptx.h"
#include "kernels/testing/simt_sm90.h"

namespace ga::ptx {

inline void mbarrier_init(std::uint32_t barrier, std::uint32_t arrivals) {
  simt::mbarrier_init(barrier, arrivals);
}
inline void mbarrier_init_fence() {}
inline void mbarrier_arrive(std::uint32_t barrier) { simt::mbarrier_arrive(barrier, 0); }
inline void mbarrier_arrive_cluster(std::uint32_t barrier) { simt::mbarrier_arrive(barrier, 0); }
inline void mbarrier_arrive_expect(std::uint32_t barrier, std::uint32_t bytes) {
  simt::mbarrier_arrive(barrier, bytes);
}
inline bool mbarrier_try_wait(std::uint32_t barrier, std::uint32_t parity) {
  return simt::mbarrier_try_wait(barrier, parity);
}

inline std::uint32_t cluster_rank() { return simt::cluster_rank(); }
inline std::uint32_t map_shared(std::uint32_t shared, std::uint32_t rank) {
  return simt::map_shared(shared, rank);
}
inline void cluster_arrive() { simt::cluster_arrive(); }
inline void cluster_wait() { simt::cluster_wait(); }

inline void tma_prefetch_map(const TensorMap*) {}
inline void tma_load(std::uint32_t shared, const TensorMap* map, std::uint32_t barrier,
                     std::int32_t x, std::int32_t y) {
  simt::load_box(*map, shared, barrier, x, y, 0);
}
inline void tma_load_multicast(std::uint32_t shared, const TensorMap* map, std::uint32_t barrier,
                               std::int32_t x, std::int32_t y, std::uint16_t ranks) {
  simt::load_box(*map, shared, barrier, x, y, ranks);
}
inline void tma_store(const TensorMap* map, std::uint32_t shared, std::int32_t x, std::int32_t y) {
  simt::store_box(*map, shared, x, y);
}
inline void bulk_commit() { simt::store_commit(); }
template <int kPending>
void bulk_wait_read() {
  simt::store_wait(kPending);
}
template <int kPending>
void bulk_wait() {
  simt::store_wait(kPending);
}

template <int kRegisters>
void setmaxnreg_dec() {}
template <int kRegisters>
void setmaxnreg_inc() {}
inline void named_barrier(std::uint32_t id, std::uint32_t threads) {
  simt::named_barrier(id, threads);
}
inline bool elect() { return simt::thread_index().x % 32 == 0; }
inline int warp_uniform(int value) {
  std::memcpy(&value, simt::exchange(&value, sizeof value), sizeof value);
  return value;
}
inline void fence_proxy_async() { simt::fence_async(); }

inline void wgmma_fence() { simt::product_fence(); }
inline void wgmma_commit() { simt::product_commit(); }
template <int kPending>
void wgmma_wait() {
  simt::product_wait(kPending);
}
template <int kCount>
void wgmma_settle(float (&)[kCount]) {}

// One thread's elements of c (+)= a b, as wgmma.cuh says where they lie.
template <class In>
void run_wgmma(const simt::Product& p, int thread) {
  constexpr int kDepth = 16;
  const int row = 16 * (thread / 32 % 4) + thread % 32 / 4;
  const auto value = [](std::uint16_t bits) { return to_float(In{bits}); };
  float a[2][kDepth];
  for (int k = 0; k < kDepth; ++k) {
    a[0][k] = value(simt::element_k_major(p.a, row, k));
    a[1][k] = value(simt::element_k_major(p.a, row + 8, k));
  }
  for (int i = 0; i < p.count; i += 4) {
    for (int side = 0; side < 2; ++side) {
      const int col = 2 * i + 2 * (thread % 4) + side;
      float& upper = p.c[i + side];
      float& lower = p.c[i + 2 + side];
      if (!p.accumulate) upper = lower = 0;
      for (int k = 0; k < kDepth; ++k) {
        const float b = value(simt::element_mn_major(p.b, col, k));
        upper += a[0][k] * b;
        lower += a[1][k] * b;
      }
    }
  }
}

template <class In, int kCount>
void wgmma(float (&c)[kCount], std::uint64_t a, std::uint64_t b, int accumulate) {
  simt::product_issue({c, kCount, a, b, accumulate != 0, &run_wgmma<In>});
}

inline void stmatrix_x4(std::uint32_t shared, const std::uint32_t (&in)[4]) {
  const unsigned char* const addresses = simt::exchange(&shared, sizeof shared);
  const unsigned lane = simt::thread_index().x % 32;
  for (unsigned matrix = 0; matrix < 4; ++matrix) {
    std::uint32_t row = 0;
    std::memcpy(&row, addresses + (8 * matrix + lane / 4) * simt::kSlot, sizeof row);
    simt::write_shared(row + 4 * (lane % 4), &in[matrix], sizeof in[matrix]);
  }
}

inline void store_shared(std::uint32_t shared, float first, float second) {
  const float both[2] = {first, second};
  simt::write_shared(shared, both, sizeof both);
}

}  // namespace ga::ptx
