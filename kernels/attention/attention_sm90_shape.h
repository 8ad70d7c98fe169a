// Tiles, shared memory, tile order and key ranges of the Hopper attention, the same on the device
// and in the CPU tests.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/data/attention_shape.h"
#include "kernels/gemm/gemm_sm90_shape.h"
#include "kernels/gemm/placement.h"

namespace ga {

// A tile has 64 rows for each consumer: the rows of one instruction. With 128 keys a step a thread
// has 64 scores, 32 registers of probabilities and dim / 2 of O: 160 for dim 128, of the 232 that
// two consumers can have; 128 for dim 64, of the 160 that three can have. FA3 (flash-attention,
// hopper/tile_size.h) has the same tiles for causal, 128 x 128 and 192 x 128.
struct AttentionSm90Policy {
  int dim, consumers, stages;  // stages of K and of V
  const char* sweep;           // the row of docs/measuring.md that its numbers come from
};
inline constexpr std::array kAttentionSm90Policies{AttentionSm90Policy{64, 3, 3, "untuned"},
                                                   AttentionSm90Policy{128, 2, 2, "untuned"}};

// nullptr for a dim that no kernel has.
constexpr const AttentionSm90Policy* attention_sm90_policy(std::int64_t dim) {
  for (const AttentionSm90Policy& policy : kAttentionSm90Policies) {
    if (policy.dim == dim) return &policy;
  }
  return nullptr;
}

inline constexpr int kAttentionKeys = 128;                   // of a step
inline constexpr int kAttentionSteps = kAttentionKeys / 16;  // of 16 keys, an instruction each
inline constexpr int kAttentionScores = kAttentionKeys / 2;  // of a thread, for its two rows
inline constexpr int kBoxDims = 64;                          // 128 bytes of a 16-bit type

template <int kDim_>
struct AttentionSm90Shape {
  static constexpr AttentionSm90Policy kPolicy = *attention_sm90_policy(kDim_);
  static constexpr int kDim = kDim_, kConsumers = kPolicy.consumers, kStages = kPolicy.stages;
  static constexpr int kRows = kConsumers * kWgmmaRows;
  static constexpr int kThreads = kWarpgroup * (1 + kConsumers);
  static constexpr int kBoxes = kDim / kBoxDims;  // side by side, of Q, K, V and O
  static constexpr int kOutputs = kDim / 2;       // of O, of a thread, for its two rows
  static constexpr int kBoxBytesQ = kRows * static_cast<int>(kBoxRowBytes);
  static constexpr int kBoxBytesKV = kAttentionKeys * static_cast<int>(kBoxRowBytes);
  static constexpr int kBytesQ = kBoxes * kBoxBytesQ, kBytesKV = kBoxes * kBoxBytesKV;
  // Q, then the stages of K, those of V, and O on its way out: a place of its own, so that the
  // next tile's Q comes while this one's last products run.
  static constexpr int kKeysAt = kBytesQ;
  static constexpr int kValuesAt = kKeysAt + kStages * kBytesKV;
  static constexpr int kStagingAt = kValuesAt + kStages * kBytesKV;
  static constexpr int kBarriersAt = kStagingAt + kConsumers * kBoxes * kStagedBytes;
  static constexpr std::size_t kSharedBytes = std::size_t{kBarriersAt} + 8 * (2 + 4 * kStages);
  static constexpr int kEmptyArrivals = 4 * kConsumers;  // each warp's, once it has read
  static constexpr int kLaunchRegisters = 65536 / kThreads / 8 * 8;
  // What remains of the law below once the producer has the least that its code was seen to need.
  static constexpr int kProducerRegisters = kConsumers == 2 ? 40 : 32;
  static constexpr int kConsumerRegisters = kConsumers == 2 ? 232 : 160;
  // Named barriers: 1 to kConsumers for a consumer's staged boxes, then one for its turn.
  static constexpr int kTurnBarrier = 1 + kConsumers;

  static_assert(kDim % kBoxDims == 0 && wgmma_takes_columns(kDim) && kRows <= 256);
  static_assert(kAttentionScores + kAttentionScores / 2 + kOutputs <= kConsumerRegisters - 32,
                "scores, probabilities and O leave no registers for the rest");
  static_assert(kBytesQ % kAtomBytes == 0 && kBytesKV % kAtomBytes == 0 &&
                    kStagedBytes % kAtomBytes == 0,
                "the swizzle works on absolute addresses");
  static_assert(kBytesKV < (1 << 20), "an mbarrier counts up to 2^20 - 1 bytes");
  static_assert(kProducerRegisters + kConsumers * kConsumerRegisters <=
                    (1 + kConsumers) * kLaunchRegisters,
                "setmaxnreg would wait for registers that never come");
  static_assert(kSharedBytes <= 232448, "more shared memory than an SM has");
  static_assert(kStages >= 2, "with one stage nothing is fetched while it is read");
  static_assert(kTurnBarrier + kConsumers <= 16, "named barriers go up to 15");
};

// Addresses in shared memory from its base.
template <class Shape>
struct AttentionSm90Memory {
  std::uint32_t base;
  GA_HOST_DEVICE std::uint32_t q(int box) const { return at(box * Shape::kBoxBytesQ); }
  GA_HOST_DEVICE std::uint32_t k(int stage, int box) const {
    return at(Shape::kKeysAt + stage * Shape::kBytesKV + box * Shape::kBoxBytesKV);
  }
  GA_HOST_DEVICE std::uint32_t v(int stage, int box) const {
    return at(Shape::kValuesAt + stage * Shape::kBytesKV + box * Shape::kBoxBytesKV);
  }
  GA_HOST_DEVICE std::uint32_t staged(int consumer, int box) const {
    return at(Shape::kStagingAt + (consumer * Shape::kBoxes + box) * kStagedBytes);
  }
  GA_HOST_DEVICE std::uint32_t full_q() const { return barrier(0); }
  GA_HOST_DEVICE std::uint32_t empty_q() const { return barrier(1); }
  GA_HOST_DEVICE std::uint32_t full_k(int stage) const { return barrier(2 + stage); }
  GA_HOST_DEVICE std::uint32_t empty_k(int stage) const {
    return barrier(2 + Shape::kStages + stage);
  }
  GA_HOST_DEVICE std::uint32_t full_v(int stage) const {
    return barrier(2 + 2 * Shape::kStages + stage);
  }
  GA_HOST_DEVICE std::uint32_t empty_v(int stage) const {
    return barrier(2 + 3 * Shape::kStages + stage);
  }

 private:
  GA_HOST_DEVICE std::uint32_t barrier(int number) const {
    return at(Shape::kBarriersAt + 8 * number);
  }
  GA_HOST_DEVICE std::uint32_t at(int offset) const {
    return base + static_cast<std::uint32_t>(offset);
  }
};

// V as the second operand, "transposed": rows of 64 dims, one for each key; the next 64 dims are
// the next box. 16 keys further on are kStepAlongN bytes.
GA_HOST_DEVICE constexpr std::uint64_t attention_descriptor_v(std::uint32_t address) {
  return wgmma_descriptor(
      {.address = address, .leading = kAttentionKeys * kBoxRowBytes, .stride = kAtomBytes});
}

// Which keys rows see, by steps of kAttentionKeys. Sequences are shorter than 2^30.
struct AttentionKeys {
  std::int32_t seq_q, seq_kv;
  bool causal;

  // Of row `row`: the first so many. Rows behind the last see them all.
  GA_HOST_DEVICE std::int32_t visible(std::int32_t row) const {
    if (!causal) return seq_kv;
    const std::int32_t keys = row + 1 + seq_kv - seq_q;
    return keys < 0 ? 0 : keys < seq_kv ? keys : seq_kv;
  }
  // Steps of which some row of a tile sees a key. The same for all consumers of a tile.
  GA_HOST_DEVICE std::int32_t steps(std::int32_t first_row, std::int32_t rows) const {
    const std::int32_t end = first_row + rows < seq_q ? first_row + rows : seq_q;
    return (visible(end - 1) + kAttentionKeys - 1) / kAttentionKeys;
  }
  // Steps of which each row from `first_row` on sees every key: no mask there.
  GA_HOST_DEVICE std::int32_t open_steps(std::int32_t first_row) const {
    return visible(first_row) / kAttentionKeys;
  }
};

// The order of the persistent CTAs' tiles. Heads go by sections whose K and V the L2 holds; in a
// section the last rows, of which a causal mask shows the most keys, come first. In every other
// round the CTAs take their tiles in reverse, so that none always has the longer ones. A window of
// the placement is a round: a shuffle moves tiles over SMs and keeps the longest first.
struct AttentionSm90Order {
  PlacementOf<std::uint32_t> placement;
  std::uint32_t tiles_q = 0;  // of a head
  std::uint32_t heads = 0;    // of all batches
  std::uint32_t section = 1;  // heads

  struct Tile {
    std::uint32_t tile, head;  // head: batch * heads of a batch + head
  };
  GA_HOST_DEVICE std::uint32_t tiles() const { return placement.count; }
  // What CTA `cta` of `ctas` does in its round: tiles() or more is nothing.
  GA_HOST_DEVICE static std::uint32_t unit(std::uint32_t round, std::uint32_t cta,
                                           std::uint32_t ctas) {
    return round * ctas + (round % 2 == 0 ? cta : ctas - 1 - cta);
  }
  GA_HOST_DEVICE Tile tile(std::uint32_t unit) const {
    const std::uint32_t index = placed(placement, unit);
    const std::uint32_t first = index / (section * tiles_q) * section;
    const std::uint32_t width = heads - first < section ? heads - first : section;
    const std::uint32_t inside = index - first * tiles_q;
    return {tiles_q - 1 - inside / width, first + inside % width};
  }
};

}  // namespace ga
