// The kernels of the all-reduce: the protocol with a GPU's instructions. Bound by the links.
//
//   all_reduce_kernel          one rank, one launch on each GPU
//   all_reduce_virtual_kernel  all ranks in one cooperative grid: block b is block b / ranks of
//   rank
//                              b % ranks
// Registers: a two_shot step holds 8 vectors, one of each rank, so that 512 threads have 64 KB
// under way; nvls as many.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/allreduce/allreduce_protocol.cuh"
#include "kernels/data/exact_reduce.h"
#include "kernels/ptx/multimem.cuh"
#include "kernels/ptx/special.cuh"
#include "kernels/ptx/system.cuh"

namespace ga {

struct GpuThread {
  static constexpr AllReduceRules kRules{};
  const AllReduceArgs& args;
  int rank, block, blocks, tid, threads;

  __device__ void sync() { __syncthreads(); }
  __device__ bool any(bool mine) { return __syncthreads_or(mine ? 1 : 0) != 0; }
  __device__ std::uint32_t acquire(const std::uint32_t* flag) {
    return ptx::load_acquire_system(flag);
  }
  __device__ void release(std::uint32_t* flag, std::uint32_t value) {
    ptx::store_release_system(flag, value);
  }
  __device__ std::uint32_t peek(const std::uint32_t* word) { return ptx::load_relaxed(word); }
  __device__ ptx::Vector load_packet(const ptx::Vector* from) { return ptx::load_packet(from); }
  __device__ void store_packet(ptx::Vector* to, const ptx::Vector& v) { ptx::store_packet(to, v); }
  __device__ ptx::Vector load(const ptx::Vector* from) { return ptx::load_shared_data(from); }
  __device__ void store(ptx::Vector* to, const ptx::Vector& v) { ptx::store_shared_data(to, v); }
  __device__ std::uint64_t now_ns() { return ptx::globaltimer(); }
  __device__ void pause() {}
  // Only the first of a rank is told.
  __device__ void fail(int peer, std::uint32_t epoch) {
    if (atomicExch(&args.peers.signals[rank]->failed, 1u) == 0) {
      ptx::store_relaxed_system(args.fault + rank, fault_word(rank, peer, block, epoch));
    }
  }
};

// The NVLink switch.
struct SwitchThread : GpuThread {
  static constexpr std::size_t kUnroll = 8;
  template <class T>
  __device__ ptx::Vector reduce(std::size_t i) {
    return ptx::multimem_add<T>(static_cast<const ptx::Vector*>(args.peers.multicast_in) + i);
  }
  template <class T>
  __device__ void broadcast(std::size_t i, const ptx::Vector& v) {
    ptx::multimem_store<T>(static_cast<ptx::Vector*>(args.peers.multicast_out) + i, v);
  }
};

// Loops in its place: on ordinary addresses multimem is undefined.
struct LoopThread : GpuThread {
  static constexpr std::size_t kUnroll = 1;
  template <class T>
  __device__ ptx::Vector reduce(std::size_t i) {
    return sum_of_ranks<T>(*this, i);
  }
  template <class T>
  __device__ void broadcast(std::size_t i, const ptx::Vector& v) {
    for (int r = 0; r < args.ranks; ++r) store(static_cast<ptx::Vector*>(args.peers.out[r]) + i, v);
  }
};

template <AllReduceAlgorithm kAlgorithm, class T>
__launch_bounds__(kAllReduceThreads, 1) __global__
    void all_reduce_kernel(const __grid_constant__ AllReduceArgs args, int rank) {
  SwitchThread thread{{args, rank, static_cast<int>(blockIdx.x), static_cast<int>(gridDim.x),
                       static_cast<int>(threadIdx.x), static_cast<int>(blockDim.x)}};
  all_reduce_body<kAlgorithm, T>(thread);
}

template <AllReduceAlgorithm kAlgorithm, class T>
__launch_bounds__(kAllReduceThreads, 1) __global__
    void all_reduce_virtual_kernel(const __grid_constant__ AllReduceArgs args) {
  const int block = static_cast<int>(blockIdx.x);
  LoopThread thread{{args, block % args.ranks, block / args.ranks,
                     static_cast<int>(gridDim.x) / args.ranks, static_cast<int>(threadIdx.x),
                     static_cast<int>(blockDim.x)}};
  all_reduce_body<kAlgorithm, T>(thread);
}

// Element by element: a fill is not timed.
template <class Bits>
__global__ void fill_reduce_kernel(Bits* data, std::size_t count, ElementType type,
                                   std::uint64_t key, int rank) {
  const std::size_t step = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  for (std::size_t i = static_cast<std::size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
       i += step) {
    const int value = exact_reduce_element(pattern_word(key, i), rank);
    data[i] = static_cast<Bits>(exact_reduce_bits(value, type));
  }
}

}  // namespace ga
