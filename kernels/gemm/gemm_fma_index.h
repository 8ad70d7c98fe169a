// The index arithmetic of the fp32 and fp64 GEMM, the same on the device and in the CPU tests: tile
// shapes, where elements lie in a stage of shared memory, and which of them each lane holds.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/data/philox.h"

namespace ga {

// Shared memory is read, and where the operands allow it filled, in chunks of 16 bytes.
inline constexpr int kFmaChunkBytes = 16;

struct FmaAt {
  int row, col;
};

// fp32: a CTA of 4 warps computes 128 x 128 of C, a warp 64 x 64, a thread 8 x 16. Two CTAs share
// an SM, so that one multiplies while the other waits or stores.
struct Fp32Shape {
  using Element = float;
  static constexpr int kM = 128, kN = 128, kK = 8, kStages = 4;
  static constexpr int kWarpsM = 2, kWarpsN = 2, kCtasPerSm = 2;
  static constexpr int kThreads = 32 * kWarpsM * kWarpsN;
  static constexpr int kWarpM = kM / kWarpsM, kWarpN = kN / kWarpsN;
  static constexpr int kSteps = kK;  // one column of A and row of B at a time
  static constexpr int kChunk = kFmaChunkBytes / 4;
  // A is stored transposed. Columns 4 banks further each: 4 rows x 8 columns, which a warp copies
  // at once, lie in 32 different banks.
  static constexpr int kPitchA = kM + kChunk;
  static constexpr int kBytesA = kK * kPitchA * 4, kBytesB = kK * kN * 4;
  static constexpr int kStageBytes = kBytesA + kBytesB;
  static constexpr std::size_t kSharedBytes = std::size_t{kStages} * kStageBytes;
  // A thread copies elements of one column of A, kRowStepA rows apart, and chunks of B, kRowStepB
  // apart.
  static constexpr int kRowStepA = kThreads / kK, kCopiesA = kM / kRowStepA;
  static constexpr int kRowStepB = kThreads / (kN / kChunk), kCopiesB = kK / kRowStepB;
  static_assert(kCopiesA % 2 == 0 && kCopiesB == 2);
  static constexpr int kShares = kSteps - 1;  // of a stage's copies; the last step waits
  // A thread's rows in blocks of 4, kBlockM rows apart; so its columns.
  static constexpr int kBlocksM = 2, kBlocksN = 4, kBlockM = 32, kBlockN = 16;
  static_assert(kStageBytes % kFmaChunkBytes == 0 && kBytesA % kFmaChunkBytes == 0);
  static_assert(kPitchA % kChunk == 0, "columns of A are read in chunks");
};

// Byte offset of an element of A, of B, in its part of a stage.
GA_HOST_DEVICE int fp32_a_offset(int row, int k) { return (k * Fp32Shape::kPitchA + row) * 4; }
GA_HOST_DEVICE int fp32_b_offset(int k, int col) { return (k * Fp32Shape::kN + col) * 4; }

// The first element of A and the first chunk of B that a thread copies.
GA_HOST_DEVICE FmaAt fp32_a_copy(int thread) {
  return {thread / Fp32Shape::kK, thread % Fp32Shape::kK};
}
GA_HOST_DEVICE FmaAt fp32_b_copy(int thread) {
  constexpr int kRowChunks = Fp32Shape::kN / Fp32Shape::kChunk;
  return {thread / kRowChunks, thread % kRowChunks * Fp32Shape::kChunk};
}

// The first row and column of a lane in its warp's 64 x 64: 8 lanes down, 4 across. Numbered so
// that each lane and its neighbour read the same chunk of A, each lane and the next but one the
// same of B.
GA_HOST_DEVICE FmaAt fp32_lane(int lane) {
  const int across = (lane & 1) | ((lane >> 1) & 2);
  const int down = ((lane >> 1) & 1) | ((lane >> 2) & 6);
  return {Fp32Shape::kChunk * down, Fp32Shape::kChunk * across};
}

// fp64: a CTA of 8 warps computes 128 x 128, a warp 64 x 32 in products of 16 x 8 x 8 that give C
// transposed: 16 along n, 8 along m.
struct Fp64Shape {
  using Element = double;
  static constexpr int kM = 128, kN = 128, kK = 16, kStages = 3;
  static constexpr int kWarpsM = 2, kWarpsN = 4, kCtasPerSm = 1;
  static constexpr int kThreads = 32 * kWarpsM * kWarpsN;
  static constexpr int kWarpM = kM / kWarpsM, kWarpN = kN / kWarpsN;
  static constexpr int kStepK = 8, kSteps = kK / kStepK;
  static constexpr int kFragmentsM = kWarpM / 8, kFragmentsN = kWarpN / 16;
  static constexpr int kChunk = kFmaChunkBytes / 8;
  static constexpr int kRowChunksA = kK / kChunk, kRowChunksB = kN / kChunk;
  static constexpr int kBytesA = kM * kK * 8, kBytesB = kK * kN * 8;
  static constexpr int kStageBytes = kBytesA + kBytesB;
  static constexpr std::size_t kSharedBytes = std::size_t{kStages} * kStageBytes;
  static constexpr int kRowStepA = kThreads / kRowChunksA, kCopiesA = kM / kRowStepA;
  static constexpr int kCopiesB = kK * kRowChunksB / kThreads;
  static constexpr int kShares = kCopiesA + kCopiesB;  // all in the first step: the other waits
  static_assert(kSteps == 2 && kShares == kFragmentsM);
  static_assert(kRowChunksA == 8 && kRowStepA % 2 == 0, "the swizzle of A");
  static_assert(kRowChunksB % 8 == 0 && kCopiesB == 4 && kThreads / kRowChunksB == 4);
};

// A lane reads two columns of k of A in one chunk, and two columns of n of B. For 8 lanes, which
// are served together, these lie in 2 rows x 4 chunks of A: odd rows have the halves of each 128
// bytes exchanged. And in 4 rows x 2 chunks of B, every other row: pairs of rows move on by 2
// chunks.
GA_HOST_DEVICE int fp64_a_offset(int row, int chunk) {
  return (row * Fp64Shape::kRowChunksA + (chunk ^ (4 * (row % 2)))) * kFmaChunkBytes;
}
GA_HOST_DEVICE int fp64_b_offset(int k, int chunk) {
  return (k * Fp64Shape::kRowChunksB + (chunk ^ (k & 6))) * kFmaChunkBytes;
}
// The place half a row of A further right: a step of 8 along k.
GA_HOST_DEVICE int fp64_a_right(int offset) { return offset ^ (4 * kFmaChunkBytes); }

// The first chunk that a thread copies. It goes on kRowStepA rows further down in A and
// fp64_b_down(copy) in B, which keeps its place in the swizzle.
GA_HOST_DEVICE FmaAt fp64_a_copy(int thread) {
  return {thread / Fp64Shape::kRowChunksA, thread % Fp64Shape::kRowChunksA};
}
GA_HOST_DEVICE FmaAt fp64_b_copy(int thread) {
  return {2 * (thread / Fp64Shape::kRowChunksB), thread % Fp64Shape::kRowChunksB};
}
GA_HOST_DEVICE constexpr int fp64_b_down(int copy) { return copy % 2 + 8 * (copy / 2); }

// Which rows of k and columns of n stand where in a product is free, as long as A, B and C agree.
// With g = lane / 4 and t = lane % 4 a lane takes of A row g, k 2t and 2t+1: a chunk, and the pair
// of registers that the product asks for. Of B it takes k 2t and 2t+1, columns 2g and 2g+1: two
// chunks, the other four. It so holds of C rows 2t and 2t+1, columns 2g and 2g+1.
GA_HOST_DEVICE FmaAt fp64_a_lane(int lane) { return {lane / 4, lane % 4}; }        // row, chunk
GA_HOST_DEVICE FmaAt fp64_b_lane(int lane) { return {2 * (lane % 4), lane / 4}; }  // k, chunk
GA_HOST_DEVICE FmaAt fp64_c_lane(int lane) { return {2 * (lane % 4), 2 * (lane / 4)}; }

}  // namespace ga
