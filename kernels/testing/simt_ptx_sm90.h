// The functions of kernels/ptx that Hopper adds, for kernels that run on the CPU.
// Include before the kernel's .cuh: the real headers are empty for g++.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/data/element.h"
#include "kernels/ptx/wgmma_descriptor.h"
#include "kernels/testing/simt_ptx.h"
#include "kernels/testing/simt_sm90.h"

namespace ga::ptx {

inline void mbarrier_init(std::uint32_t barrier, std::uint32_t arrivals) {
  simt::mbarrier_init(barrier, arrivals);
}
inline void mbarrier_init_fence() { simt::mbarrier_init_fence(); }
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
inline std::uint64_t load_cluster(std::uint32_t mapped) { return simt::read_cluster(mapped); }
inline void cluster_arrive() { simt::cluster_arrive(); }
inline void cluster_wait() { simt::cluster_wait(); }

inline void tma_prefetch_map(const TensorMap*) {}
inline void tma_load(std::uint32_t shared, const TensorMap* map, std::uint32_t barrier,
                     std::int32_t x, std::int32_t y) {
  simt::load_box(*map, shared, barrier, {.col = x, .row = y}, 2, 0);
}
inline void tma_load_multicast(std::uint32_t shared, const TensorMap* map, std::uint32_t barrier,
                               std::int32_t x, std::int32_t y, std::uint16_t ranks) {
  simt::load_box(*map, shared, barrier, {.col = x, .row = y}, 2, ranks);
}
inline void tma_store(const TensorMap* map, std::uint32_t shared, std::int32_t x, std::int32_t y) {
  simt::store_box(*map, shared, {.col = x, .row = y}, 2);
}
inline void tma_load(std::uint32_t shared, const TensorMap* map, std::uint32_t barrier, BoxAt at) {
  simt::load_box(*map, shared, barrier, at, 4, 0);
}
inline void tma_store(const TensorMap* map, std::uint32_t shared, BoxAt at) {
  simt::store_box(*map, shared, at, 4);
}
inline void bulk_load(std::uint32_t shared, const void* global, std::uint32_t bytes,
                      std::uint32_t barrier) {
  simt::load_run(shared, global, bytes, barrier);
}
inline void bulk_store(void* global, std::uint32_t shared, std::uint32_t bytes) {
  simt::store_run(global, shared, bytes);
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
  simt::named_barrier(id, threads, true);
}
inline void named_barrier_arrive(std::uint32_t id, std::uint32_t threads) {
  simt::named_barrier(id, threads, false);
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
template <class Sum, int kCount>
void wgmma_settle(Sum (&)[kCount]) {}

// The value that the tensor cores multiply: of a tf32 they read the upper 19 bits, as to_float()
// does.
template <class In>
auto multiplied(In x) {
  if constexpr (std::is_same_v<In, std::int8_t>) {
    return static_cast<std::int32_t>(x);
  } else {
    return to_float(x);
  }
}

// Where the operands of a product lie: a along k in shared memory, or in registers; b along k, or
// along n, the transposed operand of 16-bit types.
enum class OperandA { shared, registers };
using OperandB = simt::Major;

// Element k of a's row in the thread's upper or lower half, from the registers of its quad.
template <class In>
In register_element(const simt::Product& p, int half, int k) {
  const std::uint32_t packed = p.a_registers[k % 8 / 2][2 * (k / 8) + half];
  return In{static_cast<decltype(In::bits)>(packed >> (16 * (k % 2)))};
}

// One thread's elements of c (+)= a b, as wgmma.cuh says where they lie. The sums of fp8 are those
// of floats: what the tensor cores drop of them is not modelled.
template <class In, class Sum, OperandA kA, OperandB kB>
void run_wgmma(const simt::Product& p, int thread) {
  constexpr int kDepth = kWgmmaDepthBytes / static_cast<int>(sizeof(In));
  const int row = 16 * (thread / 32 % 4) + thread % 32 / 4;
  Sum a[2][kDepth];
  for (int half = 0; half < 2; ++half) {
    for (int k = 0; k < kDepth; ++k) {
      if constexpr (kA == OperandA::registers) {
        a[half][k] = multiplied(register_element<In>(p, half, k));
      } else {
        const simt::Operand of_a(p.a, simt::Major::k);
        a[half][k] = multiplied(of_a.element<In>(row + 8 * half, k));
      }
    }
  }
  const simt::Operand of_b(p.b, kB);
  auto* const c = static_cast<Sum*>(p.c);
  for (int i = 0; i < p.count; i += 4) {
    for (int side = 0; side < 2; ++side) {
      const int col = 2 * i + 2 * (thread % 4) + side;
      Sum& upper = c[i + side];
      Sum& lower = c[i + 2 + side];
      if (!p.accumulate) upper = lower = 0;
      for (int k = 0; k < kDepth; ++k) {
        const Sum b = multiplied(of_b.element<In>(col, k));
        upper += a[0][k] * b;
        lower += a[1][k] * b;
      }
    }
  }
}

template <class In, class Sum, int kCount>
void wgmma(Sum (&c)[kCount], std::uint64_t a, std::uint64_t b, int accumulate) {
  constexpr auto kB = sizeof(In) == 2 ? OperandB::mn : OperandB::k;
  simt::product_issue(
      {c, kCount, a, b, accumulate != 0, {}, &run_wgmma<In, Sum, OperandA::shared, kB>});
}
template <class In, int kCount>
void wgmma_along_k(float (&c)[kCount], std::uint64_t a, std::uint64_t b, int accumulate) {
  simt::product_issue(
      {c, kCount, a, b, accumulate != 0, {}, &run_wgmma<In, float, OperandA::shared, OperandB::k>});
}
// The registers are read when the product is carried out, which may be as late as its wait.
template <class In, int kCount>
void wgmma_registers(float (&c)[kCount], const std::uint32_t (&a)[4], std::uint64_t b,
                     int accumulate) {
  simt::Product product{c,
                        kCount,
                        0,
                        b,
                        accumulate != 0,
                        {},
                        &run_wgmma<In, float, OperandA::registers, OperandB::mn>};
  const std::uint32_t* const mine = a;
  const unsigned char* const all = simt::exchange(&mine, sizeof mine);
  const std::size_t first = simt::thread_index().x % 32 / 4 * 4;
  for (std::size_t lane = 0; lane < 4; ++lane) {
    std::memcpy(&product.a_registers[lane], all + (first + lane) * simt::kSlot, sizeof mine);
  }
  simt::product_issue(product);
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
inline void store_shared(std::uint32_t shared, std::int32_t first, std::int32_t second) {
  const std::int32_t both[2] = {first, second};
  simt::write_shared(shared, both, sizeof both);
}

}  // namespace ga::ptx
