// What the Hopper attention backward needs besides its kernel: tensor maps, what it cannot do. No
// CUDA: tests read it too.
#pragma once

#include <cstdint>

#include "kernels/attention/attention_bwd_args.h"
#include "kernels/attention/attention_bwd_sm90_shape.h"
#include "kernels/data/tensor_map.h"

namespace ga {

// As in AttentionBwdSm90Params. Of the kernel that owns queries the second gradient and the values
// are no maps: cols is 0.
struct AttentionBwdSm90Maps {
  TensorMapShape own[2], others[2], gradients[2], values;
};
// Precondition: the dim is 64 or 128.
AttentionBwdSm90Maps attention_bwd_sm90_key_maps(const AttentionBackward& args);
AttentionBwdSm90Maps attention_bwd_sm90_query_maps(const AttentionBackward& args);

// nullptr, or why the kernel cannot compute this.
const char* attention_bwd_sm90_fault(const AttentionBackward& args);

}  // namespace ga
