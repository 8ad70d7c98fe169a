// Attention by mma.sync for bf16 and fp16: O = softmax(scale Q K^T) V, 4 dim flops a visible pair.
//
// Bound by the tensor cores through mma.sync and by shared memory. Each warp owns 16 queries: their
// fragments, the scores of 64 keys and its part of O stay in registers, and the probabilities go
// from the accumulators of the first product into the operands of the second without leaving them
// (Dao, "FlashAttention-2", 2023). K and V come by cp.async, the next keys while these are
// multiplied. Keys are taken from the last to the first, those that need a mask before those that
// do not, so that the long loop has no mask. The softmax is in base 2, its scale folded into the
// exponent; the row's sum is added up over the four lanes of a row at the end only.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "kernels/attention/attention_index.h"
#include "kernels/ptx/async_copy.cuh"
#include "kernels/ptx/convert.cuh"
#include "kernels/ptx/matrix.cuh"
#include "kernels/ptx/softmax.cuh"
#include "kernels/ptx/special.cuh"

namespace ga {

struct AttentionParams {
  const void* q = nullptr;
  const void* k = nullptr;
  const void* v = nullptr;
  void* o = nullptr;
  float* lse = nullptr;
  AttentionShape shape{};
  float scale_log2 = 0;  // scale log2(e)
  std::int64_t tiles_q = 0;
  Placement placement{};
  std::uint32_t* smid = nullptr;
};

inline constexpr float kNoScore = -std::numeric_limits<float>::infinity();
inline constexpr float kLn2 = 0.693147181f;

// Copies kCount rows of kDim elements, `pitch` elements apart, into swizzled shared memory. Rows
// from `rows_left` on become zero; the first exists.
template <class Tile, int kCount>
__device__ __forceinline__ void copy_rows(const std::uint16_t* from, std::int64_t pitch,
                                          std::int64_t rows_left, std::uint32_t shared) {
  const ChunkAt at = first_chunk(static_cast<int>(threadIdx.x), Tile::kRowChunks);
  const int offset = swizzled(at.row, at.chunk, Tile::kRowChunks);
  from += at.chunk * (kChunkBytes / 2);
#pragma unroll
  for (int row = 0; row < kCount; row += Tile::kRowStep) {
    const bool inside = at.row + row < rows_left;
    const std::uint16_t* const source = from + (inside ? (at.row + row) * pitch : 0);
    const auto to = shared + static_cast<std::uint32_t>(offset + row * Tile::kRowBytes);
    ptx::cp_async_16(to, source, inside ? kChunkBytes : 0);
  }
}

// What a warp keeps of its 16 queries. A lane has rows lane / 4 and that + 8 of each fragment.
template <class Tile>
struct WarpRows {
  std::uint32_t q[Tile::kDim / 16][4];
  float o[Tile::kDim / 8][4] = {};
  float most[2] = {kNoScore, kNoScore};  // the largest score so far
  float sum[2] = {0, 0};                 // this lane's share of the sum of exponentials
  int visible[2];                        // keys that the row sees
};

template <class Tile>
using TileScores = float[Tile::kKeys / 8][4];

template <class In, class Tile>
__device__ __forceinline__ void multiply_keys(const WarpRows<Tile>& w, std::uint32_t keys,
                                              int lane_offset, TileScores<Tile>& s) {
#pragma unroll
  for (int step = 0; step < Tile::kDim / 16; ++step) {
#pragma unroll
    for (int pair = 0; pair < Tile::kKeys / 16; ++pair) {
      // Both halves of two fragments: ldmatrix_at() of n rows.
      std::uint32_t f[4];
      const int at = swizzled_right(lane_offset, 2 * step) + 16 * pair * Tile::kRowBytes;
      ptx::ldmatrix_x4(f, keys + static_cast<std::uint32_t>(at));
      ptx::mma<In>(s[2 * pair], w.q[step], f[0], f[2]);
      ptx::mma<In>(s[2 * pair + 1], w.q[step], f[1], f[3]);
    }
  }
}

// Keys that a row does not see score -infinity, whatever stands there. `left` is the number of keys
// that it sees from the first of these on.
template <class Tile>
__device__ __forceinline__ void mask_tile(TileScores<Tile>& s, int lane, const int (&left)[2]) {
#pragma unroll
  for (int n = 0; n < Tile::kKeys / 8; ++n) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      if (8 * n + accumulator_at(lane, 0).col + i % 2 >= left[i / 2]) s[n][i] = kNoScore;
    }
  }
}

// Scores become probabilities relative to the new maximum, and what was added before is brought
// down to it. A NaN is no maximum, and its probability is one.
template <class Tile>
__device__ __forceinline__ void soften_tile(WarpRows<Tile>& w, TileScores<Tile>& s,
                                            float scale_log2) {
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    float most = w.most[half];
#pragma unroll
    for (int n = 0; n < Tile::kKeys / 8; ++n) {
      most = fmaxf(most, fmaxf(s[n][2 * half], s[n][2 * half + 1]));
    }
    most = fmaxf(most, ptx::lane_xor(most, 1));
    most = fmaxf(most, ptx::lane_xor(most, 2));
    // While a row has no score, its powers are to be 0 and not NaN. The factor is exactly 1 where
    // nothing changed: `base` is rounded, and the fused difference would not be 0.
    const float base = most == kNoScore ? 0.0f : most * scale_log2;
    const float lower = ptx::exp2_approx(fmaf(w.most[half], scale_log2, -base));
    const float factor = w.most[half] == most ? 1.0f : lower;
    float sum = 0;
#pragma unroll
    for (int n = 0; n < Tile::kKeys / 8; ++n) {
#pragma unroll
      for (int i = 2 * half; i < 2 * half + 2; ++i) {
        s[n][i] = ptx::exp2_approx(fmaf(s[n][i], scale_log2, -base));
        sum += s[n][i];
      }
    }
    w.sum[half] = fmaf(w.sum[half], factor, sum);
    w.most[half] = most;
#pragma unroll
    for (int n = 0; n < Tile::kDim / 8; ++n) {
      w.o[n][2 * half] *= factor;
      w.o[n][2 * half + 1] *= factor;
    }
  }
}

// o += p v: of p 16 rows, by eights of columns; of v a row for each column, as `o` by eights.
template <class In, int kOutputs, int kColumns>
__device__ __forceinline__ void multiply_values(float (&o)[kOutputs][4], std::uint32_t values,
                                                int lane_offset, const float (&p)[kColumns][4]) {
  constexpr int kRowBytes = 8 * kOutputs * static_cast<int>(sizeof(In));
#pragma unroll
  for (int step = 0; step < kColumns / 2; ++step) {
    const auto& left = p[2 * step];
    const auto& right = p[2 * step + 1];
    const std::uint32_t a[4] = {ptx::pack<In>(left[0], left[1]), ptx::pack<In>(left[2], left[3]),
                                ptx::pack<In>(right[0], right[1]),
                                ptx::pack<In>(right[2], right[3])};
#pragma unroll
    for (int pair = 0; pair < kOutputs / 2; ++pair) {
      std::uint32_t f[4];
      const int at = swizzled_right(lane_offset, 2 * pair) + 16 * step * kRowBytes;
      ptx::ldmatrix_x4_trans(f, values + static_cast<std::uint32_t>(at));
      ptx::mma<In>(o[2 * pair], a, f[0], f[1]);
      ptx::mma<In>(o[2 * pair + 1], a, f[2], f[3]);
    }
  }
}

// Where a tile's rows begin in Q and O, in elements, and how far apart they are.
struct RowsAt {
  std::int64_t first, pitch;
};

template <class In, class Tile>
__device__ __forceinline__ void store_rows(const AttentionParams& p, const AttentionTileAt& at,
                                           const RowsAt& rows, const WarpRows<Tile>& w, int warp,
                                           int lane) {
  const AttentionShape& s = p.shape;
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    float sum = w.sum[half];
    sum += ptx::lane_xor(sum, 1);
    sum += ptx::lane_xor(sum, 2);
    const FragmentAt place = accumulator_at(lane, half);
    const std::int64_t in_tile = 16 * warp + place.row;
    const std::int64_t row = at.tile * Tile::kRows + in_tile;
    if (row >= s.seq_q) continue;
    const float share = sum == 0 ? 0.0f : 1.0f / sum;  // no visible score is above -infinity
    auto* const out = static_cast<std::uint16_t*>(p.o) + rows.first + in_tile * rows.pitch;
#pragma unroll
    for (int n = 0; n < Tile::kDim / 8; ++n) {
      const std::uint32_t two =
          ptx::pack<In>(w.o[n][2 * half] * share, w.o[n][2 * half + 1] * share);
      *reinterpret_cast<std::uint32_t*>(out + 8 * n + place.col) = two;
    }
    if (p.lse != nullptr && place.col == 0) {
      const float base = w.most[half] == kNoScore ? 0.0f : w.most[half] * p.scale_log2;
      const float lse = (base + ptx::log2_approx(sum)) * kLn2;
      p.lse[(at.batch * s.heads + at.head) * s.seq_q + row] = lse;
    }
  }
}

template <class In, class Tile>
__launch_bounds__(Tile::kThreads, 1) __global__ void attention_kernel(AttentionParams p) {
  const AttentionShape& s = p.shape;
  const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  const AttentionTileAt at = attention_tile_at(placed(p.placement, blockIdx.x), s, p.tiles_q);
  const std::int64_t first_row = at.tile * Tile::kRows;
  const RowsAt rows{((at.batch * s.seq_q + first_row) * s.heads + at.head) * s.dim,
                    s.heads * s.dim};
  const std::int64_t kv_head = at.head / (s.heads / s.kv_heads);
  const RowsAt keys{(at.batch * s.seq_kv * s.kv_heads + kv_head) * s.dim, s.kv_heads * s.dim};

  const std::int64_t end_row =
      first_row + Tile::kRows < s.seq_q ? first_row + Tile::kRows : s.seq_q;
  const auto steps =
      static_cast<int>((visible_keys(s, end_row - 1) + Tile::kKeys - 1) / Tile::kKeys);
  const auto plain = static_cast<int>(visible_keys(s, first_row) / Tile::kKeys);  // need no mask

  const std::uint32_t shared = ptx::shared_address(ptx::dynamic_shared());
  const auto stage_at = [&](int stage) {
    return shared + static_cast<std::uint32_t>(Tile::kQueryBytes + stage * Tile::kStageBytes);
  };
  // K and V are groups of their own, also empty ones: the waits count groups.
  const auto copy_keys = [&](int step, int stage) {
    const std::int64_t first = std::int64_t{step} * Tile::kKeys;
    const std::int64_t from = keys.first + first * keys.pitch;
    if (step >= 0) {
      copy_rows<Tile, Tile::kKeys>(static_cast<const std::uint16_t*>(p.k) + from, keys.pitch,
                                   s.seq_kv - first, stage_at(stage));
    }
    ptx::cp_async_commit();
    if (step >= 0) {
      copy_rows<Tile, Tile::kKeys>(static_cast<const std::uint16_t*>(p.v) + from, keys.pitch,
                                   s.seq_kv - first, stage_at(stage) + Tile::kKeyBytes);
    }
    ptx::cp_async_commit();
  };

  copy_rows<Tile, Tile::kRows>(static_cast<const std::uint16_t*>(p.q) + rows.first, rows.pitch,
                               s.seq_q - first_row, shared);
  ptx::cp_async_commit();
  copy_keys(steps - 1, 0);

  WarpRows<Tile> w;
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const std::int64_t row = first_row + 16 * warp + accumulator_at(lane, half).row;
    w.visible[half] = static_cast<int>(visible_keys(s, row));
  }
  const ChunkAt chunk = ldmatrix_at(lane);
  ptx::cp_async_wait<2>();
  __syncthreads();
#pragma unroll
  for (int step = 0; step < Tile::kDim / 16; ++step) {
    const int place = swizzled(16 * warp + chunk.row, chunk.chunk, Tile::kRowChunks);
    ptx::ldmatrix_x4(w.q[step],
                     shared + static_cast<std::uint32_t>(swizzled_right(place, 2 * step)));
  }

  const int lane_offset = swizzled(chunk.row, chunk.chunk, Tile::kRowChunks);
  int stage = 0;
  const auto multiply_step = [&](int step, auto masked) {
    // K of this step has landed for this thread; after the barrier, for all, and nobody reads the
    // other stage any more.
    ptx::cp_async_wait<1>();
    __syncthreads();
    copy_keys(step - 1, 1 - stage);
    TileScores<Tile> scores = {};
    multiply_keys<In>(w, stage_at(stage), lane_offset, scores);
    if constexpr (decltype(masked)::value) {
      const int first = step * Tile::kKeys;
      mask_tile<Tile>(scores, lane, {w.visible[0] - first, w.visible[1] - first});
    }
    soften_tile<Tile>(w, scores, p.scale_log2);
    ptx::cp_async_wait<2>();  // V too
    __syncthreads();
    multiply_values<In>(w.o, stage_at(stage) + Tile::kKeyBytes, lane_offset, scores);
    stage = 1 - stage;
  };
  int step = steps - 1;
  for (; step >= plain; --step) multiply_step(step, std::true_type{});
  for (; step >= 0; --step) multiply_step(step, std::false_type{});
  ptx::cp_async_wait<0>();  // the empty groups

  store_rows<In>(p, at, rows, w, warp, lane);
  if (p.smid != nullptr && threadIdx.x == 0) {
    p.smid[(at.batch * s.heads + at.head) * p.tiles_q + at.tile] = ptx::smid();
  }
}

}  // namespace ga
