#include "kernels/attention/attention_bwd_sm90_plan.h"

#include "kernels/attention/attention_sm90_plan.h"

namespace ga {
namespace {

template <class Shape>
AttentionBwdSm90Maps key_maps(const AttentionBackward& a) {
  const AttentionShape& s = a.shape;
  const auto of_keys = [&](const void* data, int rows) {
    return attention_map(s, data, s.kv_heads, s.seq_kv, rows);
  };
  const auto of_queries = [&](const void* data) {
    return attention_map(s, data, s.heads, s.seq_q, Shape::kOthers);
  };
  const auto values = static_cast<std::uint64_t>(s.batch * s.heads * backward_rows(s));
  return {.own = {of_keys(a.k, Shape::kRows), of_keys(a.v, Shape::kRows)},
          .others = {of_queries(a.q), of_queries(a.d_o)},
          .gradients = {of_keys(a.d_k, kStagedRows), of_keys(a.d_v, kStagedRows)},
          .values = {.data = a.workspace,
                     .element = ElementType::fp32,
                     .cols = kBoxRowBytes / sizeof(float),
                     .rows = values / kValuesOfBoxRow,
                     .pitch_bytes = kBoxRowBytes,
                     .box_cols = kBoxRowBytes / sizeof(float),
                     .box_rows = Shape::kOthers / kValuesOfBoxRow}};
}

template <class Shape>
AttentionBwdSm90Maps query_maps(const AttentionBackward& a) {
  const AttentionShape& s = a.shape;
  const auto of_queries = [&](const void* data, int rows) {
    return attention_map(s, data, s.heads, s.seq_q, rows);
  };
  const auto of_keys = [&](const void* data) {
    return attention_map(s, data, s.kv_heads, s.seq_kv, Shape::kOthers);
  };
  return {.own = {of_queries(a.q, Shape::kRows), of_queries(a.d_o, Shape::kRows)},
          .others = {of_keys(a.k), of_keys(a.v)},
          .gradients = {of_queries(a.d_q, kStagedRows), {}},
          .values = {}};
}

const char* fault_of(const AttentionBwdSm90Maps& maps) {
  for (const TensorMapShape* map : {&maps.own[0], &maps.own[1], &maps.others[0], &maps.others[1],
                                    &maps.gradients[0], &maps.gradients[1], &maps.values}) {
    if (map->cols == 0) continue;
    if (const char* fault = tensor_map_fault(*map)) return fault;
    if (!tensor_map_aligned(map->data)) return "address is no multiple of 16 bytes";
  }
  return nullptr;
}

}  // namespace

AttentionBwdSm90Maps attention_bwd_sm90_key_maps(const AttentionBackward& args) {
  return args.shape.dim == 64 ? key_maps<AttentionBwdSm90Shape<64, true>>(args)
                              : key_maps<AttentionBwdSm90Shape<128, true>>(args);
}

AttentionBwdSm90Maps attention_bwd_sm90_query_maps(const AttentionBackward& args) {
  return args.shape.dim == 64 ? query_maps<AttentionBwdSm90Shape<64, false>>(args)
                              : query_maps<AttentionBwdSm90Shape<128, false>>(args);
}

const char* attention_bwd_sm90_fault(const AttentionBackward& args) {
  constexpr std::int64_t kMaxSequence = std::int64_t{1} << 30, kMaxWord = std::int64_t{1} << 31;
  const AttentionShape& s = args.shape;
  if (s.type != ElementType::bf16 && s.type != ElementType::fp16) return "neither bf16 nor fp16";
  if (s.dim != 64 && s.dim != 128) return "dim is neither 64 nor 128";
  if (s.seq_q >= kMaxSequence || s.seq_kv >= kMaxSequence) return "sequence of 2^30 or more";
  // Coordinates of a box are words: of the values' rows too.
  if (s.batch >= kMaxWord || s.heads >= kMaxWord ||
      s.batch * s.heads >= kMaxWord / (backward_rows(s) / kValuesOfBoxRow)) {
    return "2^31 rows of values or more";
  }
  // A grid is a CTA for each tile; those of queries are fewer than the values' rows.
  constexpr std::int64_t kRows = AttentionBwdSm90Shape<128, true>::kRows;
  if ((s.seq_kv + kRows - 1) / kRows * s.batch * s.kv_heads >= kMaxWord) {
    return "2^31 tiles of keys or more";
  }
  if (const char* fault = fault_of(attention_bwd_sm90_key_maps(args))) return fault;
  return fault_of(attention_bwd_sm90_query_maps(args));
}

}  // namespace ga
