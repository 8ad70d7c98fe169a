// Is an attention on random data right? Every element against a plain one of the same data.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "kernels/attention/attention.h"
#include "kernels/attention/attention_bwd_args.h"
#include "kernels/check/report.h"
#include "reports/model/result.h"

namespace ga {

// Computes each row's softmax in fp32 by ordinary arithmetic, in two passes and without tensor
// cores, and holds O (and lse, where given) to it within the bound that attention_bound.h derives:
// rounding of the probabilities and of the output, times a slack that a correct kernel never needs.
// Indices count O's elements, expected and got are an element's bits in the type; a wrong
// log-sum-exp counts as one more at its row's first element. NaN where the plain one has none
// counts as wrong, and so does the other way round. About 1.5 times the arithmetic of the
// attention, in fp32 on the CUDA cores: a fraction of a second for b4 h32 s8192 d128 causal.
struct AttentionCheck {
  Attention of;  // o is read
  Mismatch* report = nullptr;
};
Status check_attention(const AttentionCheck& args, cudaStream_t stream);

// The same of the gradients, every element of all three: from Q, K, V, dO and from the O and
// log-sum-exp that were given, which check_attention() holds. What it finds wrong it finds against
// its own sums in fp32 over all pairs, within the bound of attention_bound.h. Four times the
// arithmetic of check_attention() where heads share keys.
struct AttentionBackwardCheck {
  AttentionBackward of;         // dQ, dK and dV are read; no workspace
  Mismatch* reports = nullptr;  // three: of dQ, dK and dV
};
Status check_attention_bwd(const AttentionBackwardCheck& args, cudaStream_t stream);

}  // namespace ga
