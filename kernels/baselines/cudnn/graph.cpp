// cuDNN knows an attention by its pattern of elementary operations: product, scale, mask, maximum,
// subtract, exp, sum, log, add, divide, product. The log-sum-exp is part of the pattern, virtual
// where nobody wants it: cuDNN 9.19 offers no engine without it.
#include "kernels/baselines/cudnn/graph.h"

#include <array>
#include <utility>

namespace ga::cudnn {
namespace {

constexpr std::int64_t kFirstVirtualId = 100;
constexpr std::int64_t kAlignment = 16;  // bytes, of every tensor

using Four = std::array<std::int64_t, 4>;

struct Tensor {
  DataType type = kFloat;
  Four dimensions{1, 1, 1, 1}, strides{1, 1, 1, 1};
  std::int64_t id = 0;  // 0: virtual
  bool by_value = false;
};

struct Pointwise {
  PointwiseMode mode = kAdd;
  DataType precision = kFloat;
  Raw x = nullptr, b = nullptr, t = nullptr;
  std::int64_t axis = -1;
};

class Builder {
 public:
  Builder(const Functions& f, const AttentionShape& s)
      : f_(f), s_(s), type_(s.type == ElementType::fp16 ? kHalf : kBfloat16) {}

  Result<Graph> build(const GraphOrder& order);

 private:
  // Q, O: rows of one head lie heads * dim apart; K and V alike. As cuDNN wants it, the batch and
  // the head come first, and K is turned.
  Tensor rows(Id id, std::int64_t seq, std::int64_t heads) const {
    return {.type = type_,
            .dimensions = {s_.batch, heads, seq, s_.dim},
            .strides = {seq * heads * s_.dim, s_.dim, heads * s_.dim, 1},
            .id = id};
  }
  Tensor turned(Tensor t) const {
    std::swap(t.dimensions[2], t.dimensions[3]);
    std::swap(t.strides[2], t.strides[3]);
    return t;
  }
  Tensor scalar(Id id, DataType type) const { return {.type = type, .id = id, .by_value = true}; }
  // Virtual, one for each pair of a query and a key.
  Tensor scores(DataType type) const {
    const std::int64_t square = s_.seq_q * s_.seq_kv;
    return {.type = type,
            .dimensions = {s_.batch, s_.heads, s_.seq_q, s_.seq_kv},
            .strides = {s_.heads * square, square, s_.seq_kv, 1}};
  }
  // One for each query.
  Tensor per_row(std::int64_t id = 0) const {
    return {.dimensions = {s_.batch, s_.heads, s_.seq_q, 1},
            .strides = {s_.heads * s_.seq_q, s_.seq_q, 1, 1},
            .id = id};
  }

  Result<Raw> add(const Tensor& tensor);
  Result<Raw> matmul(Raw a, Raw b, const Tensor& c);
  Result<Raw> pointwise(const Pointwise& p, const Tensor& y);
  Result<Raw> reduce(ReductionMode mode, Raw x);
  Result<Raw> scaled_scores();
  Result<Raw> row_of_diagonal(Raw scores);
  Result<Raw> masked(Raw scores);
  Result<Raw> softmax(Raw scores, bool with_lse);
  Raw keep(Descriptor descriptor) {
    parts_.push_back(std::move(descriptor));
    return parts_.back().raw();
  }
  Raw keep_operation(Descriptor descriptor) {
    operations_.push_back(keep(std::move(descriptor)));
    return operations_.back();
  }

  const Functions& f_;
  const AttentionShape& s_;
  const DataType type_;
  std::int64_t next_id_ = kFirstVirtualId;
  std::vector<Descriptor> parts_;
  std::vector<Raw> operations_;
};

Result<Raw> Builder::add(const Tensor& tensor) {
  GA_TRY(Descriptor d, Descriptor::make(f_, kTensor));
  GA_CHECK(d.set(kTensorType, kDataTypeType, tensor.type));
  GA_CHECK(d.set_all<std::int64_t>(kTensorDimensions, kInt64Type, tensor.dimensions));
  GA_CHECK(d.set_all<std::int64_t>(kTensorStrides, kInt64Type, tensor.strides));
  GA_CHECK(d.set(kTensorId, kInt64Type, tensor.id == 0 ? next_id_++ : tensor.id));
  GA_CHECK(d.set(kTensorAlignment, kInt64Type, kAlignment));
  if (tensor.id == 0) GA_CHECK(d.set(kTensorVirtual, kBoolType, true));
  if (tensor.by_value) GA_CHECK(d.set(kTensorByValue, kBoolType, true));
  GA_CHECK(d.finalize("a tensor"));
  return keep(std::move(d));
}

Result<Raw> Builder::matmul(Raw a, Raw b, const Tensor& c) {
  GA_TRY(Descriptor how, Descriptor::make(f_, kMatmul));
  GA_CHECK(how.set(kMatmulPrecision, kDataTypeType, kFloat));
  GA_CHECK(how.finalize("a product"));
  GA_TRY(Raw const out, add(c));
  GA_TRY(Descriptor d, Descriptor::make(f_, kMatmulOperation));
  GA_CHECK(d.set(kMatmulA, kDescriptorType, a));
  GA_CHECK(d.set(kMatmulB, kDescriptorType, b));
  GA_CHECK(d.set(kMatmulC, kDescriptorType, out));
  GA_CHECK(d.set(kMatmulOf, kDescriptorType, keep(std::move(how))));
  GA_CHECK(d.finalize("a product's operation"));
  keep_operation(std::move(d));
  return out;
}

Result<Raw> Builder::pointwise(const Pointwise& p, const Tensor& y) {
  GA_TRY(Descriptor how, Descriptor::make(f_, kPointwise));
  GA_CHECK(how.set(kPointwiseMode, kPointwiseModeType, p.mode));
  GA_CHECK(how.set(kPointwisePrecision, kDataTypeType, p.precision));
  if (p.axis >= 0) GA_CHECK(how.set(kPointwiseAxis, kInt64Type, p.axis));
  GA_CHECK(how.finalize("a pointwise"));
  GA_TRY(Raw const out, add(y));
  GA_TRY(Descriptor d, Descriptor::make(f_, kPointwiseOperation));
  GA_CHECK(d.set(kPointwiseOf, kDescriptorType, keep(std::move(how))));
  GA_CHECK(d.set(kPointwiseX, kDescriptorType, p.x));
  GA_CHECK(d.set(kPointwiseY, kDescriptorType, out));
  if (p.b != nullptr) GA_CHECK(d.set(kPointwiseB, kDescriptorType, p.b));
  if (p.t != nullptr) GA_CHECK(d.set(kPointwiseT, kDescriptorType, p.t));
  GA_CHECK(d.finalize("a pointwise operation"));
  keep_operation(std::move(d));
  return out;
}

Result<Raw> Builder::reduce(ReductionMode mode, Raw x) {
  GA_TRY(Descriptor how, Descriptor::make(f_, kReduction));
  GA_CHECK(how.set(kReductionOperator, kReductionOperatorType, mode));
  GA_CHECK(how.set(kReductionPrecision, kDataTypeType, kFloat));
  GA_CHECK(how.finalize("a reduction"));
  GA_TRY(Raw const out, add(per_row()));
  GA_TRY(Descriptor d, Descriptor::make(f_, kReductionOperation));
  GA_CHECK(d.set(kReductionX, kDescriptorType, x));
  GA_CHECK(d.set(kReductionY, kDescriptorType, out));
  GA_CHECK(d.set(kReductionOf, kDescriptorType, keep(std::move(how))));
  GA_CHECK(d.finalize("a reduction's operation"));
  keep_operation(std::move(d));
  return out;
}

Result<Raw> Builder::scaled_scores() {
  GA_TRY(Raw const q, add(rows(kIdQ, s_.seq_q, s_.heads)));
  GA_TRY(Raw const k, add(turned(rows(kIdK, s_.seq_kv, s_.kv_heads))));
  GA_TRY(Raw const raw, matmul(q, k, scores(kFloat)));
  GA_TRY(Raw const scale, add(scalar(kIdScale, kFloat)));
  return pointwise({.mode = kMul, .x = raw, .b = scale}, scores(kFloat));
}

// The number of the last key that the row sees: the row, plus seq_kv - seq_q.
Result<Raw> Builder::row_of_diagonal(Raw of) {
  GA_TRY(Raw row, pointwise({.mode = kGenIndex, .x = of, .axis = 2}, scores(kInt32)));
  if (!moves_diagonal(s_)) return row;
  GA_TRY(Raw const seq_kv, add(scalar(kIdSeqKv, kInt32)));
  GA_TRY(row, pointwise({.mode = kAdd, .precision = kInt32, .x = row, .b = seq_kv, .axis = 3},
                        scores(kInt32)));
  GA_TRY(Raw const seq_q, add(scalar(kIdSeqQ, kInt32)));
  return pointwise({.mode = kSub, .precision = kInt32, .x = row, .b = seq_q, .axis = 3},
                   scores(kInt32));
}

Result<Raw> Builder::masked(Raw of) {
  GA_TRY(Raw const row, row_of_diagonal(of));
  GA_TRY(Raw const col, pointwise({.mode = kGenIndex, .x = of, .axis = 3}, scores(kInt32)));
  GA_TRY(Raw const sees, pointwise({.mode = kCompareGe, .precision = kBoolean, .x = row, .b = col},
                                   scores(kBoolean)));
  GA_TRY(Raw const nothing, add(scalar(kIdMinusInfinity, kFloat)));
  return pointwise({.mode = kSelect, .x = of, .b = nothing, .t = sees}, scores(kFloat));
}

Result<Raw> Builder::softmax(Raw of, bool with_lse) {
  GA_TRY(Raw const max, reduce(kMax, of));
  GA_TRY(Raw const less, pointwise({.mode = kSub, .x = of, .b = max}, scores(kFloat)));
  GA_TRY(Raw const exp, pointwise({.mode = kExp, .x = less}, scores(kFloat)));
  GA_TRY(Raw const sum, reduce(kSum, exp));
  const std::int64_t lse = with_lse ? std::int64_t{kIdLse} : 0;
  GA_TRY(Raw const log, pointwise({.mode = kLog, .x = sum}, per_row()));
  GA_CHECK(pointwise({.mode = kAdd, .x = max, .b = log}, per_row(lse)));
  return pointwise({.mode = kDiv, .x = exp, .b = sum}, scores(type_));
}

Result<Graph> Builder::build(const GraphOrder& order) {
  GA_TRY(Raw seen, scaled_scores());
  if (masks(s_)) {
    GA_TRY(seen, masked(seen));
  }
  GA_TRY(Raw const p, softmax(seen, order.with_lse));
  GA_TRY(Raw const v, add(rows(kIdV, s_.seq_kv, s_.kv_heads)));
  GA_CHECK(matmul(p, v, rows(kIdO, s_.seq_q, s_.heads)));
  GA_TRY(Descriptor whole, Descriptor::make(f_, kGraph));
  GA_CHECK(whole.set_all<Raw>(kGraphOperations, kDescriptorType, operations_));
  if (order.handle != nullptr) GA_CHECK(whole.set(kGraphHandle, kHandleType, order.handle));
  GA_CHECK(whole.finalize("the graph of an attention"));
  return Graph{std::move(parts_), std::make_unique<Descriptor>(std::move(whole))};
}

}  // namespace

Result<Graph> attention_graph(const Functions& f, const GraphOrder& order) {
  return Builder(f, order.shape).build(order);
}

}  // namespace ga::cudnn
