// Counts 64-bit words (or elements) that differ from what they should be, and finds the first.
//
// A Source says what word i should be and what it is; pattern, triad, equality and sums of ranks
// differ only in that. The count is a sum and the first a minimum: neither depends on the order.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/check/block_reduce.cuh"
#include "kernels/check/padded_word.cuh"
#include "kernels/check/report.h"
#include "kernels/data/exact_reduce.h"
#include "kernels/data/pattern.h"

namespace ga {

struct PatternSource {
  const std::uint64_t* data;
  std::uint64_t key;
  PatternKind kind;
  __device__ std::uint64_t expected(std::size_t i) const { return pattern(kind, key, i); }
  __device__ std::uint64_t got(std::size_t i) const { return data[i]; }
};

struct TriadSource {
  const std::uint64_t* data;
  std::uint64_t key_b, key_c;
  float s;
  __device__ std::uint64_t expected(std::size_t i) const {
    const std::uint64_t b = pattern_floats(key_b, i);
    const std::uint64_t c = pattern_floats(key_c, i);
    const auto half = [&](int shift) {
      return float_bits(triad_element(bits_float(static_cast<std::uint32_t>(b >> shift)),
                                      bits_float(static_cast<std::uint32_t>(c >> shift)), s));
    };
    return (std::uint64_t{half(32)} << 32) | half(0);
  }
  __device__ std::uint64_t got(std::size_t i) const { return data[i]; }
};

struct EqualSource {
  const void* data;
  const void* reference;
  std::size_t bytes;
  __device__ std::uint64_t expected(std::size_t i) const {
    return padded_word(reference, bytes, i);
  }
  __device__ std::uint64_t got(std::size_t i) const { return padded_word(data, bytes, i); }
};

// Elements, not words: their count and first index are what a report says.
struct ReduceSource {
  const void* data;
  ElementType type;
  std::uint64_t key;  // exact_reduce_key()
  int ranks;
  __device__ std::uint64_t expected(std::size_t i) const {
    return exact_reduce_bits(exact_reduce_sum(pattern_word(key, i), ranks), type);
  }
  __device__ std::uint64_t got(std::size_t i) const {
    return type == ElementType::fp32 ? static_cast<const std::uint32_t*>(data)[i]
                                     : static_cast<const std::uint16_t*>(data)[i];
  }
};

// A template, because several files of one library include this.
template <class Report>
__global__ void mismatch_reset_kernel(Report* report) {
  *report = Report{};
}

template <int kThreads, class Source>
__launch_bounds__(kThreads) __global__
    void mismatch_kernel(Source source, std::size_t count, Mismatch* report) {
  constexpr int kUnroll = 4;
  const std::size_t step = static_cast<std::size_t>(gridDim.x) * kThreads;
  std::uint64_t wrong = 0;
  std::uint64_t first = kNoMismatch;
  for (std::size_t base = static_cast<std::size_t>(blockIdx.x) * kThreads + threadIdx.x;
       base < count; base += kUnroll * step) {
    std::uint64_t got[kUnroll];
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      const std::size_t i = base + u * step;
      got[u] = i < count ? source.got(i) : 0;
    }
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      const std::size_t i = base + u * step;
      if (i < count && got[u] != source.expected(i)) {
        ++wrong;
        if (i < first) first = i;
      }
    }
  }
  const std::uint64_t block_wrong = block_sum<kThreads>(wrong);
  const std::uint64_t block_first = block_min<kThreads>(first);
  if (threadIdx.x == 0 && block_wrong != 0) {
    atomicAdd(reinterpret_cast<unsigned long long*>(&report->wrong),
              static_cast<unsigned long long>(block_wrong));
    atomicMin(reinterpret_cast<unsigned long long*>(&report->first),
              static_cast<unsigned long long>(block_first));
  }
}

// After the count: what stands at the first wrong place. Read once more, so a fault that has gone
// by then shows as expected == got with wrong > 0.
template <class Source>
__global__ void mismatch_explain_kernel(Source source, Mismatch* report) {
  if (report->first == kNoMismatch) return;
  report->expected = source.expected(report->first);
  report->got = source.got(report->first);
}

}  // namespace ga
