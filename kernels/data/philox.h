// Philox4x32-10: numbers from a counter, the same on host and device.
//
// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11. Constants from
// that paper; the published known-answer vectors are in the test. No CUDA header is needed here.
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
#define GA_HOST_DEVICE __host__ __device__ __forceinline__
#else
#define GA_HOST_DEVICE inline
#endif

namespace ga {

struct Philox4 {
  std::uint32_t word[4];
};

GA_HOST_DEVICE Philox4 philox(std::uint64_t key, std::uint64_t counter, std::uint32_t stream) {
  std::uint32_t c0 = static_cast<std::uint32_t>(counter);
  std::uint32_t c1 = static_cast<std::uint32_t>(counter >> 32);
  std::uint32_t c2 = stream;
  std::uint32_t c3 = 0;
  std::uint32_t k0 = static_cast<std::uint32_t>(key);
  std::uint32_t k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c0;
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c2;
    const std::uint32_t n0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
    const std::uint32_t n2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c1 = static_cast<std::uint32_t>(p1);
    c3 = static_cast<std::uint32_t>(p0);
    c0 = n0;
    c2 = n2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// Word `index` of a stream: lane index%4 of block index/4.
GA_HOST_DEVICE std::uint32_t philox_word(std::uint64_t key, std::uint64_t index,
                                         std::uint32_t stream) {
  // Selected and not indexed: a run-time index would move the block to local memory on a GPU.
  const Philox4 block = philox(key, index / 4, stream);
  const std::uint32_t low = (index & 1) != 0 ? block.word[1] : block.word[0];
  const std::uint32_t high = (index & 1) != 0 ? block.word[3] : block.word[2];
  return (index & 2) != 0 ? high : low;
}

}  // namespace ga
