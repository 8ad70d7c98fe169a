// O = softmax(scale Q K^T) V, forward, any lengths: by wgmma and TMA on Hopper, by mma.sync on
// sm_80 and everything since.
//
// Shapes and layout: kernels/data/attention_shape.h. bf16 or fp16 in and out, scores and sums in
// fp32, probabilities rounded to the type before the second product, as every fused attention does.
// The order of all additions depends on the shape alone: the same inputs give the same bits on
// every launch, placement and GPU of one kind.
//
// Non-finite values. A row whose visible scores are all -infinity has the answer 0 and the
// log-sum-exp -infinity, like one that sees no key. A NaN among a row's visible scores makes the
// row NaN. A NaN or an infinity in V reaches every row of the tile that reads it, masked ones too,
// because 0 times it is NaN.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "kernels/attention/attention_args.h"
#include "reports/model/result.h"

namespace ga {

// What attention() will run for these arguments on the current device.
struct AttentionPlan {
  int rows = 0, keys = 0;  // of a tile: queries of one head, and keys of one step
  int stages = 0;          // of K and V
  int threads = 0;
  std::size_t shared_bytes = 0;
  std::int64_t tiles_q = 0;      // of one head of one batch
  std::int64_t tiles_total = 0;  // numbered (batch * heads + head) * tiles_q + tile
  std::int64_t ctas = 0;         // launched; fewer than tiles where each works through several
  AttentionKernel kernel = AttentionKernel::portable;
  // Why it is the portable kernel on a Hopper GPU; "" elsewhere and where it was asked for.
  const char* not_sm90 = "";
  std::int64_t tiles() const { return tiles_total; }
};
Result<AttentionPlan> attention_plan(const Attention& args);

Status attention(const Attention& args, cudaStream_t stream);

// A usage error for a shape that no kernel of attention takes, forward or backward.
Status check_attention_shape(const AttentionShape& shape);

}  // namespace ga
