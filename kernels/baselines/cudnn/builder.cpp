#include "kernels/baselines/cudnn/builder.h"

#include <utility>

namespace ga::cudnn {
namespace {

constexpr std::int64_t kAlignment = 16;  // bytes, of every tensor

}  // namespace

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

Result<Raw> Builder::reduce(ReductionMode mode, Raw x, const Tensor& y) {
  GA_TRY(Descriptor how, Descriptor::make(f_, kReduction));
  GA_CHECK(how.set(kReductionOperator, kReductionOperatorType, mode));
  GA_CHECK(how.set(kReductionPrecision, kDataTypeType, kFloat));
  GA_CHECK(how.finalize("a reduction"));
  GA_TRY(Raw const out, add(y));
  GA_TRY(Descriptor d, Descriptor::make(f_, kReductionOperation));
  GA_CHECK(d.set(kReductionX, kDescriptorType, x));
  GA_CHECK(d.set(kReductionY, kDescriptorType, out));
  GA_CHECK(d.set(kReductionOf, kDescriptorType, keep(std::move(how))));
  GA_CHECK(d.finalize("a reduction's operation"));
  keep_operation(std::move(d));
  return out;
}

Result<Raw> Builder::reshape(Raw x, const Tensor& y) {
  GA_TRY(Raw const out, add(y));
  GA_TRY(Descriptor d, Descriptor::make(f_, kReshapeOperation));
  GA_CHECK(d.set(kReshapeX, kDescriptorType, x));
  GA_CHECK(d.set(kReshapeY, kDescriptorType, out));
  GA_CHECK(d.finalize("a reshape's operation"));
  keep_operation(std::move(d));
  return out;
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
  if (!masks(s_)) return of;
  GA_TRY(Raw const row, row_of_diagonal(of));
  GA_TRY(Raw const col, pointwise({.mode = kGenIndex, .x = of, .axis = 3}, scores(kInt32)));
  GA_TRY(Raw const sees, pointwise({.mode = kCompareGe, .precision = kBoolean, .x = row, .b = col},
                                   scores(kBoolean)));
  GA_TRY(Raw const nothing, add(scalar(kIdMinusInfinity, kFloat)));
  return pointwise({.mode = kSelect, .x = of, .b = nothing, .t = sees}, scores(kFloat));
}

Result<Graph> Builder::finish(Handle handle) {
  GA_TRY(Descriptor whole, Descriptor::make(f_, kGraph));
  GA_CHECK(whole.set_all<Raw>(kGraphOperations, kDescriptorType, operations_));
  if (handle != nullptr) GA_CHECK(whole.set(kGraphHandle, kHandleType, handle));
  GA_CHECK(whole.finalize("the graph of an attention"));
  return Graph{std::move(parts_), std::make_unique<Descriptor>(std::move(whole))};
}

}  // namespace ga::cudnn
