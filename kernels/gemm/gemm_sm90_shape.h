// Tiles, shared memory, descriptors and tile order of the Hopper GEMM, the same on the device and
// in the CPU tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/data/tensor_map.h"
#include "kernels/gemm/gemm_index.h"
#include "kernels/gemm/gemm_sm90_policy.h"
#include "kernels/gemm/placement.h"
#include "kernels/ptx/wgmma_descriptor.h"

namespace ga {

// Rows of a box of A and B in a stage: 128 bytes of the operand's inner dimension, swizzled. A
// stage is 128 bytes deep along k for every element type, four instructions of 32 bytes.
inline constexpr int kStageDepthBytes = 128;
inline constexpr int kStageSteps = kStageDepthBytes / kWgmmaDepthBytes;
inline constexpr int kAtomBytes = 1024;  // 8 rows of 128 bytes: one period of the swizzle
inline constexpr int kWarpgroup = 128;   // threads
// A box of C on its way out: 64 rows of 128 bytes. Each consumer has two, in turn.
inline constexpr int kStagedRows = 64;
inline constexpr int kStagedBytes = kStagedRows * static_cast<int>(kBoxRowBytes);
inline constexpr int kStagedBoxes = 2;
// B in a stage goes by blocks of 64 columns. 16-bit types lie along n: a block is a box of 64 rows
// of k. Others lie along k: a block is 64 rows of n, and all blocks of a CTA are one box.
inline constexpr int kBlockColumns = 64;
inline constexpr int kBoxRowsAlongN = 64;
inline constexpr int kBlockBytesB = kBlockColumns * static_cast<int>(kBoxRowBytes);
static_assert(kBlockBytesB == kBoxRowsAlongN * static_cast<int>(kBoxRowBytes));

// b_along_k() of the type of an operand, and what its products are added in.
template <class In>
inline constexpr bool kAlongK = sizeof(In) != 2;
template <class In>
using SumOf = std::conditional_t<std::is_same_v<In, std::int8_t>, std::int32_t, float>;

// One CTA: kM x kN of C by two consumer warpgroups, each kM / 2 rows, behind kStages stages that
// one producer fills; kCluster CTAs, one below the other, share the columns of B by multicast.
// kPromotes: the sums of each stage are added to a second set of registers.
template <int kM_, int kN_, int kStages_, int kCluster_, bool kPromotes_ = false>
struct Sm90Shape {
  static constexpr int kM = kM_, kN = kN_, kStages = kStages_, kCluster = kCluster_;
  static constexpr bool kPromotes = kPromotes_;
  static constexpr int kConsumers = 2;
  static constexpr int kThreads = kWarpgroup * (1 + kConsumers);
  static constexpr int kRows = kM / kConsumers;            // of a consumer
  static constexpr int kBlocks = kRows / kWgmmaRows;       // instructions of 64 rows
  static constexpr int kAccumulators = kN / 2;             // registers of a thread and block
  static constexpr int kBlocksB = kN / kBlockColumns;      // of a stage
  static constexpr int kBlocksBOwn = kBlocksB / kCluster;  // that this CTA loads, for all
  static constexpr int kBytesA = kM * kStageDepthBytes;
  static constexpr int kBytesB = kBlocksB * kBlockBytesB;
  static constexpr int kStageBytes = kBytesA + kBytesB;
  static constexpr int kStagingAt = kStages * kStageBytes;
  static constexpr int kStagingBytes = kConsumers * kStagedBoxes * kStagedBytes;
  static constexpr int kBarriersAt = kStagingAt + kStagingBytes;
  static constexpr std::size_t kSharedBytes = std::size_t{kBarriersAt} + 2 * 8 * kStages;
  // Each warp of every consumer that reads what a producer filled says when it has done so.
  static constexpr int kEmptyArrivals = 4 * kConsumers * kCluster;
  // At launch a thread has 65536 / threads registers, down to a multiple of 8. The producer gives
  // most of its own back.
  static constexpr int kLaunchRegisters = 65536 / kThreads / 8 * 8;
  static constexpr int kProducerRegisters = 40, kConsumerRegisters = 232;

  static_assert(kM % (kConsumers * kWgmmaRows) == 0 && kM <= 256, "TMA boxes have up to 256 rows");
  static_assert(kN % (kBlockColumns * kCluster) == 0 && wgmma_takes_columns(kN));
  static_assert(kStageBytes % kAtomBytes == 0 && kBytesA % kAtomBytes == 0 &&
                    kStagingAt % kAtomBytes == 0 && kStagedBytes % kAtomBytes == 0,
                "the swizzle works on absolute addresses");
  static_assert(kStageBytes < (1 << 20), "an mbarrier counts up to 2^20 - 1 bytes");
  static_assert(kBlocks * kAccumulators * (kPromotes ? 2 : 1) <= 128, "more accumulators spill");
  static_assert(kProducerRegisters + kConsumers * kConsumerRegisters <=
                    (1 + kConsumers) * kLaunchRegisters,
                "setmaxnreg would wait for registers that never come");
  static_assert(kSharedBytes <= 232448, "more shared memory than an SM has");
  static_assert(kStages >= 2, "a stage is given back once the next one is full");
  static_assert(kCluster == 1 || kCluster == 2);
};

// The shape that policy `i` launches.
template <std::size_t i>
using Sm90ShapeOf =
    Sm90Shape<kSm90Policies[i].tile_m, kSm90Policies[i].tile_n, kSm90Policies[i].stages,
              kSm90Policies[i].cluster, kSm90Policies[i].promotes>;

// Addresses in shared memory from its base.
template <class Shape>
struct Sm90Memory {
  std::uint32_t base;
  GA_HOST_DEVICE std::uint32_t a(int stage) const { return at(stage * Shape::kStageBytes); }
  GA_HOST_DEVICE std::uint32_t b(int stage, int block) const {
    return at(stage * Shape::kStageBytes + Shape::kBytesA + block * kBlockBytesB);
  }
  GA_HOST_DEVICE std::uint32_t staged(int consumer, int box) const {
    return at(Shape::kStagingAt + (consumer * kStagedBoxes + box) * kStagedBytes);
  }
  GA_HOST_DEVICE std::uint32_t full(int stage) const { return at(Shape::kBarriersAt + 8 * stage); }
  GA_HOST_DEVICE std::uint32_t empty(int stage) const {
    return at(Shape::kBarriersAt + 8 * (Shape::kStages + stage));
  }

 private:
  GA_HOST_DEVICE std::uint32_t at(int offset) const {
    return base + static_cast<std::uint32_t>(offset);
  }
};

// The walk of producers and consumers over the stages. The parity is that of the phase in which the
// stage is full; the producer waits for the empty phase before it, the other parity.
struct StageCursor {
  int stage = 0;
  std::uint32_t parity = 0;
  GA_HOST_DEVICE void advance(int stages) {
    if (++stage == stages) {
      stage = 0;
      parity ^= 1;
    }
  }
};

// A in a stage, and B of types that lie along k: rows of 128 bytes along k, the next 8 rows 1024
// bytes on; leading is not used.
GA_HOST_DEVICE constexpr std::uint64_t sm90_descriptor_along_k(std::uint32_t address) {
  return wgmma_descriptor({.address = address, .leading = 16, .stride = kAtomBytes});
}
// B of 16-bit types: blocks of 64 columns; in a block rows of 128 bytes along n, one for each k.
GA_HOST_DEVICE constexpr std::uint64_t sm90_descriptor_along_n(std::uint32_t address) {
  return wgmma_descriptor({.address = address, .leading = kBlockBytesB, .stride = kAtomBytes});
}
// From one instruction to the next along k: 32 bytes to the right, or 16 rows down.
inline constexpr std::uint32_t kStepAlongK = kWgmmaDepthBytes;
inline constexpr std::uint32_t kStepAlongN = 16 * kBoxRowBytes;

// Where byte `byte` of row `row` of a staged box lies: chunk (16 bytes) exclusive-or row.
GA_HOST_DEVICE std::uint32_t staged_offset(int row, int byte) {
  constexpr int kRowChunks = static_cast<int>(kBoxRowBytes) / kChunkBytes;
  return static_cast<std::uint32_t>(swizzled(row, byte / kChunkBytes, kRowChunks) +
                                    byte % kChunkBytes);
}

// The order of the persistent CTAs' tiles. A unit is kCluster tiles one below the other; cluster c
// of C does units placed(c), placed(c + C), placed(c + 2 C), ... A window of the placement is one
// round of all clusters, so that a shuffle moves tiles over SMs and keeps neighbours together.
struct Sm90Order {
  PlacementOf<std::uint32_t> placement;
  std::uint32_t units_m = 0, units_n = 0;
  std::uint32_t group = 1;  // unit rows of a raster group

  GA_HOST_DEVICE std::uint32_t units() const { return placement.count; }
  // The tile of CTA `rank`; with an odd number of tile rows it may lie just outside.
  GA_HOST_DEVICE TileAtOf<std::uint32_t> tile(std::uint32_t unit, std::uint32_t cluster,
                                              std::uint32_t rank) const {
    const TileAtOf<std::uint32_t> at = raster(placed(placement, unit), units_m, units_n, group);
    return {at.m * cluster + rank, at.n};
  }
};

}  // namespace ga
