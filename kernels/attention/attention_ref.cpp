// Attention in plain C++, in double.
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/attention/attention_args.h"

namespace ga {
namespace {

// One query of one head against all keys that it sees.
void attend_row(const Attention& args, std::int64_t batch, std::int64_t row, std::int64_t head,
                double* o, double* lse) {
  const AttentionShape& s = args.shape;
  const std::int64_t kv_head = head / (s.heads / s.kv_heads), keys = visible_keys(s, row);
  const std::int64_t q = ((batch * s.seq_q + row) * s.heads + head) * s.dim;
  const auto key_at = [&](std::int64_t j) {
    return ((batch * s.seq_kv + j) * s.kv_heads + kv_head) * s.dim;
  };
  std::vector<double> weights;
  double most = -std::numeric_limits<double>::infinity();
  for (std::int64_t j = 0; j < keys; ++j) {
    double score = 0;
    for (std::int64_t d = 0; d < s.dim; ++d) {
      score += element(args.q, q + d, s.type) * element(args.k, key_at(j) + d, s.type);
    }
    weights.push_back(score * args.scale);
    most = weights.back() > most ? weights.back() : most;
  }
  const double base = std::isinf(most) && most < 0 ? 0 : most;
  double sum = 0;
  for (double& weight : weights) sum += weight = std::exp(weight - base);
  for (std::int64_t d = 0; d < s.dim; ++d) o[d] = 0;
  for (std::int64_t j = 0; j < keys && !(sum == 0); ++j) {
    const double p = weights[static_cast<std::size_t>(j)] / sum;
    for (std::int64_t d = 0; d < s.dim; ++d) o[d] += p * element(args.v, key_at(j) + d, s.type);
  }
  if (lse != nullptr) *lse = base + std::log(sum);
}

}  // namespace

void attention_ref(const Attention& args, double* o, double* lse) {
  const AttentionShape& s = args.shape;
  for (std::int64_t i = 0; i < s.batch * s.seq_q * s.heads; ++i) {
    const std::int64_t head = i % s.heads, row = i / s.heads % s.seq_q;
    const std::int64_t batch = i / s.heads / s.seq_q;
    double* const sum = lse == nullptr ? nullptr : lse + (batch * s.heads + head) * s.seq_q + row;
    attend_row(args, batch, row, head, o + i * s.dim, sum);
  }
}

}  // namespace ga
