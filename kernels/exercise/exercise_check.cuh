// Compares the words that an exerciser left with those that the host worked out, finds the first
// wrong one and the SM that left it, and notes which SMs took part.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/check/block_reduce.cuh"
#include "kernels/data/exercise.h"
#include "kernels/data/hash_term.h"
#include "kernels/exercise/exercise_l2.cuh"
#include "kernels/exercise/exercise_report.h"

namespace ga {

// Words of blocks, and behind them the sums of the whole grid where there are any.
struct BlockSource {
  const std::uint64_t* out;
  const std::uint64_t* wanted;  // of one block
  std::size_t words;            // of all blocks
  const std::uint32_t* smid;
  std::size_t blocks;
  std::size_t second = 0;  // of them, at the end: of the second kernel
  const std::uint64_t* ring = nullptr;
  const std::uint64_t* ring_wanted = nullptr;  // of one block and repeat
  std::uint64_t ring_times = 0;
  std::size_t ring_words = 0;

  __device__ std::size_t count() const { return words + ring_words; }
  __device__ std::uint64_t expected(std::size_t i) const {
    return i < words ? wanted[i % kExerciseThreads] : ring_wanted[i - words] * ring_times;
  }
  __device__ std::uint64_t got(std::size_t i) const { return i < words ? out[i] : ring[i - words]; }
  __device__ std::int32_t sm(std::size_t i) const {
    return i < words ? static_cast<std::int32_t>(smid[i / kExerciseThreads]) : -1;
  }
  // The words of the digest.
  __device__ const std::uint64_t* row(std::uint64_t first) const {
    return first < words ? out + first / kExerciseThreads * kExerciseThreads : out;
  }
  __device__ std::size_t row_words() const { return kExerciseThreads; }
};

struct L2Source {
  const std::uint64_t* data;
  std::size_t words;
  std::uint64_t key;
  L2Map all;  // l2_all_passes()
  const std::uint32_t* smid;
  std::size_t blocks;
  std::size_t second = 0;

  __device__ std::size_t count() const { return words; }
  __device__ std::uint64_t expected(std::size_t i) const {
    return l2_step(all, pattern_word(key, i));
  }
  __device__ std::uint64_t got(std::size_t i) const { return data[i]; }
  __device__ std::int32_t sm(std::size_t i) const {
    return static_cast<std::int32_t>(
        smid[l2_block(i / 2 / kExerciseThreads, kL2Passes - 1, blocks)]);
  }
  __device__ const std::uint64_t* row(std::uint64_t) const { return data; }
  __device__ std::size_t row_words() const { return kL2DigestWords; }
};

__global__ void exercise_reset_kernel(ExerciseReport* report) { *report = ExerciseReport{}; }

template <class Source>
__launch_bounds__(kExerciseThreads, kExerciseBlocksPerSm) __global__
    void exercise_compare_kernel(const Source source, ExerciseReport* report) {
  const std::size_t step = static_cast<std::size_t>(gridDim.x) * kExerciseThreads;
  const std::size_t begin = static_cast<std::size_t>(blockIdx.x) * kExerciseThreads + threadIdx.x;
  std::uint64_t wrong = 0;
  std::uint64_t first = kNoMismatch;
  for (std::size_t i = begin; i < source.count(); i += step) {
    if (source.got(i) == source.expected(i)) continue;
    if (wrong++ == 0) first = i;
  }
  if (wrong != 0) {
    atomicAdd(reinterpret_cast<unsigned long long*>(&report->wrong),
              static_cast<unsigned long long>(wrong));
    atomicMin(reinterpret_cast<unsigned long long*>(&report->first),
              static_cast<unsigned long long>(first));
  }
  for (std::size_t block = begin; block < source.blocks; block += step) {
    const std::uint32_t id = source.smid[block];
    if (id >= 32 * kExerciseSmWords) continue;
    const bool is_second = block >= source.blocks - source.second;
    atomicOr(&(is_second ? report->seen_second : report->seen)[id / 32], 1u << (id % 32));
  }
}

// One block.
template <class Source>
__launch_bounds__(kExerciseThreads, kExerciseBlocksPerSm) __global__
    void exercise_settle_kernel(const Source source, ExerciseReport* report) {
  const std::uint64_t first = report->first;
  const std::uint64_t* const row = source.row(first == kNoMismatch ? 0 : first);
  std::uint64_t mine = 0;
  for (std::size_t i = threadIdx.x; i < source.row_words(); i += kExerciseThreads) {
    mine += hash_term(row[i], i);
  }
  const std::uint64_t sum = block_sum<kExerciseThreads>(mine);
  if (threadIdx.x != 0) return;
  report->digest = hash_start(8 * source.row_words()) + sum;
  if (first == kNoMismatch) return;
  report->expected = source.expected(first);
  report->got = source.got(first);
  report->smid = source.sm(first);
}

}  // namespace ga
