// cuDNN knows an attention by its pattern of elementary operations: product, scale, mask, maximum,
// subtract, exp, sum, log, add, divide, product. The log-sum-exp is part of the pattern, virtual
// where nobody wants it: cuDNN 9.19 offers no engine without it.
#include "kernels/baselines/cudnn/graph.h"

#include "kernels/baselines/cudnn/builder.h"

namespace ga::cudnn {
namespace {

Result<Raw> scaled_scores(Builder& b) {
  GA_TRY(Raw const q, b.add(b.queries(kIdQ)));
  GA_TRY(Raw const k, b.add(turned(b.keys(kIdK))));
  GA_TRY(Raw const raw, b.matmul(q, k, b.scores(kFloat)));
  GA_TRY(Raw const scale, b.add(b.scalar(kIdScale, kFloat)));
  return b.pointwise({.mode = kMul, .x = raw, .b = scale}, b.scores(kFloat));
}

Result<Raw> softmax(Builder& b, Raw of, bool with_lse) {
  GA_TRY(Raw const max, b.reduce(kMax, of, b.per_row()));
  GA_TRY(Raw const less, b.pointwise({.mode = kSub, .x = of, .b = max}, b.scores(kFloat)));
  GA_TRY(Raw const exp, b.pointwise({.mode = kExp, .x = less}, b.scores(kFloat)));
  GA_TRY(Raw const sum, b.reduce(kSum, exp, b.per_row()));
  const std::int64_t lse = with_lse ? std::int64_t{kIdLse} : 0;
  GA_TRY(Raw const log, b.pointwise({.mode = kLog, .x = sum}, b.per_row()));
  GA_CHECK(b.pointwise({.mode = kAdd, .x = max, .b = log}, b.per_row(lse)));
  return b.pointwise({.mode = kDiv, .x = exp, .b = sum}, b.scores(b.type()));
}

}  // namespace

Result<Graph> attention_graph(const Functions& f, const GraphOrder& order) {
  Builder b(f, order.shape);
  GA_TRY(Raw const scores, scaled_scores(b));
  GA_TRY(Raw const seen, b.masked(scores));
  GA_TRY(Raw const p, softmax(b, seen, order.with_lse));
  GA_TRY(Raw const v, b.add(b.keys(kIdV)));
  GA_CHECK(b.matmul(p, v, b.queries(kIdO)));
  return b.finish(order.handle);
}

}  // namespace ga::cudnn
