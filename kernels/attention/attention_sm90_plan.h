// What the Hopper attention needs besides its kernel: tensor maps, tile order, what it cannot do.
// No CUDA: tests read it too.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/attention/attention_sm90_shape.h"
#include "kernels/data/attention_shape.h"
#include "kernels/data/tensor_map.h"

namespace ga {

struct AttentionOperands {
  const void* q = nullptr;
  const void* k = nullptr;
  const void* v = nullptr;
  const void* o = nullptr;
};
struct AttentionSm90Maps {
  TensorMapShape q, k, v, o;
};
// Precondition: attention_sm90_policy(shape.dim) is not null.
AttentionSm90Maps attention_sm90_maps(const AttentionShape& shape,
                                      const AttentionOperands& operands);

// [batch][rows][heads][dim] at `data`, in boxes of kBoxDims dims and `box_rows` rows.
TensorMapShape attention_map(const AttentionShape& shape, const void* data, std::int64_t heads,
                             std::int64_t rows, int box_rows);

// nullptr, or why the kernel cannot compute this.
const char* attention_sm90_fault(const AttentionShape& shape, const AttentionOperands& operands,
                                 float scale);

// Of `ctas` persistent CTAs, in front of an L2 of so many bytes.
AttentionSm90Order attention_sm90_order(const AttentionShape& shape, std::uint64_t placement,
                                        std::int64_t ctas, std::size_t l2_bytes);

std::int64_t attention_sm90_tiles_q(const AttentionShape& shape);

// The scale times log2(e): e^(scale s) is 2^(that s).
float attention_sm90_scale_log2(float scale);

}  // namespace ga
