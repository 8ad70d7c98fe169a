// exercise.atomic: every kind of atomic operation, on words of the block's shared memory and on its
// words in global memory, contended and spread, and sums that all blocks add to. Bound by the
// atomic units of the SM and of the L2.
#pragma once

#include "kernels/data/exercise_atomic.h"
#include "kernels/exercise/exercise_block.cuh"

namespace ga {

// CUDA's words for them. Where nobody looks at the old value, the compiler takes a reduction.
struct AtomicInstructions {
  using U64 = unsigned long long;
  static __device__ __forceinline__ U64* wide(std::uint64_t* at) {
    return reinterpret_cast<U64*>(at);
  }

  template <class T>
  static __device__ __forceinline__ T add(T* at, T value) {
    return atomicAdd(at, value);
  }
  static __device__ __forceinline__ std::uint64_t add(std::uint64_t* at, std::uint64_t value) {
    return atomicAdd(wide(at), U64{value});
  }
  template <class T>
  static __device__ __forceinline__ T min(T* at, T value) {
    return atomicMin(at, value);
  }
  static __device__ __forceinline__ std::uint64_t min(std::uint64_t* at, std::uint64_t value) {
    return atomicMin(wide(at), U64{value});
  }
  template <class T>
  static __device__ __forceinline__ T max(T* at, T value) {
    return atomicMax(at, value);
  }
  static __device__ __forceinline__ std::uint64_t max(std::uint64_t* at, std::uint64_t value) {
    return atomicMax(wide(at), U64{value});
  }
  static __device__ __forceinline__ void bit_and(std::uint32_t* at, std::uint32_t value) {
    atomicAnd(at, value);
  }
  static __device__ __forceinline__ void bit_and(std::uint64_t* at, std::uint64_t value) {
    atomicAnd(wide(at), U64{value});
  }
  static __device__ __forceinline__ void bit_or(std::uint32_t* at, std::uint32_t value) {
    atomicOr(at, value);
  }
  static __device__ __forceinline__ void bit_or(std::uint64_t* at, std::uint64_t value) {
    atomicOr(wide(at), U64{value});
  }
  static __device__ __forceinline__ void bit_xor(std::uint32_t* at, std::uint32_t value) {
    atomicXor(at, value);
  }
  static __device__ __forceinline__ void bit_xor(std::uint64_t* at, std::uint64_t value) {
    atomicXor(wide(at), U64{value});
  }
  static __device__ __forceinline__ void wrap(std::uint32_t* at, std::uint32_t limit) {
    atomicInc(at, limit);
  }
  static __device__ __forceinline__ std::uint32_t exchange(std::uint32_t* at, std::uint32_t value) {
    return atomicExch(at, value);
  }
  static __device__ __forceinline__ std::uint64_t exchange(std::uint64_t* at, std::uint64_t value) {
    return atomicExch(wide(at), U64{value});
  }
  static __device__ __forceinline__ void add_by_swaps(std::uint32_t* at, std::uint32_t value) {
    std::uint32_t seen = 0;
    for (;;) {
      const std::uint32_t old = atomicCAS(at, seen, seen + value);
      if (old == seen) return;
      seen = old;
    }
  }
  static __device__ __forceinline__ void add_by_swaps(std::uint64_t* at, std::uint64_t value) {
    U64 seen = 0;
    for (;;) {
      const U64 old = atomicCAS(wide(at), seen, seen + U64{value});
      if (old == seen) return;
      seen = old;
    }
  }
};

__device__ __forceinline__ std::uint64_t atomic_folded(const AtomicWords& words,
                                                       std::uint64_t sum) {
  const auto* const all = reinterpret_cast<const std::uint32_t*>(&words);
  for (std::size_t i = threadIdx.x; i < kAtomicWordCount; i += kExerciseThreads) {
    sum = exercise_fold(sum, all[i]);
  }
  return sum;
}

struct AtomicParams {
  AtomicWords* words = nullptr;   // [block]
  std::uint64_t* ring = nullptr;  // kAtomicRing sums of the whole grid, zero at the start
};

__launch_bounds__(kExerciseThreads, kExerciseBlocksPerSm) __global__
    void exercise_atomic_kernel(const ExerciseParams p, const AtomicParams a) {
  __shared__ AtomicWords shared;
  AtomicWords& global = a.words[blockIdx.x];
  const int thread = static_cast<int>(threadIdx.x);
  exercise_repeats(p, [&](std::uint64_t key) {
    for (std::size_t i = threadIdx.x; i < kAtomicWordCount; i += kExerciseThreads) {
      reinterpret_cast<std::uint32_t*>(&shared)[i] = atomic_start(i);
      reinterpret_cast<std::uint32_t*>(&global)[i] = atomic_start(i);
    }
    __syncthreads();
#pragma unroll 1
    for (int round = 0; round < kExerciseRounds; ++round) {
      atomic_round<AtomicInstructions>(shared, key, round, thread);
      atomic_round<AtomicInstructions>(global, key, round, thread);
    }
    AtomicInstructions::add(&a.ring[thread % kAtomicRing], atomic_ring_value(key, thread));
    __syncthreads();
    if (thread == 0) atomic_finish(shared);
    if (thread == 32) atomic_finish(global);
    __syncthreads();
    const std::uint64_t sum = atomic_folded(global, atomic_folded(shared, 0));
    __syncthreads();  // nobody starts anew before all have read
    return sum;
  });
}

}  // namespace ga
