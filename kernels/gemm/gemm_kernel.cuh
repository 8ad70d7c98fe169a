// GEMM by mma.sync for bf16, fp16, tf32, int8 and fp8: C = A B, added in fp32 or int32, 2 m n k
// flops.
//
// Bound by the tensor cores through mma.sync (on sm_90 below what wgmma reaches). A CTA computes
// one tile; kStages stages of shared memory are filled by cp.async while earlier ones are
// multiplied; fragments of the next step are loaded while the current one is multiplied. Each warp
// has the largest tile that its registers hold: a 64 x 64 warp tile of bf16 reads 1 byte of shared
// memory for 16 multiply-adds. The order of additions depends on k alone. Types differ in the
// instruction, in how long an element is, and in how B lies: GemmShape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/data/bf16.h"
#include "kernels/data/fp16.h"
#include "kernels/gemm/gemm_index.h"
#include "kernels/gemm/gemm_store.cuh"
#include "kernels/gemm/placement.h"
#include "kernels/ptx/async_copy.cuh"
#include "kernels/ptx/matrix.cuh"
#include "kernels/ptx/special.cuh"

namespace ga {

// A copy does not care what the bits of an element mean.
template <int kBytes>
using Word = std::conditional_t<kBytes == 1, std::uint8_t,
                                std::conditional_t<kBytes == 2, std::uint16_t, std::uint32_t>>;

// A thread's share of the copies of one operand: one chunk column, every `step`-th element row.
template <class Shape>
struct Loader {
  using Element = Word<Shape::kElementBytes>;
  const Element* from;   // the thread's first chunk of the current stage
  std::int64_t step;     // elements between its rows
  int rows_left;         // rows of the operand from its first row on; none or negative outside
  int cols_left;         // columns from its chunk on
  std::uint32_t offset;  // of its first chunk in the stage
};

template <class Shape, int kRowChunks, int kRowStep>
__device__ __forceinline__ Loader<Shape> make_loader(const void* data, std::int64_t ld,
                                                     std::int64_t row, std::int64_t col,
                                                     std::int64_t rows, std::int64_t cols,
                                                     int thread) {
  using Element = typename Loader<Shape>::Element;
  const ChunkAt at = first_chunk(thread, kRowChunks);
  row += at.row;
  col += at.chunk * Shape::kChunk;
  return {static_cast<const Element*>(data) + row * ld + col, kRowStep * ld,
          static_cast<int>(rows - row), static_cast<int>(cols - col),
          static_cast<std::uint32_t>(swizzled(at.row, at.chunk, kRowChunks))};
}

// B's, for the tile whose columns begin at `col`.
template <class Shape>
__device__ __forceinline__ Loader<Shape> make_loader_b(const GemmParams& p, std::int64_t col,
                                                       int thread) {
  constexpr int kRowChunks = Shape::kRowChunksB, kRowStep = Shape::kRowStepB;
  if constexpr (Shape::kBAlongK) {
    return make_loader<Shape, kRowChunks, kRowStep>(p.b, p.ldb, col, 0, p.n, p.k, thread);
  } else {
    return make_loader<Shape, kRowChunks, kRowStep>(p.b, p.ldb, 0, col, p.k, p.n, thread);
  }
}

// Copies chunk `copy` of the share into the stage; what lies outside the operand `data` becomes
// zero.
template <class Shape, int kRowChunks, int kRowStep, bool kAlwaysAsync>
__device__ __forceinline__ void load_chunk(const void* data, const Loader<Shape>& loader, int copy,
                                           unsigned char* stage, bool async) {
  using Element = typename Loader<Shape>::Element;
  constexpr int kBytes = Shape::kElementBytes;
  const bool inside = copy * kRowStep < loader.rows_left;
  const int bytes = inside ? chunk_bytes(loader.cols_left, kBytes) : 0;
  const Element* const from = loader.from + copy * loader.step;
  unsigned char* const to = stage + loader.offset + copy * kRowStep * kRowChunks * kChunkBytes;
  if (kAlwaysAsync || async) {
    const void* const valid = bytes > 0 ? from : data;  // even where nothing is read
    ptx::cp_async_16(ptx::shared_address(to), valid, bytes);
  } else {
    auto* const elements = reinterpret_cast<Element*>(to);
#pragma unroll
    for (int i = 0; i < Shape::kChunk; ++i) elements[i] = kBytes * i < bytes ? from[i] : Element{0};
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
  const int a = swizzled(warp_m * Shape::kWarpM + at.row, at.chunk, Shape::kRowChunksA);
  const int col = warp_n * Shape::kWarpN;
  if constexpr (Shape::kBAlongK) {
    return {a, swizzled(col + at.row, at.chunk, Shape::kRowChunksB)};
  } else {
    return {a, swizzled(at.row, col / Shape::kChunk + at.chunk, Shape::kRowChunksB)};
  }
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
    if constexpr (Shape::kBAlongK) {
      const int offset =
          swizzled_right(lane.b, 2 * step) + 16 * j * Shape::kRowChunksB * kChunkBytes;
      ptx::ldmatrix_x4(f.b[j], stage + static_cast<std::uint32_t>(Shape::kBytesA + offset));
    } else {
      const int offset =
          swizzled_right(lane.b, 2 * j) + 16 * step * Shape::kRowChunksB * kChunkBytes;
      ptx::ldmatrix_x4_trans(f.b[j], stage + static_cast<std::uint32_t>(Shape::kBytesA + offset));
    }
  }
}

template <class Shape, class In>
__device__ __forceinline__ void multiply(
    ptx::MmaSum<In> (&c)[Shape::kFragmentsM][Shape::kFragmentsN][4], const Fragments<Shape>& f) {
  // Where b0 of an odd fragment is, and b1 of an even one: ldmatrix_at().
  constexpr int kOdd = Shape::kBAlongK ? 1 : 2, kSecond = Shape::kBAlongK ? 2 : 1;
#pragma unroll
  for (int i = 0; i < Shape::kFragmentsM; ++i) {
#pragma unroll
    for (int j = 0; j < Shape::kFragmentsN; ++j) {
      const int first = j % 2 * kOdd;
      ptx::mma<In>(c[i][j], f.a[i], f.b[j / 2][first], f.b[j / 2][first + kSecond]);
    }
  }
}

// A thread's copies of one step of a stage, so that they are spread between the multiplications.
template <class Shape, bool kAlwaysAsync>
__device__ __forceinline__ void load_share(const GemmParams& p, const Loader<Shape>& a,
                                           const Loader<Shape>& b, unsigned char* stage, int step) {
  constexpr int kShares = Shape::kSteps - 1;  // the last step waits for the next stage
#pragma unroll
  for (int i = 0; i < Shape::kCopiesA; ++i) {
    if (i % kShares != step) continue;
    load_chunk<Shape, Shape::kRowChunksA, Shape::kRowStepA, kAlwaysAsync>(p.a, a, i, stage,
                                                                          p.async_a);
  }
#pragma unroll
  for (int i = 0; i < Shape::kCopiesB; ++i) {
    if (i % kShares != step) continue;
    load_chunk<Shape, Shape::kRowChunksB, Shape::kRowStepB, kAlwaysAsync>(
        p.b, b, i, stage + Shape::kBytesA, p.async_b);
  }
}

// On to the next stage along k: A moves right, B moves down, or right as well.
template <class Shape>
__device__ __forceinline__ void advance(const GemmParams& p, Loader<Shape>& a, Loader<Shape>& b) {
  a.from += Shape::kK;
  a.cols_left -= Shape::kK;
  if constexpr (Shape::kBAlongK) {
    b.from += Shape::kK;
    b.cols_left -= Shape::kK;
  } else {
    b.from += Shape::kK * p.ldb;
    b.rows_left -= Shape::kK;
  }
}

template <class Shape, class In, class Out, bool kAlwaysAsync>
__launch_bounds__(Shape::kThreads, 1) __global__ void gemm_kernel(GemmParams p) {
  static_assert(Shape::kElementBytes == sizeof(In));
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
  Loader<Shape> a = make_loader<Shape, Shape::kRowChunksA, Shape::kRowStepA>(
      p.a, p.lda, tile.m * Shape::kM, 0, p.m, p.k, thread);
  Loader<Shape> b = make_loader_b<Shape>(p, tile.n * Shape::kN, thread);

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

  ptx::MmaSum<In> c[Shape::kFragmentsM][Shape::kFragmentsN][4] = {};
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
