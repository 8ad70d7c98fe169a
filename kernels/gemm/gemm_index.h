// The index arithmetic of the GEMM kernel, the same on the device and in the CPU tests: tile shape,
// swizzled shared memory, and which element each lane holds.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/data/philox.h"

namespace ga {

inline constexpr int kChunkBytes = 16;   // one copy, or one row of an ldmatrix
inline constexpr int kDepthBytes = 128;  // of k in a stage, for every type
inline constexpr int kStepBytes = 32;    // of k in one mma.sync

// A tile is stored row by row, 16-byte chunk `chunk` of row `row` at chunk ^ (row % 8). Eight rows
// of one chunk column then lie in eight different groups of 4 banks (ldmatrix), and the chunks of
// one row still cover whole lines (cp.async). Rows are a multiple of 8 chunks, 128 bytes.
GA_HOST_DEVICE int swizzled(int row, int chunk, int row_chunks) {
  return (row * row_chunks + (chunk ^ (row % 8))) * kChunkBytes;
}

// The place `chunks` further right of a swizzled one. Holds where the sum of chunk numbers has no
// carry, (chunk & chunks) == 0, and chunks < 8.
GA_HOST_DEVICE int swizzled_right(int offset, int chunks) {
  return offset ^ (chunks * kChunkBytes);
}

// One CTA: kM x kN of C, kK of the inner dimension per stage, warps kWarpsM x kWarpsN. A stage is
// 128 bytes deep, so that kK also says how long an element is. A lies in it as kM rows along k; B
// as kK rows along n where elements have 16 bits, else as kN rows along k, like A.
template <int kM_, int kN_, int kK_, int kWarpsM_, int kWarpsN_, int kStages_>
struct GemmShape {
  static constexpr int kM = kM_, kN = kN_, kK = kK_, kStages = kStages_;
  static constexpr int kElementBytes = kDepthBytes / kK;
  static constexpr bool kBAlongK = kElementBytes != 2;
  static constexpr int kChunk = kChunkBytes / kElementBytes;  // elements
  static constexpr int kWarpsM = kWarpsM_, kWarpsN = kWarpsN_;
  static constexpr int kThreads = 32 * kWarpsM * kWarpsN;
  static constexpr int kWarpM = kM / kWarpsM, kWarpN = kN / kWarpsN;
  static constexpr int kFragmentsM = kWarpM / 16, kFragmentsN = kWarpN / 8;
  static constexpr int kSteps = kDepthBytes / kStepBytes;  // mma.sync steps of a stage
  static constexpr int kRowsB = kBAlongK ? kN : kK;
  static constexpr int kRowChunksA = kK / kChunk, kRowChunksB = (kBAlongK ? kK : kN) / kChunk;
  static constexpr int kBytesA = kM * kDepthBytes, kBytesB = kN * kDepthBytes;
  static constexpr int kStageBytes = kBytesA + kBytesB;
  static constexpr std::size_t kSharedBytes = std::size_t{kStages} * kStageBytes;
  // Copies of 16 bytes a thread makes for a stage, and how many rows apart they are.
  static constexpr int kRowStepA = kThreads / kRowChunksA, kRowStepB = kThreads / kRowChunksB;
  static constexpr int kCopiesA = kM * kRowChunksA / kThreads;
  static constexpr int kCopiesB = kRowsB * kRowChunksB / kThreads;
  // Accumulators and two sets of fragments; the rest of 255 registers is for addresses.
  static constexpr int kDataRegisters =
      4 * kFragmentsM * kFragmentsN + 2 * (4 * kFragmentsM + 2 * kFragmentsN);

  static_assert(kElementBytes * kK == kDepthBytes && kChunk * kElementBytes == kChunkBytes);
  static_assert(kRowChunksA % 8 == 0 && kRowChunksB % 8 == 0, "the swizzle works on 128 bytes");
  static_assert(kThreads % kRowChunksA == 0 && kThreads % kRowChunksB == 0);
  static_assert(kRowStepA % 8 == 0 && kRowStepB % 8 == 0, "the swizzle repeats every 8 rows");
  static_assert(kM % kRowStepA == 0 && kRowsB % kRowStepB == 0);
  static_assert(kWarpM % 16 == 0 && kWarpN % 16 == 0 && kSteps % 2 == 0 && kStages >= 2);
  static_assert(2 * kSteps <= 8, "the steps of a stage stay within one swizzle");
  static_assert((kWarpN & (kWarpN - 1)) == 0 && kWarpN <= 64, "so do the fragments of a warp");
  static_assert(kDataRegisters <= 200,
                "accumulators and fragments leave no registers for addresses");
  static_assert(kSharedBytes <= 232448, "more shared memory than any architecture has");
};

// The chunk that a thread copies first; it goes on in the same chunk column, kRowStep rows further
// down each time. A multiple of 8 rows keeps its place in the swizzle.
struct ChunkAt {
  int row, chunk;
};
GA_HOST_DEVICE ChunkAt first_chunk(int thread, int row_chunks) {
  return {thread / row_chunks, thread % row_chunks};
}

// How many of the 16 bytes of a chunk that starts `left` elements before the end exist.
GA_HOST_DEVICE int chunk_bytes(int left, int element_bytes) {
  return left >= kChunkBytes / element_bytes ? kChunkBytes : left > 0 ? element_bytes * left : 0;
}

// The row and chunk that a lane addresses for ldmatrix.x4 of 16 rows x 32 bytes. Matrices 0 and 1
// are the upper and lower half, 2 and 3 the same to the right. For A these are a[0..3] of one
// fragment; for B of k rows (transposed) b0, b1 of a fragment and of the one right of it; for B of
// n rows b0 of two fragments, then b1 of both.
GA_HOST_DEVICE ChunkAt ldmatrix_at(int lane) { return {lane % 16, lane / 16}; }

// Row and first of the two columns of c[2 half], c[2 half + 1] in a 16 x 8 fragment.
struct FragmentAt {
  int row, col;
};
GA_HOST_DEVICE FragmentAt accumulator_at(int lane, int half) {
  return {lane / 4 + 8 * half, 2 * (lane % 4)};
}

}  // namespace ga
