// Tiles, shared memory and walks of the Hopper attention backward, the same on the device and in
// the CPU tests.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/attention/attention_bwd_index.h"
#include "kernels/attention/attention_sm90_shape.h"

namespace ga {

// A CTA owns kRows rows of two tensors, 64 of each of two consumers: of K and V where it makes dK
// and dV, of Q and dO where it makes dQ. Rows of the other two pass by, kOthers a step. A thread
// has S and dP of a step, kOthers / 2 registers each, and its sums, dim / 2 each: 192 of the 232
// that two consumers can have, or less. FA3 (flash-attention, hopper/flash_bwd_launch_template.h)
// has the same 64 x 128 and 128 x 128 of queries and keys where it makes all three. Stages:
// untuned.
template <int kDim_, bool kOwnsKeys_>
struct AttentionBwdSm90Shape {
  static constexpr int kDim = kDim_;
  static constexpr bool kOwnsKeys = kOwnsKeys_;
  static constexpr int kConsumers = 2, kRows = kConsumers * kWgmmaRows;
  static constexpr int kOthers = kOwnsKeys && kDim == 128 ? 64 : 128;
  static constexpr int kStages = !kOwnsKeys && kDim == 128 ? 2 : 3;
  static constexpr int kThreads = kWarpgroup * (1 + kConsumers);
  static constexpr int kBoxes = kDim / kBoxDims;  // side by side, of every tensor
  static constexpr int kProducts = kOthers / 2;   // of a thread, of S or dP
  static constexpr int kSteps = kOthers / 16;     // of 16 other rows, an instruction each
  static constexpr int kSums = kDim / 2;          // of a thread, of one gradient
  static constexpr int kGradients = kOwnsKeys ? 2 : 1;
  static constexpr int kBoxBytesOwn = kRows * static_cast<int>(kBoxRowBytes);
  static constexpr int kBoxBytesOther = kOthers * static_cast<int>(kBoxRowBytes);
  static constexpr int kBytesOwn = kBoxes * kBoxBytesOwn;      // of one tensor
  static constexpr int kBytesOther = kBoxes * kBoxBytesOther;  // likewise
  // The queries' values, where they pass by.
  static constexpr int kBytesValues =
      kOwnsKeys ? kOthers * static_cast<int>(sizeof(QueryValues)) : 0;
  static constexpr int kLoadedBytes = 2 * kBytesOther + kBytesValues;
  static constexpr int kStagesAt = 2 * kBytesOwn;
  static constexpr int kStageBytes = 2 * kBytesOther + (kOwnsKeys ? kAtomBytes : 0);
  static constexpr int kBarriersAt = kStagesAt + kStages * kStageBytes;
  static constexpr std::size_t kSharedBytes = std::size_t{kBarriersAt} + 8 * (1 + 2 * kStages);
  static constexpr int kEmptyArrivals = 4 * kConsumers;  // each warp's, once it has read
  static constexpr int kLaunchRegisters = 65536 / kThreads / 8 * 8;
  static constexpr int kProducerRegisters = 40, kConsumerRegisters = 232;

  static_assert(kDim % kBoxDims == 0 && wgmma_takes_columns(kDim) && kRows <= 256);
  static_assert(2 * kProducts + kGradients * kSums <= 192,
                "products and sums leave no registers for the rest");
  static_assert(kBytesOwn % kAtomBytes == 0 && kBytesOther % kAtomBytes == 0 &&
                    kStageBytes % kAtomBytes == 0 && kBytesValues <= kAtomBytes,
                "the swizzle works on absolute addresses");
  static_assert(kRows == kBackwardRowStep, "the workspace has whole tiles of rows");
  static_assert(2 * kBytesOwn < (1 << 20) && kLoadedBytes < (1 << 20),
                "an mbarrier counts up to 2^20 - 1 bytes");
  static_assert(kProducerRegisters + kConsumers * kConsumerRegisters <=
                    (1 + kConsumers) * kLaunchRegisters,
                "setmaxnreg would wait for registers that never come");
  static_assert(kSharedBytes <= 232448, "more shared memory than an SM has");
  static_assert(kStages >= 2, "with one stage nothing is fetched while it is read");
};

// Values of queries in a row of a box.
inline constexpr int kValuesOfBoxRow = static_cast<int>(kBoxRowBytes / sizeof(QueryValues));

// Addresses in shared memory from its base. Gradients leave where the own rows were.
template <class Shape>
struct AttentionBwdSm90Memory {
  std::uint32_t base;
  GA_HOST_DEVICE std::uint32_t own(int tensor, int box) const {
    return at(tensor * Shape::kBytesOwn + box * Shape::kBoxBytesOwn);
  }
  GA_HOST_DEVICE std::uint32_t other(int stage, int tensor, int box) const {
    return at(Shape::kStagesAt + stage * Shape::kStageBytes + tensor * Shape::kBytesOther +
              box * Shape::kBoxBytesOther);
  }
  GA_HOST_DEVICE std::uint32_t values(int stage) const { return at(values_offset(stage)); }
  GA_HOST_DEVICE static int values_offset(int stage) {
    return Shape::kStagesAt + stage * Shape::kStageBytes + 2 * Shape::kBytesOther;
  }
  GA_HOST_DEVICE std::uint32_t full_own() const { return at(Shape::kBarriersAt); }
  GA_HOST_DEVICE std::uint32_t full(int stage) const {
    return at(Shape::kBarriersAt + 8 * (1 + stage));
  }
  GA_HOST_DEVICE std::uint32_t empty(int stage) const {
    return at(Shape::kBarriersAt + 8 * (1 + Shape::kStages + stage));
  }

 private:
  GA_HOST_DEVICE std::uint32_t at(int offset) const {
    return base + static_cast<std::uint32_t>(offset);
  }
};

// Where the values of queries 8 j + 2 t and the next lie in a box of them: 16 bytes, swizzled.
GA_HOST_DEVICE int query_values_offset(int j, int t) {
  return staged_offset(j / 2, (4 * (j % 2) + t) * kChunkBytes);
}

// Other rows, "transposed", as the second operand of the sums: rows of 64 dims, the next 64 dims in
// the next box; 16 rows further on are kStepAlongN bytes.
template <class Shape>
GA_HOST_DEVICE std::uint64_t backward_descriptor_others(std::uint32_t address) {
  return wgmma_descriptor(
      {.address = address, .leading = Shape::kBoxBytesOther, .stride = kAtomBytes});
}

// What a CTA has, and what passes by: rows `first` to `end` - 1 of heads `head` to `end_head` - 1.
// No row is no head.
struct BackwardWork {
  std::int32_t batch, own_head, own_row;
  std::int32_t first, end, head, end_head;
};

template <class Shape>
GA_HOST_DEVICE BackwardWork backward_work(const AttentionShape& s, std::int64_t index,
                                          std::int64_t tiles) {
  const auto word = [](std::int64_t x) { return static_cast<std::int32_t>(x); };
  const std::int64_t ratio = s.heads / s.kv_heads;
  if constexpr (Shape::kOwnsKeys) {
    const AttentionTileAt at = attention_key_tile_at(index, s);
    const std::int64_t key = at.tile * Shape::kRows;
    return {.batch = word(at.batch),
            .own_head = word(at.head),
            .own_row = word(key),
            .first = word(first_query(s, key) / Shape::kOthers * Shape::kOthers),
            .end = word(s.seq_q),
            .head = word(at.head * ratio),
            .end_head = word((at.head + 1) * ratio)};
  } else {
    const AttentionTileAt at = attention_tile_at(index, s, tiles);
    const std::int64_t row = at.tile * Shape::kRows;
    const std::int64_t last = row + Shape::kRows < s.seq_q ? row + Shape::kRows - 1 : s.seq_q - 1;
    const std::int64_t end = visible_keys(s, last), head = at.head / ratio;
    return {.batch = word(at.batch),
            .own_head = word(at.head),
            .own_row = word(row),
            .first = 0,
            .end = word(end),
            .head = word(head),
            .end_head = word(head + (end > 0 ? 1 : 0))};
  }
}

// The walk over the rows that pass by.
struct BackwardCursor {
  std::int32_t head, row;
  GA_HOST_DEVICE void advance(const BackwardWork& work, std::int32_t step) {
    row += step;
    if (row < work.end) return;
    row = work.first;
    ++head;
  }
};

}  // namespace ga
