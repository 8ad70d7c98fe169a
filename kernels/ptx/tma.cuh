// TMA: boxes of a matrix between global and shared memory, by one thread, asynchronously.
// PTX ISA, "cp.async.bulk.tensor", "cp.async.bulk.commit_group", "cp.async.bulk.wait_group". sm_90.
//
// x counts elements of the inner dimension, y rows; a map of four dimensions takes a BoxAt. A load
// reports its bytes, zeros included, to the mbarrier; a store belongs to a group of the thread that
// issued it.
#pragma once

#include <cstdint>

#include "kernels/data/tensor_map.h"

#if defined(__CUDACC__)
namespace ga::ptx {

__device__ __forceinline__ void tma_prefetch_map(const TensorMap* map) {
  asm volatile("prefetch.tensormap [%0];\n" ::"l"(map) : "memory");
}

__device__ __forceinline__ void tma_load(std::uint32_t shared, const TensorMap* map,
                                         std::uint32_t barrier, std::int32_t x, std::int32_t y) {
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes "
      "[%0], [%1, {%2, %3}], [%4];\n" ::"r"(shared),
      "l"(map), "r"(x), "r"(y), "r"(barrier)
      : "memory");
}

// The box goes to the same place of every CTA whose rank's bit is set, its bytes to their barriers.
__device__ __forceinline__ void tma_load_multicast(std::uint32_t shared, const TensorMap* map,
                                                   std::uint32_t barrier, std::int32_t x,
                                                   std::int32_t y, std::uint16_t ranks) {
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes"
      ".multicast::cluster [%0], [%1, {%2, %3}], [%4], %5;\n" ::"r"(shared),
      "l"(map), "r"(x), "r"(y), "r"(barrier), "h"(ranks)
      : "memory");
}

__device__ __forceinline__ void tma_store(const TensorMap* map, std::uint32_t shared,
                                          std::int32_t x, std::int32_t y) {
  asm volatile(
      "cp.async.bulk.tensor.2d.global.shared::cta.tile.bulk_group [%0, {%1, %2}], [%3];\n" ::"l"(
          map),
      "r"(x), "r"(y), "r"(shared)
      : "memory");
}

__device__ __forceinline__ void tma_load(std::uint32_t shared, const TensorMap* map,
                                         std::uint32_t barrier, BoxAt at) {
  asm volatile(
      "cp.async.bulk.tensor.4d.shared::cluster.global.tile.mbarrier::complete_tx::bytes "
      "[%0], [%1, {%2, %3, %4, %5}], [%6];\n" ::"r"(shared),
      "l"(map), "r"(at.col), "r"(at.head), "r"(at.row), "r"(at.batch), "r"(barrier)
      : "memory");
}

__device__ __forceinline__ void tma_store(const TensorMap* map, std::uint32_t shared, BoxAt at) {
  asm volatile(
      "cp.async.bulk.tensor.4d.global.shared::cta.tile.bulk_group "
      "[%0, {%1, %2, %3, %4}], [%5];\n" ::"l"(map),
      "r"(at.col), "r"(at.head), "r"(at.row), "r"(at.batch), "r"(shared)
      : "memory");
}

// Without a map: `bytes` as they lie, a multiple of 16 at addresses aligned to as much.
__device__ __forceinline__ void bulk_load(std::uint32_t shared, const void* global,
                                          std::uint32_t bytes, std::uint32_t barrier) {
  asm volatile(
      "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];\n" ::
          "r"(shared),
      "l"(global), "r"(bytes), "r"(barrier)
      : "memory");
}

__device__ __forceinline__ void bulk_store(void* global, std::uint32_t shared,
                                           std::uint32_t bytes) {
  asm volatile("cp.async.bulk.global.shared::cta.bulk_group [%0], [%1], %2;\n" ::"l"(global),
               "r"(shared), "r"(bytes)
               : "memory");
}

// Closes the thread's current group of stores.
__device__ __forceinline__ void bulk_commit() {
  asm volatile("cp.async.bulk.commit_group;\n" ::: "memory");
}

// Waits until all but the thread's latest `kPending` groups have read their shared memory.
template <int kPending>
__device__ __forceinline__ void bulk_wait_read() {
  asm volatile("cp.async.bulk.wait_group.read %0;\n" ::"n"(kPending) : "memory");
}

// The same, and their writes are made.
template <int kPending>
__device__ __forceinline__ void bulk_wait() {
  asm volatile("cp.async.bulk.wait_group %0;\n" ::"n"(kPending) : "memory");
}

}  // namespace ga::ptx
#endif
