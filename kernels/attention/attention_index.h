// The index arithmetic of the portable attention, the same on the device and in the CPU tests: the
// tile's shape, and which tile is whose.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/data/attention_shape.h"
#include "kernels/gemm/gemm_index.h"
#include "kernels/gemm/placement.h"

namespace ga {

// One CTA: kRows queries of one head, 16 of each warp, and kKeys keys a step. Q lies in shared
// memory as kRows rows of kDim 16-bit elements, then two stages of K and V as kKeys rows each.
template <int kDim_, int kWarps = 8>
struct AttentionTile {
  static constexpr int kDim = kDim_;
  static constexpr int kRows = 16 * kWarps, kKeys = 64, kStages = 2;
  static constexpr int kThreads = 32 * kWarps;
  static constexpr int kRowBytes = 2 * kDim, kRowChunks = kRowBytes / kChunkBytes;
  static constexpr int kKeyBytes = kKeys * kRowBytes;  // of K, or of V
  static constexpr int kStageBytes = 2 * kKeyBytes;
  static constexpr int kQueryBytes = kRows * kRowBytes;
  static constexpr std::size_t kSharedBytes = std::size_t{kQueryBytes} + kStages * kStageBytes;
  static constexpr int kRowStep = kThreads / kRowChunks;  // between a thread's copies

  static_assert(kRowChunks == 8 || kRowChunks == 16, "the swizzle works on 128 bytes");
  static_assert(kRowStep % 8 == 0 && kKeys % kRowStep == 0, "the swizzle repeats every 8 rows");
  static_assert(kSharedBytes <= 101376, "sm_86, sm_89 and sm_120 have 99 KiB");
};

struct AttentionTileAt {
  std::int64_t batch, head, tile;
};

// The tile at place `index` of the natural order. Causal: longest first, so that the last round
// over the SMs is of short ones; else the tiles of a head after each other, which read the same
// keys.
GA_HOST_DEVICE AttentionTileAt attention_tile_at(std::int64_t index, const AttentionShape& s,
                                                 std::int64_t tiles_q) {
  const std::int64_t heads = s.batch * s.heads;
  const bool causal = s.mask == AttentionMask::causal;
  const std::int64_t head = causal ? index % heads : index / tiles_q;
  const std::int64_t tile = causal ? tiles_q - 1 - index / heads : index % tiles_q;
  return {head / s.heads, head % s.heads, tile};
}

}  // namespace ga
