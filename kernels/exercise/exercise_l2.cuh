// exercise.l2: an array that stays in the L2 is read, changed and written again, pass after pass,
// each time by other SMs than wrote it last. 16 bytes each way a vector; bound by the L2.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/data/exercise.h"
#include "kernels/ptx/global.cuh"
#include "kernels/ptx/special.cuh"

namespace ga {

// A block takes tiles of kExerciseThreads vectors. In each pass the tiles begin at another block.
struct L2Params {
  ptx::Vector* data = nullptr;
  std::size_t tiles = 0;
  std::uint64_t key = 0;
  std::uint32_t* smid = nullptr;  // [block], of the last pass
  int pass = 0;                   // kL2Fill: fill
};
inline constexpr int kL2Fill = -1;

// The block that takes a tile in a pass. The step is a prime above the number of blocks of any
// part, 8 on each of 512 SMs: so two passes in a row never give a tile to the same block, nor to
// blocks that lie a multiple of the number of SMs apart, and from 17 SMs on no two of the 17 do.
inline constexpr std::size_t kL2Step = 4099;
GA_HOST_DEVICE std::size_t l2_turn(int pass, std::size_t blocks) {
  return static_cast<std::size_t>(pass + 1) * kL2Step % blocks;
}
GA_HOST_DEVICE std::size_t l2_block(std::size_t tile, int pass, std::size_t blocks) {
  return (tile + l2_turn(pass, blocks)) % blocks;
}

__launch_bounds__(kExerciseThreads, kExerciseBlocksPerSm) __global__
    void exercise_l2_kernel(const L2Params p) {
  const std::size_t blocks = gridDim.x;
  // The first tile of this block: the inverse of l2_block().
  const std::size_t turn = l2_turn(p.pass, blocks);
  for (std::size_t tile = (blockIdx.x + blocks - turn) % blocks; tile < p.tiles; tile += blocks) {
    const std::size_t at = tile * kExerciseThreads + threadIdx.x;
    ptx::Vector v;
    if (p.pass == kL2Fill) {
      v = {{pattern_word(p.key, 2 * at), pattern_word(p.key, 2 * at + 1)}};
    } else {
      v = ptx::load_l2(p.data + at);
      v = {{l2_step({}, v.word[0]), l2_step({}, v.word[1])}};
    }
    ptx::store_l2(p.data + at, v);
  }
  if (threadIdx.x == 0) p.smid[blockIdx.x] = ptx::smid();
}

}  // namespace ga
