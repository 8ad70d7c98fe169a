// bf16 and fp16 GEMM by mma.sync m16n8k16: C = A B, fp32 accumulation, 2 m n k flops.
//
// Bound by the tensor cores through mma.sync (on sm_90 below what wgmma reaches). A CTA computes
// one tile; kStages stages of shared memory are filled by cp.async while earlier ones are
// multiplied; fragments of the next step are loaded while the current one is multiplied. Each warp
// has the largest tile that its registers hold: a 64 x 64 warp tile reads 1 byte of shared memory
// for 16 multiply-adds. The order of additions depends on k alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/data/bf16.h"
#include "kernels/data/fp16.h"
#include "kernels/gemm/gemm_index.h"
#include "kernels/gemm/placement.h"
#include "kernels/ptx/async_copy.cuh"
#include "kernels/ptx/convert.cuh"
#include "kernels/ptx/matrix.cuh"
#include "kernels/ptx/special.cuh"

namespace ga {

// A copy does not care what the 16 bits of an element mean.
using Word16 = std::uint16_t;

struct GemmParams {
  const void* a;
  const void* b;
  void* c;
  std::int64_t m, n, k;
  std::int64_t lda, ldb, ldc;
  std::int64_t tiles_m, tiles_n;
  Placement placement;
  std::uint32_t* smid;
  bool async_a, async_b;  // 16-byte copies are possible
  bool paired;            // two neighbouring outputs can be stored at once
};

// A thread's share of the copies of one operand: one chunk column, every `step`-th element row.
struct Loader {
  const Word16* from;    // the thread's first chunk of the current stage
  std::int64_t step;     // elements between its rows
  int rows_left;         // rows of the operand from its first row on; none or negative outside
  int cols_left;         // columns from its chunk on
  std::uint32_t offset;  // of its first chunk in the stage
};

template <int kRowChunks, int kRowStep>
__device__ __forceinline__ Loader make_loader(const void* data, std::int64_t ld, std::int64_t row,
                                              std::int64_t col, std::int64_t rows,
                                              std::int64_t cols, int thread) {
  const ChunkAt at = first_chunk(thread, kRowChunks);
  row += at.row;
  col += at.chunk * kChunk;
  return {static_cast<const Word16*>(data) + row * ld + col, kRowStep * ld,
          static_cast<int>(rows - row), static_cast<int>(cols - col),
          static_cast<std::uint32_t>(swizzled(at.row, at.chunk, kRowChunks))};
}

// Copies chunk `copy` of the share into the stage; what lies outside the operand `data` becomes
// zero.
template <int kRowChunks, int kRowStep, bool kAlwaysAsync>
__device__ __forceinline__ void load_chunk(const void* data, const Loader& loader, int copy,
                                           unsigned char* stage, bool async) {
  const bool inside = copy * kRowStep < loader.rows_left;
  const int bytes = inside ? chunk_bytes(loader.cols_left) : 0;
  const Word16* const from = loader.from + copy * loader.step;
  unsigned char* const to = stage + loader.offset + copy * kRowStep * kRowChunks * kChunkBytes;
  if (kAlwaysAsync || async) {
    const void* const valid = bytes > 0 ? from : data;  // even where nothing is read
    ptx::cp_async_16(ptx::shared_address(to), valid, bytes);
  } else {
    auto* const elements = reinterpret_cast<Word16*>(to);
#pragma unroll
    for (int i = 0; i < kChunk; ++i) elements[i] = 2 * i < bytes ? from[i] : Word16{0};
  }
}

template <class Shape>
struct Fragments {
  std::uint32_t a[Shape::kFragmentsM][4];
  std::uint32_t b[Shape::kFragmentsN / 2][4];
};

// Where a lane's ldmatrix rows of fragment 0, step 0 lie in the A and the B part of a stage.
struct LaneOffsets {
  int a, b;
};

template <class Shape>
__device__ __forceinline__ LaneOffsets lane_offsets(int warp_m, int warp_n, int lane) {
  const ChunkAt at = ldmatrix_at(lane);
  return {swizzled(warp_m * Shape::kWarpM + at.row, at.chunk, Shape::kRowChunksA),
          swizzled(at.row, warp_n * Shape::kWarpN / kChunk + at.chunk, Shape::kRowChunksB)};
}

// The fragments of one warp for step `step` of the stage at shared address `stage`.
template <class Shape>
__device__ __forceinline__ void load_fragments(Fragments<Shape>& f, std::uint32_t stage,
                                               LaneOffsets lane, int step) {
#pragma unroll
  for (int i = 0; i < Shape::kFragmentsM; ++i) {
    const int offset = swizzled_right(lane.a, 2 * step) + 16 * i * Shape::kRowChunksA * kChunkBytes;
    ptx::ldmatrix_x4(f.a[i], stage + static_cast<std::uint32_t>(offset));
  }
#pragma unroll
  for (int j = 0; j < Shape::kFragmentsN / 2; ++j) {
    const int offset = swizzled_right(lane.b, 2 * j) + 16 * step * Shape::kRowChunksB * kChunkBytes;
    ptx::ldmatrix_x4_trans(f.b[j], stage + static_cast<std::uint32_t>(Shape::kBytesA + offset));
  }
}

template <class Shape, class In>
__device__ __forceinline__ void multiply(float (&c)[Shape::kFragmentsM][Shape::kFragmentsN][4],
                                         const Fragments<Shape>& f) {
#pragma unroll
  for (int i = 0; i < Shape::kFragmentsM; ++i) {
#pragma unroll
    for (int j = 0; j < Shape::kFragmentsN; ++j) {
      ptx::mma_m16n8k16<In>(c[i][j], f.a[i], f.b[j / 2][2 * (j % 2)], f.b[j / 2][2 * (j % 2) + 1]);
    }
  }
}

template <class Out>
__device__ __forceinline__ void store_pair(Out* c, float x, float y) {
  *reinterpret_cast<std::uint32_t*>(c) = ptx::pack<Out>(x, y);
}
__device__ __forceinline__ void store_pair(float* c, float x, float y) {
  *reinterpret_cast<std::uint64_t*>(c) = float_bits(x) | (std::uint64_t{float_bits(y)} << 32);
}
template <class Out>
__device__ __forceinline__ void store_one(Out* c, float x) {
  c->bits = static_cast<std::uint16_t>(ptx::pack<Out>(x, 0));
}
__device__ __forceinline__ void store_one(float* c, float x) { *c = x; }

template <class Shape, class Out>
__device__ __forceinline__ void store_tile(
    const GemmParams& p, TileAt tile, int warp_m, int warp_n, int lane,
    const float (&c)[Shape::kFragmentsM][Shape::kFragmentsN][4]) {
  auto* const out = static_cast<Out*>(p.c);
#pragma unroll
  for (int i = 0; i < Shape::kFragmentsM; ++i) {
#pragma unroll
    for (int j = 0; j < Shape::kFragmentsN; ++j) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const FragmentAt at = accumulator_at(lane, half);
        const std::int64_t row = tile.m * Shape::kM + warp_m * Shape::kWarpM + 16 * i + at.row;
        const std::int64_t col = tile.n * Shape::kN + warp_n * Shape::kWarpN + 8 * j + at.col;
        if (row >= p.m || col >= p.n) continue;
        Out* const to = out + row * p.ldc + col;
        if (p.paired && col + 1 < p.n) {
          store_pair(to, c[i][j][2 * half], c[i][j][2 * half + 1]);
        } else {
          store_one(to, c[i][j][2 * half]);
          if (col + 1 < p.n) store_one(to + 1, c[i][j][2 * half + 1]);
        }
      }
    }
  }
}

// A thread's copies of one step of a stage, so that they are spread between the multiplications.
template <class Shape, bool kAlwaysAsync>
__device__ __forceinline__ void load_share(const GemmParams& p, const Loader& a, const Loader& b,
                                           unsigned char* stage, int step) {
  constexpr int kShares = Shape::kSteps - 1;  // the last step waits for the next stage
#pragma unroll
  for (int i = 0; i < Shape::kCopiesA; ++i) {
    if (i % kShares != step) continue;
    load_chunk<Shape::kRowChunksA, Shape::kRowStepA, kAlwaysAsync>(p.a, a, i, stage, p.async_a);
  }
#pragma unroll
  for (int i = 0; i < Shape::kCopiesB; ++i) {
    if (i % kShares != step) continue;
    load_chunk<Shape::kRowChunksB, Shape::kRowStepB, kAlwaysAsync>(
        p.b, b, i, stage + Shape::kBytesA, p.async_b);
  }
}

// On to the next stage: A moves right, B moves down.
template <class Shape>
__device__ __forceinline__ void advance(const GemmParams& p, Loader& a, Loader& b) {
  a.from += Shape::kK;
  a.cols_left -= Shape::kK;
  b.from += Shape::kK * p.ldb;
  b.rows_left -= Shape::kK;
}

template <class Shape, class In, class Out, bool kAlwaysAsync>
__launch_bounds__(Shape::kThreads, 1) __global__ void gemm_kernel(GemmParams p) {
  constexpr int kStages = Shape::kStages;
  constexpr int kSteps = Shape::kSteps;
  unsigned char* const shared = ptx::dynamic_shared();
  const std::uint32_t shared_base = ptx::shared_address(shared);
  const int thread = static_cast<int>(threadIdx.x);
  const int lane = thread % 32;
  const int warp_m = thread / 32 % Shape::kWarpsM;
  const int warp_n = thread / 32 / Shape::kWarpsM;
  const TileAt tile = raster(placed(p.placement, blockIdx.x), p.tiles_m, p.tiles_n, kRasterGroup);
  const int k_tiles = static_cast<int>((p.k + Shape::kK - 1) / Shape::kK);
  Loader a = make_loader<Shape::kRowChunksA, Shape::kRowStepA>(p.a, p.lda, tile.m * Shape::kM, 0,
                                                               p.m, p.k, thread);
  Loader b = make_loader<Shape::kRowChunksB, Shape::kRowStepB>(p.b, p.ldb, 0, tile.n * Shape::kN,
                                                               p.k, p.n, thread);

  // Every stage is one group of copies, also an empty one: the waits count groups.
#pragma unroll
  for (int s = 0; s < kStages - 1; ++s) {
    if (s < k_tiles) {
#pragma unroll
      for (int step = 0; step < kSteps - 1; ++step) {
        load_share<Shape, kAlwaysAsync>(p, a, b, shared + s * Shape::kStageBytes, step);
      }
      advance<Shape>(p, a, b);
    }
    ptx::cp_async_commit();
  }

  float c[Shape::kFragmentsM][Shape::kFragmentsN][4] = {};
  Fragments<Shape> fragments[2];
  const LaneOffsets offsets = lane_offsets<Shape>(warp_m, warp_n, lane);
  const auto load = [&](Fragments<Shape>& to, int stage, int step) {
    const auto at = shared_base + static_cast<std::uint32_t>(stage * Shape::kStageBytes);
    load_fragments<Shape>(to, at, offsets, step);
  };
  ptx::cp_async_wait<kStages - 2>();
  __syncthreads();
  load(fragments[0], 0, 0);

  int read = 0;             // the stage being multiplied
  int write = kStages - 1;  // the stage being filled: the one read before
  for (int k_tile = 0; k_tile < k_tiles; ++k_tile) {
    const bool fill = k_tile + kStages - 1 < k_tiles;
#pragma unroll
    for (int step = 0; step < kSteps; ++step) {
      if (step == kSteps - 1) {
        // The next stage has landed for this thread; after the barrier, for all, and nobody reads
        // the stage that is filled next any more.
        ptx::cp_async_commit();
        ptx::cp_async_wait<kStages - 2>();
        __syncthreads();
        advance<Shape>(p, a, b);
        write = read;
        read = read + 1 == kStages ? 0 : read + 1;
      }
      load(fragments[(step + 1) % 2], read, (step + 1) % kSteps);
      if (step < kSteps - 1 && fill) {
        load_share<Shape, kAlwaysAsync>(p, a, b, shared + write * Shape::kStageBytes, step);
      }
      multiply<Shape, In>(c, fragments[step % 2]);
    }
  }

  store_tile<Shape, Out>(p, tile, warp_m, warp_n, lane, c);
  if (p.smid != nullptr && thread == 0) p.smid[tile.m * p.tiles_n + tile.n] = ptx::smid();
}

}  // namespace ga
