// The bodies of the walk, bound by memory bandwidth. Instructions for 16 bytes in the machine code
// of sm_90a, about: to write an address 21, a stripe 36, a random word 65; to check them 28, 38,
// 70; a stripe checked and rewritten, 32 bytes, 53. An H200 can issue 98 while it moves 16 bytes,
// if its two pipes for integers share them evenly, and 49 if all fall to one of them: then a pass
// over random words is bound by arithmetic, at 70 % of the bandwidth.
//
// Order: a block's tiles come in the order asked for, and blocks stride over the region together.
// Within a tile, and among the tiles that all blocks have under way, there is none: all loads of a
// tile are issued before its first store. What the memory itself sees is in the order in which the
// L2 writes back. So one word's effect on another is seen where a tile or more lies between them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/check/block_reduce.cuh"
#include "kernels/check/report.h"
#include "kernels/data/pattern_walk.h"
#include "kernels/memory/walk_args.h"
#include "kernels/ptx/global.cuh"
#include "kernels/ptx/special.cuh"

namespace ga {

template <WalkKind kKind>
__device__ __forceinline__ ptx::Vector walk_vector(const WalkPattern& pattern, std::size_t i) {
  if constexpr (kKind == WalkKind::striped) {
    // One division for both words: 20 is even, so the second is one remainder on.
    const auto remainder = static_cast<std::uint32_t>(2 * i % kStripes);
    return {{remainder == pattern.stripe ? ~pattern.value : pattern.value,
             remainder + 1 == pattern.stripe ? ~pattern.value : pattern.value}};
  }
  return {{walk_word<kKind>(pattern, 2 * i), walk_word<kKind>(pattern, 2 * i + 1)}};
}

// use(address, i, load(address)) for every vector i of the region, as for_each_vector() does over
// one array. A tile begins and ends in the same piece.
template <int kUnroll, class Load, class Use>
__device__ __forceinline__ void for_each_walked(const WalkRegion& region, WalkOrder order,
                                                Load&& load, Use&& use) {
  using Value = decltype(load(static_cast<ptx::Vector*>(nullptr)));
  const std::size_t threads = blockDim.x;
  const std::size_t tile = kUnroll * threads;
  const std::size_t tiles = (region.vectors + tile - 1) / tile;
  const std::size_t in_piece = (std::size_t{1} << region.piece_shift) - 1;
  for (std::size_t t = blockIdx.x; t < tiles; t += gridDim.x) {
    const std::size_t first = (order == WalkOrder::up ? t : tiles - 1 - t) * tile;
    const std::size_t mine = first + threadIdx.x;
    ptx::Vector* const at =
        region.pieces[first >> region.piece_shift] + (first & in_piece) + threadIdx.x;
    if (first + tile <= region.vectors) {
      Value value[kUnroll];
#pragma unroll
      for (int u = 0; u < kUnroll; ++u) value[u] = load(at + u * threads);
#pragma unroll
      for (int u = 0; u < kUnroll; ++u) use(at + u * threads, mine + u * threads, value[u]);
    } else {
      for (std::size_t i = 0; mine + i < region.vectors; i += threads) {
        use(at + i, mine + i, load(at + i));
      }
    }
  }
}

// What one thread has seen.
struct WalkFinding {
  std::uint32_t vectors = 0;
  std::uint32_t wrong = 0;
  std::uint64_t first = kNoMismatch;
  std::uint64_t got = 0;

  __device__ __forceinline__ void compare(std::size_t i, const ptx::Vector& is,
                                          const ptx::Vector& expected) {
    ++vectors;
    const std::uint64_t low = is.word[0] ^ expected.word[0];
    const std::uint64_t high = is.word[1] ^ expected.word[1];
    if ((low | high) == 0) return;
    wrong += (low != 0 ? 1 : 0) + (high != 0 ? 1 : 0);
    const std::uint64_t index = 2 * i + (low != 0 ? 0 : 1);
    if (index >= first) return;
    first = index;
    got = low != 0 ? is.word[0] : is.word[1];
  }
};

// The findings of a block's threads as the block's report.
template <int kThreads, WalkKind kKind>
__device__ __forceinline__ void report_block(const WalkFinding& mine, const WalkPattern& expected,
                                             WalkReport* blocks) {
  __shared__ std::uint64_t lowest;
  WalkReport& report = blocks[blockIdx.x];
  const std::uint64_t checked = block_sum<kThreads>(2 * std::uint64_t{mine.vectors});
  const std::uint64_t wrong = block_sum<kThreads>(mine.wrong);
  const std::uint64_t first = block_min<kThreads>(mine.first);
  if (threadIdx.x == 0) {
    report = WalkReport{};
    report.checked = checked;
    report.wrong = wrong;
    lowest = first;
  }
  __syncthreads();
  if (mine.wrong == 0 || mine.first != lowest) return;  // no two threads read one word
  report.first = mine.first;
  report.expected = walk_word<kKind>(expected, mine.first);
  report.got = mine.got;
  report.smid = ptx::smid();
}

template <int kThreads, int kUnroll, WalkKind kKind>
__launch_bounds__(kThreads, 2) __global__
    void walk_write_kernel(WalkRegion region, WalkOrder order, WalkPattern written) {
  for_each_walked<kUnroll>(
      region, order, [](ptx::Vector*) { return 0; },
      [&](ptx::Vector* at, std::size_t i, int) {
        ptx::store_l2(at, walk_vector<kKind>(written, i));
      });
}

template <int kThreads, int kUnroll, WalkKind kKind>
__launch_bounds__(kThreads, 2) __global__
    void walk_check_kernel(WalkRegion region, WalkOrder order, WalkPattern expected,
                           WalkReport* blocks) {
  WalkFinding mine;
  for_each_walked<kUnroll>(
      region, order, [](ptx::Vector* at) { return ptx::load_l2(at); },
      [&](ptx::Vector*, std::size_t i, const ptx::Vector& is) {
        mine.compare(i, is, walk_vector<kKind>(expected, i));
      });
  report_block<kThreads, kKind>(mine, expected, blocks);
}

template <int kThreads, int kUnroll, WalkKind kKind>
__launch_bounds__(kThreads, 2) __global__
    void walk_rewrite_kernel(WalkRegion region, WalkOrder order, WalkPattern expected,
                             WalkPattern written, WalkReport* blocks) {
  WalkFinding mine;
  for_each_walked<kUnroll>(
      region, order, [](ptx::Vector* at) { return ptx::load_l2(at); },
      [&](ptx::Vector* at, std::size_t i, const ptx::Vector& is) {
        mine.compare(i, is, walk_vector<kKind>(expected, i));
        ptx::store_l2(at, walk_vector<kKind>(written, i));
      });
  report_block<kThreads, kKind>(mine, expected, blocks);
}

// One block: adds the reports of a pass's blocks to the walk's.
template <int kThreads>
__launch_bounds__(kThreads) __global__
    void walk_merge_kernel(const WalkReport* blocks, unsigned count, std::uint32_t pass,
                           WalkReport* report) {
  __shared__ std::uint64_t lowest;
  std::uint64_t checked = 0, wrong = 0, first = kNoMismatch;
  unsigned found = 0;
  for (unsigned b = threadIdx.x; b < count; b += kThreads) {
    checked += blocks[b].checked;
    wrong += blocks[b].wrong;
    if (blocks[b].wrong == 0 || blocks[b].first >= first) continue;
    first = blocks[b].first;
    found = b;
  }
  const std::uint64_t all_checked = block_sum<kThreads>(checked);
  const std::uint64_t all_wrong = block_sum<kThreads>(wrong);
  const std::uint64_t all_first = block_min<kThreads>(first);
  if (threadIdx.x == 0) {
    lowest = report->wrong == 0 ? all_first : kNoMismatch;  // an earlier pass has the first word
    report->checked += all_checked;
    report->wrong += all_wrong;
  }
  __syncthreads();
  if (first == kNoMismatch || first != lowest) return;
  report->first = first;
  report->expected = blocks[found].expected;
  report->got = blocks[found].got;
  report->smid = blocks[found].smid;
  report->pass = pass;
}

}  // namespace ga
