// The gradients of an attention in plain C++, in double.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/attention/attention_bwd_args.h"

namespace ga {
namespace {

struct Gradients {
  double *q, *k, *v;
};

double dot(const void* a, std::int64_t at_a, const void* b, std::int64_t at_b,
           const AttentionShape& s) {
  double sum = 0;
  for (std::int64_t d = 0; d < s.dim; ++d) {
    sum += element(a, at_a + d, s.type) * element(b, at_b + d, s.type);
  }
  return sum;
}

// What one query of one head adds: all of its dQ, its share of dK and dV. `q` is where it begins in
// Q and O.
void add_row(const AttentionBackward& args, std::int64_t batch, std::int64_t row, std::int64_t head,
             std::int64_t q, const Gradients& to) {
  const AttentionShape& s = args.shape;
  const std::int64_t kv_head = head / (s.heads / s.kv_heads), keys = visible_keys(s, row);
  const auto key_at = [&](std::int64_t j) {
    return ((batch * s.seq_kv + j) * s.kv_heads + kv_head) * s.dim;
  };
  std::vector<double> p, dp;
  double most = -std::numeric_limits<double>::infinity(), sum = 0, expected = 0;
  for (std::int64_t j = 0; j < keys; ++j) {
    p.push_back(args.scale * dot(args.q, q, args.k, key_at(j), s));
    dp.push_back(dot(args.d_o, q, args.v, key_at(j), s));
    most = std::max(most, p.back());
  }
  for (double& x : p) sum += x = std::exp(x - most);
  for (std::size_t j = 0; j < p.size(); ++j) expected += (p[j] /= sum) * dp[j];  // D
  for (std::int64_t j = 0; j < keys; ++j) {
    const auto i = static_cast<std::size_t>(j);
    const double ds = args.scale * p[i] * (dp[i] - expected);
    for (std::int64_t d = 0; d < s.dim; ++d) {
      to.v[key_at(j) + d] += p[i] * element(args.d_o, q + d, s.type);
      to.k[key_at(j) + d] += ds * element(args.q, q + d, s.type);
      to.q[q + d] += ds * element(args.k, key_at(j) + d, s.type);
    }
  }
}

}  // namespace

void attention_bwd_ref(const AttentionBackward& args, double* d_q, double* d_k, double* d_v) {
  const AttentionShape& s = args.shape;
  std::fill_n(d_q, s.q_elements(), 0.0);
  std::fill_n(d_k, s.kv_elements(), 0.0);
  std::fill_n(d_v, s.kv_elements(), 0.0);
  for (std::int64_t i = 0; i < s.batch * s.seq_q * s.heads; ++i) {
    add_row(args, i / s.heads / s.seq_q, i / s.heads % s.seq_q, i % s.heads, i * s.dim,
            {d_q, d_k, d_v});
  }
}

}  // namespace ga
