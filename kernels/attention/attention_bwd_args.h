// What the backward of an attention is told, without CUDA: the launcher (attention_bwd.h), the
// reference and the CPU tests read it.
//
// With S = scale Q K^T, P = exp(S - lse) by row and D = rowsum(dO * O):
//   dV = P^T dO,   dS = P * (dO V^T - D),   dQ = scale dS K,   dK = scale dS^T Q.
// dK and dV of a key head are sums over all query heads that read it. A query that sees no key has
// dQ = 0 and adds nothing; a key that no query sees has dK = dV = 0.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/attention/attention_args.h"
#include "kernels/data/attention_shape.h"

namespace ga {

struct AttentionBackward {
  const void* q = nullptr;  // of shape.type, 16-byte aligned, as are all of them
  const void* k = nullptr;
  const void* v = nullptr;
  const void* o = nullptr;     // the forward's answer, and its log-sum-exp
  const float* lse = nullptr;  // [batch][heads][seq_q]
  const void* d_o = nullptr;   // the gradient of O, in its layout
  void* d_q = nullptr;         // in the layouts of Q, K and V
  void* d_k = nullptr;
  void* d_v = nullptr;
  void* workspace = nullptr;  // attention_bwd_workspace_bytes(); what is in it has no meaning
  AttentionShape shape{};
  float scale = 0;
  std::uint64_t placement = 0;  // as Attention's
  AttentionKernel kernel = AttentionKernel::by_shape;
};

// The rows of a head in the workspace: of whole tiles, so that no kernel asks where they end.
inline constexpr std::int64_t kBackwardRowStep = 128;
GA_HOST_DEVICE constexpr std::int64_t backward_rows(const AttentionShape& s) {
  return (s.seq_q + kBackwardRowStep - 1) / kBackwardRowStep * kBackwardRowStep;
}
// What the workspace holds of a query of a head: [batch][heads][backward_rows()].
struct alignas(8) QueryValues {
  float exponent;  // its log-sum-exp in base 2
  float delta;     // D
};
constexpr std::size_t attention_bwd_workspace_bytes(const AttentionShape& s) {
  return sizeof(QueryValues) * static_cast<std::size_t>(s.batch * s.heads * backward_rows(s));
}

// Least bytes over the memory bus: Q, K, V, O and dO in once, dQ, dK and dV out once.
constexpr double attention_bwd_bytes(const AttentionShape& s) {
  return element_bytes(s.type) * 4.0 *
         static_cast<double>(s.batch * s.dim * (s.seq_q * s.heads + s.seq_kv * s.kv_heads));
}

// Plain C++ in double, from q, k, v and d_o alone: what random data are compared with. Host
// pointers in `args`, of any type that element() reads; the answers are doubles in the layouts of
// Q, K, V.
void attention_bwd_ref(const AttentionBackward& args, double* d_q, double* d_k, double* d_v);

}  // namespace ga
