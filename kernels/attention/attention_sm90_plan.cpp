#include "kernels/attention/attention_sm90_plan.h"

#include <algorithm>
#include <limits>

namespace ga {
namespace {

// Heads of Q whose K and V take at most half of the L2, all that share one of K and V together. FA3
// counts 32 MiB of an H100's 50 (hopper/flash_fwd_launch_template.h); untuned.
std::int64_t section_heads(const AttentionShape& s, std::size_t l2_bytes) {
  const std::int64_t bytes = 2 * s.seq_kv * s.dim * element_bytes(s.type);
  const std::int64_t held = static_cast<std::int64_t>(l2_bytes / 2) / bytes;
  const std::int64_t kv_heads = std::clamp<std::int64_t>(held, 1, s.batch * s.kv_heads);
  return kv_heads * (s.heads / s.kv_heads);
}

}  // namespace

TensorMapShape attention_map(const AttentionShape& s, const void* data, std::int64_t heads,
                             std::int64_t rows, int box_rows) {
  const auto size = static_cast<std::uint64_t>(element_bytes(s.type));
  return {.data = data,
          .element = s.type,
          .cols = static_cast<std::uint64_t>(s.dim),
          .rows = static_cast<std::uint64_t>(rows),
          .pitch_bytes = static_cast<std::uint64_t>(heads * s.dim) * size,
          .box_cols = kBoxDims,
          .box_rows = static_cast<std::uint32_t>(box_rows),
          .heads = static_cast<std::uint64_t>(heads),
          .batch = static_cast<std::uint64_t>(s.batch)};
}

AttentionSm90Maps attention_sm90_maps(const AttentionShape& s, const AttentionOperands& operands) {
  const int rows = attention_sm90_policy(s.dim)->consumers * kWgmmaRows;
  return {attention_map(s, operands.q, s.heads, s.seq_q, rows),
          attention_map(s, operands.k, s.kv_heads, s.seq_kv, kAttentionKeys),
          attention_map(s, operands.v, s.kv_heads, s.seq_kv, kAttentionKeys),
          attention_map(s, operands.o, s.heads, s.seq_q, kStagedRows)};
}

const char* attention_sm90_fault(const AttentionShape& s, const AttentionOperands& operands,
                                 float scale) {
  constexpr std::int64_t kMaxSequence = std::int64_t{1} << 30;
  constexpr std::int64_t kMaxTiles = std::int64_t{1} << 31;
  if (s.type != ElementType::bf16 && s.type != ElementType::fp16) return "neither bf16 nor fp16";
  if (attention_sm90_policy(s.dim) == nullptr) return "dim is neither 64 nor 128";
  if (s.seq_q >= kMaxSequence || s.seq_kv >= kMaxSequence) return "sequence of 2^30 or more";
  if (s.batch >= kMaxTiles || s.heads >= kMaxTiles ||
      s.batch * s.heads >= kMaxTiles / attention_sm90_tiles_q(s)) {
    return "2^31 tiles or more";
  }
  // A maximum of scores is that of scaled scores only then, and -infinity stays what it is.
  const float scale_log2 = attention_sm90_scale_log2(scale);
  if (!(scale_log2 >= std::numeric_limits<float>::min() &&
        scale_log2 <= std::numeric_limits<float>::max())) {
    return "scale is not positive and finite";
  }
  const AttentionSm90Maps maps = attention_sm90_maps(s, operands);
  for (const TensorMapShape* map : {&maps.q, &maps.k, &maps.v, &maps.o}) {
    if (const char* fault = tensor_map_fault(*map)) return fault;
    if (!tensor_map_aligned(map->data)) return "address is no multiple of 16 bytes";
  }
  return nullptr;
}

AttentionSm90Order attention_sm90_order(const AttentionShape& s, std::uint64_t placement,
                                        std::int64_t ctas, std::size_t l2_bytes) {
  const std::int64_t tiles_q = attention_sm90_tiles_q(s);
  Placement shuffle = make_placement(placement, s.batch * s.heads * tiles_q, ctas);
  shuffle.shift = 0;  // a rotation would begin with short tiles and end with long ones
  return {.placement = narrow(shuffle),
          .tiles_q = static_cast<std::uint32_t>(tiles_q),
          .heads = static_cast<std::uint32_t>(s.batch * s.heads),
          .section = static_cast<std::uint32_t>(section_heads(s, l2_bytes))};
}

std::int64_t attention_sm90_tiles_q(const AttentionShape& s) {
  const std::int64_t rows = attention_sm90_policy(s.dim)->consumers * kWgmmaRows;
  return (s.seq_q + rows - 1) / rows;
}

float attention_sm90_scale_log2(float scale) {
  constexpr double kLog2E = 1.4426950408889634;
  return static_cast<float>(scale * kLog2E);
}

}  // namespace ga
