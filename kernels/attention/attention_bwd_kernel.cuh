// The backward of attention by mma.sync for bf16 and fp16: exponents and deltas of all rows, then
// dK and dV, then dQ; 14 dim flops a visible pair, of which 4 are made twice.
//
// Bound by the tensor cores through mma.sync and by shared memory. Sums are never shared: a CTA
// that owns keys walks over the queries of all heads that read them, and has dK and dV in its
// registers; a CTA that owns queries walks over keys and has dQ. So S and dP are computed in both,
// and nothing is added by two CTAs: the order of all additions depends on the shape alone, without
// atomics or a lock (Dao, "FlashAttention-2", 2023, has the first of the two loops, and adds dQ by
// atomics). Each warp owns 16 rows. P and dS go from the accumulators of the first products into
// the operands of the second without leaving the registers: where keys are owned the first products
// are K Q^T and V dO^T, so that keys are the rows there too.
#pragma once

#include <cstdint>

#include "kernels/attention/attention_bwd_index.h"
#include "kernels/attention/attention_kernel.cuh"
#include "kernels/ptx/global.cuh"

namespace ga {

struct AttentionBackwardParams {
  const void *q = nullptr, *k = nullptr, *v = nullptr, *o = nullptr, *d_o = nullptr;
  const float* lse = nullptr;
  void *d_q = nullptr, *d_k = nullptr, *d_v = nullptr;
  QueryValues* values = nullptr;  // the workspace
  AttentionShape shape{};
  float scale = 0, scale_log2 = 0;
  std::int64_t tiles = 0;  // of the rows of one head
  Placement placement{};
};

inline constexpr int kBackwardRowsThreads = 256;

// Of each row: lse in base 2, and the sum of dO times O; a row by dim / 8 lanes. Rows behind the
// last get what makes their probabilities 0; a row without a score above -infinity, the same by 0,
// as its scores are -infinity.
template <class In>
__launch_bounds__(kBackwardRowsThreads) __global__
    void attention_bwd_rows_kernel(AttentionBackwardParams p) {
  const AttentionShape& s = p.shape;
  const int lanes = static_cast<int>(s.dim) / 8;
  const std::int64_t padded = backward_rows(s), threads = s.batch * padded * s.heads * lanes;
  const std::int64_t stride = std::int64_t{gridDim.x} * kBackwardRowsThreads;
  // Whole warps: there are 128 rows or more of a head.
  for (std::int64_t i = std::int64_t{blockIdx.x} * kBackwardRowsThreads + threadIdx.x; i < threads;
       i += stride) {
    const int lane = static_cast<int>(i % lanes);
    const std::int64_t head = i / lanes % s.heads, row = i / lanes / s.heads % padded;
    const std::int64_t batch = i / lanes / s.heads / padded;
    const bool inside = row < s.seq_q;
    float sum = 0;
    if (inside) {
      const std::int64_t at = ((batch * s.seq_q + row) * s.heads + head) * lanes + lane;
      const ptx::Vector o = ptx::load_streaming(static_cast<const ptx::Vector*>(p.o) + at);
      const ptx::Vector d_o = ptx::load_streaming(static_cast<const ptx::Vector*>(p.d_o) + at);
#pragma unroll
      for (int half = 0; half < 4; ++half) {
        float o_low, o_high, d_low, d_high;
        const int shift = 32 * (half % 2);
        ptx::unpack<In>(static_cast<std::uint32_t>(o.word[half / 2] >> shift), o_low, o_high);
        ptx::unpack<In>(static_cast<std::uint32_t>(d_o.word[half / 2] >> shift), d_low, d_high);
        sum += o_low * d_low + o_high * d_high;
      }
    }
    for (int mask = 1; mask < lanes; mask *= 2) sum += ptx::lane_xor(sum, mask);
    if (lane == 0) {
      constexpr float kLog2e = 1.44269504f;
      const std::int64_t of_head = batch * s.heads + head;
      const float lse = inside ? p.lse[of_head * s.seq_q + row] : -kNoScore;
      p.values[of_head * padded + row] = {lse == kNoScore ? 0.0f : lse * kLog2e, sum};
    }
  }
}

// Products of a warp's 16 rows and the other rows of a step, by eights.
template <class Tile>
using RowProducts = float[Tile::kOthers / 8][4];
// Sums over other rows, for the 16 rows of a warp.
template <class Tile>
using RowSums = float[Tile::kDim / 8][4];

template <class In, class Tile>
__device__ __forceinline__ void multiply_rows(RowProducts<Tile>& sum, std::uint32_t own,
                                              int own_offset, std::uint32_t others,
                                              int lane_offset) {
#pragma unroll
  for (int step = 0; step < Tile::kDim / 16; ++step) {
    std::uint32_t a[4];
    ptx::ldmatrix_x4(a, own + static_cast<std::uint32_t>(swizzled_right(own_offset, 2 * step)));
#pragma unroll
    for (int pair = 0; pair < Tile::kOthers / 16; ++pair) {
      std::uint32_t f[4];  // both halves of two fragments
      const int at = swizzled_right(lane_offset, 2 * step) + 16 * pair * Tile::kRowBytes;
      ptx::ldmatrix_x4(f, others + static_cast<std::uint32_t>(at));
      ptx::mma<In>(sum[2 * pair], a, f[0], f[2]);
      ptx::mma<In>(sum[2 * pair + 1], a, f[1], f[3]);
    }
  }
}

// S becomes P, dP becomes dS without its scale. query(n, i): of the query of element [n][i];
// hidden(n, i): it does not see the key.
template <class Tile, class Query, class Hidden>
__device__ __forceinline__ void differentiate(RowProducts<Tile>& s, RowProducts<Tile>& dp,
                                              float scale_log2, Query query, bool masked,
                                              Hidden hidden) {
#pragma unroll
  for (int n = 0; n < Tile::kOthers / 8; ++n) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const QueryValues of = query(n, i);
      s[n][i] = ptx::exp2_approx(fmaf(s[n][i], scale_log2, -of.exponent));
      dp[n][i] = s[n][i] * (dp[n][i] - of.delta);
    }
  }
  if (!masked) return;
#pragma unroll
  for (int n = 0; n < Tile::kOthers / 8; ++n) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      if (hidden(n, i)) s[n][i] = dp[n][i] = 0;
    }
  }
}

// The warp's rows of a gradient. `out`: of the tile's first row.
template <class In, class Tile>
__device__ __forceinline__ void store_sums(const RowSums<Tile>& sum, float factor,
                                           std::uint16_t* out, std::int64_t pitch,
                                           std::int64_t rows_left) {
  const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const FragmentAt place = accumulator_at(lane, half);
    const std::int64_t row = 16 * warp + place.row;
    if (row >= rows_left) continue;
#pragma unroll
    for (int n = 0; n < Tile::kDim / 8; ++n) {
      const std::uint32_t two =
          ptx::pack<In>(sum[n][2 * half] * factor, sum[n][2 * half + 1] * factor);
      *reinterpret_cast<std::uint32_t*>(out + row * pitch + 8 * n + place.col) = two;
    }
  }
}

// Addresses of a CTA's rows and stages in shared memory.
template <class Tile>
struct BackwardMemory {
  std::uint32_t base = ptx::shared_address(ptx::dynamic_shared());
  __device__ std::uint32_t own(int tensor) const { return at(tensor * Tile::kOwnBytes); }
  __device__ std::uint32_t other(int stage, int tensor) const {
    return at(Tile::kStagesAt + stage * Tile::kStageBytes + tensor * Tile::kOtherBytes);
  }
  __device__ static int row_values(int stage) {
    return Tile::kRowValuesAt + stage * Tile::kRowValuesBytes;
  }
  __device__ std::uint32_t at(int offset) const {
    return base + static_cast<std::uint32_t>(offset);
  }
};

// Of the queries of all heads that read the same keys, the tile that comes next.
struct QueryCursor {
  std::int64_t head, row;
  __device__ void advance(std::int64_t first, std::int64_t step, std::int64_t end) {
    row += step;
    if (row < end) return;
    row = first;
    ++head;
  }
};

// dK and dV of kRows keys of a head.
template <class In, class Tile>
__launch_bounds__(Tile::kThreads, 1) __global__
    void attention_bwd_keys_kernel(AttentionBackwardParams p) {
  const AttentionShape& s = p.shape;
  const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  const AttentionTileAt at = attention_key_tile_at(placed(p.placement, blockIdx.x), s);
  const std::int64_t first_key = at.tile * Tile::kRows, keys_left = s.seq_kv - first_key;
  const RowsAt keys{((at.batch * s.seq_kv + first_key) * s.kv_heads + at.head) * s.dim,
                    s.kv_heads * s.dim};
  const std::int64_t ratio = s.heads / s.kv_heads, padded = backward_rows(s);
  const std::int64_t first_row = first_query(s, first_key) / Tile::kOthers * Tile::kOthers;
  const std::int64_t last_key = (keys_left < Tile::kRows ? s.seq_kv : first_key + Tile::kRows) - 1;
  const std::int64_t open_row = first_query(s, last_key);  // sees all of these keys
  const std::int64_t end_head = (at.head + 1) * ratio;
  const BackwardMemory<Tile> memory;

  const auto copy_queries = [&](const QueryCursor& from, int stage) {
    const std::int64_t row = ((at.batch * s.seq_q + from.row) * s.heads + from.head) * s.dim;
    copy_rows<Tile, Tile::kOthers>(static_cast<const std::uint16_t*>(p.q) + row, s.heads * s.dim,
                                   s.seq_q - from.row, memory.other(stage, 0));
    copy_rows<Tile, Tile::kOthers>(static_cast<const std::uint16_t*>(p.d_o) + row, s.heads * s.dim,
                                   s.seq_q - from.row, memory.other(stage, 1));
    constexpr int kChunkValues = kChunkBytes / static_cast<int>(sizeof(QueryValues));
    const int thread = static_cast<int>(threadIdx.x);
    if (thread < Tile::kOthers / kChunkValues) {
      const std::int64_t first = (at.batch * s.heads + from.head) * padded + from.row;
      ptx::cp_async_16(memory.at(memory.row_values(stage) + thread * kChunkBytes),
                       p.values + first + thread * kChunkValues, kChunkBytes);
    }
  };

  QueryCursor next{at.head * ratio, first_row}, now = next;
  copy_rows<Tile, Tile::kRows>(static_cast<const std::uint16_t*>(p.k) + keys.first, keys.pitch,
                               keys_left, memory.own(0));
  copy_rows<Tile, Tile::kRows>(static_cast<const std::uint16_t*>(p.v) + keys.first, keys.pitch,
                               keys_left, memory.own(1));
  copy_queries(next, 0);
  ptx::cp_async_commit();

  RowSums<Tile> d_k = {}, d_v = {};
  std::int64_t seen_from[2];  // the first query that sees the thread's key
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    seen_from[half] = first_query(s, first_key + 16 * warp + accumulator_at(lane, half).row);
  }
  const ChunkAt chunk = ldmatrix_at(lane);
  const int lane_offset = swizzled(chunk.row, chunk.chunk, Tile::kRowChunks);
  const int own_offset = lane_offset + 16 * warp * Tile::kRowBytes;
  for (int stage = 0; now.head < end_head; stage = 1 - stage) {
    // The stage has landed, and nobody reads the other one any more.
    ptx::cp_async_wait<0>();
    __syncthreads();
    next.advance(first_row, Tile::kOthers, s.seq_q);
    if (next.head < end_head) copy_queries(next, 1 - stage);
    ptx::cp_async_commit();
    RowProducts<Tile> scores = {}, d_p = {};
    multiply_rows<In, Tile>(scores, memory.own(0), own_offset, memory.other(stage, 0), lane_offset);
    multiply_rows<In, Tile>(d_p, memory.own(1), own_offset, memory.other(stage, 1), lane_offset);
    const auto* const values =
        reinterpret_cast<const QueryValues*>(ptx::dynamic_shared() + memory.row_values(stage));
    const int col = accumulator_at(lane, 0).col;
    const auto query = [&](int n, int i) { return values[8 * n + col + i % 2]; };
    const int hidden_queries[2] = {static_cast<int>(seen_from[0] - now.row),
                                   static_cast<int>(seen_from[1] - now.row)};
    differentiate<Tile>(scores, d_p, p.scale_log2, query, now.row < open_row,
                        [&](int n, int i) { return 8 * n + col + i % 2 < hidden_queries[i / 2]; });
    multiply_values<In>(d_v, memory.other(stage, 1), lane_offset, scores);
    multiply_values<In>(d_k, memory.other(stage, 0), lane_offset, d_p);
    now = next;
  }
  store_sums<In, Tile>(d_k, p.scale, static_cast<std::uint16_t*>(p.d_k) + keys.first, keys.pitch,
                       keys_left);
  store_sums<In, Tile>(d_v, 1, static_cast<std::uint16_t*>(p.d_v) + keys.first, keys.pitch,
                       keys_left);
}

// dQ of kRows queries of a head.
template <class In, class Tile>
__launch_bounds__(Tile::kThreads, 1) __global__
    void attention_bwd_queries_kernel(AttentionBackwardParams p) {
  const AttentionShape& s = p.shape;
  const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  const AttentionTileAt at = attention_tile_at(placed(p.placement, blockIdx.x), s, p.tiles);
  const std::int64_t first_row = at.tile * Tile::kRows, rows_left = s.seq_q - first_row;
  const RowsAt rows{((at.batch * s.seq_q + first_row) * s.heads + at.head) * s.dim,
                    s.heads * s.dim};
  const std::int64_t kv_head = at.head / (s.heads / s.kv_heads);
  const RowsAt keys{(at.batch * s.seq_kv * s.kv_heads + kv_head) * s.dim, s.kv_heads * s.dim};
  const std::int64_t last_row = (rows_left < Tile::kRows ? s.seq_q : first_row + Tile::kRows) - 1;
  const std::int64_t end_key = visible_keys(s, last_row);
  const std::int64_t open_key = visible_keys(s, first_row);  // of those before none is hidden
  const BackwardMemory<Tile> memory;

  const auto copy_keys = [&](std::int64_t first, int stage) {
    const std::int64_t from = keys.first + first * keys.pitch;
    copy_rows<Tile, Tile::kOthers>(static_cast<const std::uint16_t*>(p.k) + from, keys.pitch,
                                   s.seq_kv - first, memory.other(stage, 0));
    copy_rows<Tile, Tile::kOthers>(static_cast<const std::uint16_t*>(p.v) + from, keys.pitch,
                                   s.seq_kv - first, memory.other(stage, 1));
  };
  copy_rows<Tile, Tile::kRows>(static_cast<const std::uint16_t*>(p.q) + rows.first, rows.pitch,
                               rows_left, memory.own(0));
  copy_rows<Tile, Tile::kRows>(static_cast<const std::uint16_t*>(p.d_o) + rows.first, rows.pitch,
                               rows_left, memory.own(1));
  if (end_key > 0) copy_keys(0, 0);
  ptx::cp_async_commit();

  RowSums<Tile> d_q = {};
  QueryValues of_row[2];
  std::int64_t seen[2];
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const std::int64_t row = first_row + 16 * warp + accumulator_at(lane, half).row;
    of_row[half] = p.values[(at.batch * s.heads + at.head) * backward_rows(s) + row];
    seen[half] = visible_keys(s, row);
  }
  const ChunkAt chunk = ldmatrix_at(lane);
  const int lane_offset = swizzled(chunk.row, chunk.chunk, Tile::kRowChunks);
  const int own_offset = lane_offset + 16 * warp * Tile::kRowBytes;
  int stage = 0;
  for (std::int64_t key = 0; key < end_key; key += Tile::kOthers, stage = 1 - stage) {
    ptx::cp_async_wait<0>();
    __syncthreads();
    if (key + Tile::kOthers < end_key) copy_keys(key + Tile::kOthers, 1 - stage);
    ptx::cp_async_commit();
    RowProducts<Tile> scores = {}, d_p = {};
    multiply_rows<In, Tile>(scores, memory.own(0), own_offset, memory.other(stage, 0), lane_offset);
    multiply_rows<In, Tile>(d_p, memory.own(1), own_offset, memory.other(stage, 1), lane_offset);
    const int col = accumulator_at(lane, 0).col;
    const int left[2] = {static_cast<int>(seen[0] - key), static_cast<int>(seen[1] - key)};
    differentiate<Tile>(
        scores, d_p, p.scale_log2, [&](int, int i) { return of_row[i / 2]; },
        key + Tile::kOthers > open_key,
        [&](int n, int i) { return 8 * n + col + i % 2 >= left[i / 2]; });
    multiply_values<In>(d_q, memory.other(stage, 0), lane_offset, d_p);
  }
  ptx::cp_async_wait<0>();  // the own rows, where there is no key
  store_sums<In, Tile>(d_q, p.scale, static_cast<std::uint16_t*>(p.d_q) + rows.first, rows.pitch,
                       rows_left);
}

}  // namespace ga
