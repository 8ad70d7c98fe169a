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

#include "kernels/data/attention_shape.h"
#include "reports/model/result.h"

namespace ga {

enum class AttentionKernel { by_shape, portable, sm90 };

struct Attention {
  const void* q = nullptr;  // of shape.type, 16-byte aligned, as are all of them
  const void* k = nullptr;
  const void* v = nullptr;
  void* o = nullptr;
  float* lse = nullptr;  // optional: natural log of the sum of exp(scale score), by row
  AttentionShape shape;
  float scale = 0;
  // As Gemm's: 0 is the natural order (longest tile first), any other value a shuffle of its own.
  std::uint64_t placement = 0;
  std::uint32_t* smid = nullptr;  // optional: the SM of each tile; attention_plan().tiles() words
  AttentionKernel kernel = AttentionKernel::by_shape;
};

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

// Plain C++ in double: what random data are compared with. Host pointers in `args`; o holds doubles
// in O's layout, lse (may be null) doubles.
void attention_ref(const Attention& args, double* o, double* lse);

}  // namespace ga
