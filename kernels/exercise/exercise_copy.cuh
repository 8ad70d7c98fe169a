// exercise.copy: a source array moves through shared memory, step by step, and every word is read
// where it must have arrived; then it goes back to global memory and is compared there.
//
// Two kernels with the same answer. The first copies with cp.async of 16, 8 and 4 bytes. The
// second, of compute capability 9.0 and newer, has TMA load boxes of a matrix and plain runs of
// bytes, reads the neighbour's half over the cluster's shared memory, and has TMA store both. Bound
// by the L2.
#pragma once

#include "kernels/data/tensor_map.h"
#include "kernels/exercise/exercise_block.cuh"
#include "kernels/ptx/async_copy.cuh"
#include "kernels/ptx/cluster.cuh"
#include "kernels/ptx/global.cuh"
#include "kernels/ptx/mbarrier.cuh"
#include "kernels/ptx/tma.cuh"
#include "kernels/ptx/warpgroup.cuh"

namespace ga {

inline constexpr std::uint32_t kCopyQuarterBytes = kCopyQuarterWords * 8;

struct CopyParams {
  const std::uint64_t* source = nullptr;  // kCopySourceWords
  std::uint64_t* back = nullptr;          // [block][2][kCopyQuarterWords]: where words go back to
};

// Of one quarter; a size for each.
__device__ __forceinline__ void copy_quarter(std::uint32_t shared, const unsigned char* from,
                                             int quarter) {
  const auto thread = static_cast<std::uint32_t>(threadIdx.x);
  const std::uint32_t size = quarter == 2 ? 4 : quarter == 1 ? 8 : 16;
  for (std::uint32_t at = thread * size; at < kCopyQuarterBytes; at += kExerciseThreads * size) {
    if (size == 16) ptx::cp_async_16(shared + at, from + at, 16);
    if (size == 8) ptx::cp_async_8(shared + at, from + at, 8);
    if (size == 4) ptx::cp_async_4(shared + at, from + at, 4);
  }
}

__launch_bounds__(kExerciseThreads, kExerciseBlocksPerSm) __global__
    void exercise_copy_kernel(const ExerciseParams p, const CopyParams c) {
  unsigned char* const shared = ptx::dynamic_shared();
  const auto* const words = reinterpret_cast<const std::uint64_t*>(shared);
  std::uint64_t* const back = c.back + static_cast<std::size_t>(blockIdx.x) * 2 * kCopyQuarterWords;
  const int thread = static_cast<int>(threadIdx.x);
  exercise_repeats(p, [&](std::uint64_t key) {
    // See exercise_special_kernel.
    const auto* const source = c.source + static_cast<std::size_t>(key ^ p.key);
    std::uint64_t sum = 0;
#pragma unroll 1
    for (int step = 0; step < kCopySteps; ++step) {
      const auto* const from = reinterpret_cast<const unsigned char*>(
          source + static_cast<std::size_t>(step) * kCopyQuarters * kCopyQuarterWords);
#pragma unroll
      for (int quarter = 0; quarter < kCopyQuarters; ++quarter) {
        copy_quarter(ptx::shared_address(shared) + quarter * kCopyQuarterBytes,
                     from + quarter * kCopyQuarterBytes, quarter);
      }
      ptx::cp_async_commit();
      ptx::cp_async_wait<0>();
      __syncthreads();
      for (int at = thread; at < kCopyQuarters * kCopyQuarterWords; at += kExerciseThreads) {
        sum = exercise_fold(sum, words[at]);
      }
      for (int at = thread; at < 2 * kCopyQuarterWords; at += kExerciseThreads) {
        back[at] = words[at];
      }
      __syncthreads();
      // Another thread than the one that stored. Collected by or: no fault cancels another.
      // Unrolled whole it takes 72 registers, and half of the blocks have no room.
      std::uint64_t wrong = 0;
#pragma unroll 2
      for (int at = thread; at < 2 * kCopyQuarterWords; at += kExerciseThreads) {
        const int other = 2 * kCopyQuarterWords - 1 - at;
        wrong |= ptx::load_l2(back + other) ^ words[other];
      }
      sum ^= wrong;
      __syncthreads();
    }
    return sum;
  });
}

// A quarter is 64 rows of 128 bytes; the box in shared memory is swizzled, plain bytes are not.
inline constexpr std::uint32_t kCopyBoxRows = kCopyQuarterBytes / kBoxRowBytes;
inline constexpr std::uint32_t kCopyBarrier = 2 * kCopyQuarterBytes;  // behind box and run
static_assert(kCopyTmaSharedBytes == kCopyBarrier + 16);
inline constexpr int kCopyCluster = 2;

struct CopyTmaParams {
  TensorMap source;  // rows of 128 bytes
  TensorMap back;    // the same, [block][2 quarters]
  const unsigned char* source_bytes = nullptr;
  unsigned char* back_bytes = nullptr;
};

__device__ __forceinline__ std::uint32_t copy_swizzled(std::uint32_t offset) {
  return offset ^ ((offset >> 7 & 7u) << 4);
}

// Of rank 0 quarters 0 and 1 of a step, of rank 1 quarters 2 and 3.
__device__ __forceinline__ void copy_load(const CopyTmaParams& c, std::uint32_t shared, int step,
                                          std::uint32_t rank, std::uint64_t none) {
  const std::uint32_t quarter = static_cast<std::uint32_t>(step) * kCopyQuarters + 2 * rank +
                                static_cast<std::uint32_t>(none);
  const std::uint32_t barrier = shared + kCopyBarrier;
  ptx::mbarrier_arrive_expect(barrier, 2 * kCopyQuarterBytes);
  ptx::tma_load(shared, &c.source, barrier, 0, static_cast<std::int32_t>(quarter * kCopyBoxRows));
  ptx::bulk_load(shared + kCopyQuarterBytes,
                 c.source_bytes + std::size_t{quarter + 1} * kCopyQuarterBytes, kCopyQuarterBytes,
                 barrier);
}

__device__ __forceinline__ void copy_store(const CopyTmaParams& c, std::uint32_t shared) {
  const std::size_t quarter = 2 * static_cast<std::size_t>(blockIdx.x);
  ptx::tma_store(&c.back, shared, 0, static_cast<std::int32_t>(quarter * kCopyBoxRows));
  ptx::bulk_store(c.back_bytes + (quarter + 1) * kCopyQuarterBytes, shared + kCopyQuarterBytes,
                  kCopyQuarterBytes);
  ptx::bulk_commit();
  ptx::bulk_wait<0>();
}

__device__ __forceinline__ void copy_arrived(std::uint32_t barrier, std::uint32_t parity) {
  while (!ptx::mbarrier_try_wait(barrier, parity)) {
  }
}

// One step of both CTAs of the cluster: the same four quarters, the same order, the same answer.
__device__ __forceinline__ std::uint64_t copy_step(const CopyTmaParams& c, std::uint32_t shared,
                                                   std::uint32_t parity, std::uint64_t sum) {
  const auto thread = static_cast<std::uint32_t>(threadIdx.x);
  copy_arrived(shared + kCopyBarrier, parity);
  ptx::cluster_arrive();
  ptx::cluster_wait();
  for (std::uint32_t rank = 0; rank < kCopyCluster; ++rank) {
    const std::uint32_t from = ptx::map_shared(shared, rank);
    for (std::uint32_t word = thread; word < 2 * kCopyQuarterWords; word += kExerciseThreads) {
      const std::uint32_t at = word < kCopyQuarterWords ? copy_swizzled(8 * word) : 8 * word;
      sum = exercise_fold(sum, ptx::load_cluster(from + at));
    }
  }
  if (thread == 0) copy_store(c, shared);
  __syncthreads();
  const std::uint32_t own = ptx::map_shared(shared, ptx::cluster_rank());
  const auto* const back = reinterpret_cast<const std::uint64_t*>(c.back_bytes) +
                           static_cast<std::size_t>(blockIdx.x) * 2 * kCopyQuarterWords;
  std::uint64_t wrong = 0;
  for (std::uint32_t word = thread; word < 2 * kCopyQuarterWords; word += kExerciseThreads) {
    const std::uint32_t at = word < kCopyQuarterWords ? copy_swizzled(8 * word) : 8 * word;
    wrong |= ptx::load_l2(back + word) ^ ptx::load_cluster(own + at);
  }
  ptx::cluster_arrive();
  ptx::cluster_wait();
  return sum ^ wrong;
}

__launch_bounds__(kExerciseThreads, kExerciseBlocksPerSm) __global__
    void exercise_copy_tma_kernel(const ExerciseParams p, const __grid_constant__ CopyTmaParams c) {
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 900
  const std::uint32_t shared = ptx::shared_address(ptx::dynamic_shared());
  const std::uint32_t rank = ptx::cluster_rank();
  if (threadIdx.x == 0) {
    ptx::mbarrier_init(shared + kCopyBarrier, 1);
    ptx::mbarrier_init_fence();
    ptx::fence_proxy_async();
  }
  __syncthreads();
  std::uint32_t parity = 0;
  exercise_repeats(p, [&](std::uint64_t key) {
    std::uint64_t sum = 0;
#pragma unroll 1
    for (int step = 0; step < kCopySteps; ++step) {
      if (threadIdx.x == 0) copy_load(c, shared, step, rank, key ^ p.key);
      sum = copy_step(c, shared, parity, sum);
      parity ^= 1u;
    }
    return sum;
  });
#else
  ptx::trap();
#endif
}

}  // namespace ga
