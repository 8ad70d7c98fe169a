// The backward of an attention by its pattern: D = rowsum(dO O), P = exp(scale Q K^T - lse) masked,
// dV = P^T dO, dS = scale P (dO V^T - D), dK = dS^T Q, dQ = dS K; of a key head shared by several
// query heads dK and dV are made for each of those and then added up.
//
// Deterministic, on Hopper, is what makes dQ by one product to the end; the pattern that adds it up
// in a buffer of fp32 by atomics is another. cuDNN says which engines are, and no other is taken.
#include "kernels/baselines/cudnn/builder.h"

namespace ga::cudnn {
namespace {

struct Inputs {
  Raw q, k_turned, v_turned, d_o, scale, lse;
};

// D by row. cuDNN wants it written out, and times 1, where dropout would have its own scale.
Result<Raw> deltas(Builder& b, Raw d_o) {
  GA_TRY(Raw const o, b.add(b.queries(kIdO)));
  Tensor products = b.queries(0);
  products.type = kFloat;
  GA_TRY(Raw const by_element, b.pointwise({.mode = kMul, .x = d_o, .b = o}, products));
  GA_TRY(Raw const sums, b.reduce(kSum, by_element, b.per_row()));
  GA_TRY(Raw const one, b.add(b.scalar(kIdOne, kFloat)));
  return b.pointwise({.mode = kMul, .x = sums, .b = one}, b.per_row(kIdDelta));
}

Result<Raw> probabilities(Builder& b, const Inputs& in) {
  GA_TRY(Raw const raw, b.matmul(in.q, in.k_turned, b.scores(kFloat)));
  GA_TRY(Raw const scaled, b.pointwise({.mode = kMul, .x = raw, .b = in.scale}, b.scores(kFloat)));
  GA_TRY(Raw const less, b.pointwise({.mode = kSub, .x = scaled, .b = in.lse}, b.scores(kFloat)));
  GA_TRY(Raw const seen, b.masked(less));
  return b.pointwise({.mode = kExp, .x = seen}, b.scores(kFloat));
}

Result<Raw> score_gradients(Builder& b, const Inputs& in, Raw p, Raw delta) {
  GA_TRY(Raw const dp, b.matmul(in.d_o, in.v_turned, b.scores(kFloat)));
  GA_TRY(Raw const less, b.pointwise({.mode = kSub, .x = dp, .b = delta}, b.scores(kFloat)));
  GA_TRY(Raw const ds, b.pointwise({.mode = kMul, .x = less, .b = p}, b.scores(kFloat)));
  return b.pointwise({.mode = kMul, .x = ds, .b = in.scale}, b.scores(kFloat));
}

// dK or dV: `pairs` rounded and turned, times `of`.
Status sum_over_queries(Builder& b, Raw pairs, Raw of, Id id) {
  GA_TRY(Raw const weights, b.reshape(pairs, turned(b.scores(b.type()))));
  const AttentionShape& s = b.shape();
  const Tensor out = b.keys(id);
  if (s.heads == s.kv_heads) {
    GA_CHECK(b.matmul(weights, of, out));
    return Ok{};
  }
  const Tensor each{.dimensions = {s.batch, s.heads, s.seq_kv, s.dim},
                    .strides = {s.heads * s.seq_kv * s.dim, s.seq_kv * s.dim, s.dim, 1}};
  GA_TRY(Raw const by_head, b.matmul(weights, of, each));
  GA_CHECK(b.reduce(kSum, by_head, out));
  return Ok{};
}

}  // namespace

Result<Graph> attention_bwd_graph(const Functions& f, const GraphOrder& order) {
  Builder b(f, order.shape);
  Inputs in{};
  GA_TRY(in.q, b.add(b.queries(kIdQ)));
  GA_TRY(in.k_turned, b.add(turned(b.keys(kIdK))));
  GA_TRY(in.v_turned, b.add(turned(b.keys(kIdV))));
  GA_TRY(in.d_o, b.add(b.queries(kIdOutGradient)));
  GA_TRY(in.scale, b.add(b.scalar(kIdScale, kFloat)));
  GA_TRY(in.lse, b.add(b.per_row(kIdLse)));
  GA_TRY(Raw const delta, deltas(b, in.d_o));
  GA_TRY(Raw const p, probabilities(b, in));
  GA_CHECK(sum_over_queries(b, p, in.d_o, kIdValueGradient));
  GA_TRY(Raw const ds, score_gradients(b, in, p, delta));
  GA_CHECK(sum_over_queries(b, ds, in.q, kIdKeyGradient));
  GA_TRY(Raw const k, b.reshape(in.k_turned, b.keys(0)));
  GA_CHECK(b.matmul(ds, k, b.queries(kIdQueryGradient)));
  return b.finish(order.handle);
}

}  // namespace ga::cudnn
