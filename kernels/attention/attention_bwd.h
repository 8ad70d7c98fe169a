// The gradients of O = softmax(scale Q K^T) V by Q, K and V, any lengths: by wgmma and TMA on
// Hopper, by mma.sync on sm_80 and everything since.
//
// Shapes and layout: kernels/data/attention_shape.h. bf16 or fp16 in and out; scores, probabilities
// and sums in fp32; P and dS rounded to the type before the second products. The order of all
// additions depends on the shape alone: the same inputs give the same bits on every launch,
// placement and GPU of one kind.
//
// Non-finite values. A NaN or an infinity in Q, K, V or dO reaches every row of the tiles that read
// it, masked ones too, because 0 times it is NaN. Rows that see no key are as if they were not
// there, whatever their lse and O say.
#pragma once

#include <cuda_runtime_api.h>

#include <string>

#include "kernels/attention/attention_bwd_args.h"
#include "reports/model/result.h"

namespace ga {

Status attention_bwd(const AttentionBackward& args, cudaStream_t stream);

// Whose kernels it takes on the current device, for the report: "sm90", or "portable" and why it is
// not Hopper's. The same errors.
Result<std::string> attention_bwd_choice(const AttentionBackward& args);

}  // namespace ga
