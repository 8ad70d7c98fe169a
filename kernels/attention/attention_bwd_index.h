// The index arithmetic of the portable attention backward, the same on the device and in the CPU
// tests: the tile's shape, and which tile is whose.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/attention/attention_bwd_args.h"
#include "kernels/attention/attention_index.h"

namespace ga {

// One CTA has kRows rows of its own, 16 of each warp, of two tensors: of K and V where it makes dK
// and dV, of Q and dO where it makes dQ. Rows of the other two pass by, kOthers a step. Shared
// memory holds its own, two stages of the others, and two of the values of a step's queries.
template <int kDim_, int kWarps = 8>
struct AttentionBackwardTile {
  static constexpr int kDim = kDim_;
  static constexpr int kRows = 16 * kWarps, kOthers = 4096 / kDim, kStages = 2;
  static constexpr int kThreads = 32 * kWarps;
  static constexpr int kRowBytes = 2 * kDim, kRowChunks = kRowBytes / kChunkBytes;
  static constexpr int kOwnBytes = kRows * kRowBytes;      // of one tensor
  static constexpr int kOtherBytes = kOthers * kRowBytes;  // likewise
  static constexpr int kStagesAt = 2 * kOwnBytes;
  static constexpr int kStageBytes = 2 * kOtherBytes;
  static constexpr int kRowValuesAt = kStagesAt + kStages * kStageBytes;
  static constexpr int kRowValuesBytes = kOthers * static_cast<int>(sizeof(QueryValues));
  static constexpr std::size_t kSharedBytes = std::size_t{kRowValuesAt} + kStages * kRowValuesBytes;
  static constexpr int kRowStep = kThreads / kRowChunks;  // between a thread's copies

  static_assert(kRowChunks == 8 || kRowChunks == 16, "the swizzle works on 128 bytes");
  static_assert(kRowStep % 8 == 0 && kOthers % kRowStep == 0, "the swizzle repeats every 8 rows");
  static_assert(kBackwardRowStep % kRows == 0 && kBackwardRowStep % kOthers == 0,
                "the workspace has whole tiles of rows");
  static_assert(kSharedBytes <= 101376, "sm_86, sm_89 and sm_120 have 99 KiB");
};

// The first query that sees key `key`: 0 to seq_q - 1.
GA_HOST_DEVICE std::int64_t first_query(const AttentionShape& s, std::int64_t key) {
  if (s.mask == AttentionMask::full) return 0;
  const std::int64_t query = key - (s.seq_kv - s.seq_q);
  return query < 0 ? 0 : query;
}

// The tile of keys at place `index` of the natural order: the first keys first, which the most
// queries see, so that the last round over the SMs is of short tiles. `head` is a key head.
GA_HOST_DEVICE AttentionTileAt attention_key_tile_at(std::int64_t index, const AttentionShape& s) {
  const std::int64_t heads = s.batch * s.kv_heads, head = index % heads;
  return {head / s.kv_heads, head % s.kv_heads, index / heads};
}

}  // namespace ga
