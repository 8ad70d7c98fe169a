// Builds cuDNN's graphs tensor by tensor and operation by operation. For graph.cpp and
// graph_bwd.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "kernels/baselines/cudnn/graph.h"

namespace ga::cudnn {

struct Tensor {
  DataType type = kFloat;
  std::array<std::int64_t, 4> dimensions{1, 1, 1, 1}, strides{1, 1, 1, 1};
  std::int64_t id = 0;  // 0: virtual
  bool by_value = false;
};

// The last two dimensions exchanged.
inline Tensor turned(Tensor t) {
  std::swap(t.dimensions[2], t.dimensions[3]);
  std::swap(t.strides[2], t.strides[3]);
  return t;
}

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

  const AttentionShape& shape() const { return s_; }
  DataType type() const { return type_; }

  // Rows of one head lie heads * dim apart. As cuDNN wants it, the batch and the head come first.
  Tensor rows(std::int64_t id, std::int64_t seq, std::int64_t heads) const {
    return {.type = type_,
            .dimensions = {s_.batch, heads, seq, s_.dim},
            .strides = {seq * heads * s_.dim, s_.dim, heads * s_.dim, 1},
            .id = id};
  }
  Tensor queries(std::int64_t id) const { return rows(id, s_.seq_q, s_.heads); }
  Tensor keys(std::int64_t id) const { return rows(id, s_.seq_kv, s_.kv_heads); }
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

  // Each gives what it makes.
  Result<Raw> add(const Tensor& tensor);
  Result<Raw> matmul(Raw a, Raw b, const Tensor& c);
  Result<Raw> pointwise(const Pointwise& p, const Tensor& y);
  Result<Raw> reduce(ReductionMode mode, Raw x, const Tensor& y);
  Result<Raw> reshape(Raw x, const Tensor& y);
  // -infinity where the query does not see the key.
  Result<Raw> masked(Raw scores);
  Result<Graph> finish(Handle handle);

 private:
  Result<Raw> row_of_diagonal(Raw scores);
  Raw keep(Descriptor descriptor) {
    parts_.push_back(std::move(descriptor));
    return parts_.back().raw();
  }
  void keep_operation(Descriptor descriptor) { operations_.push_back(keep(std::move(descriptor))); }

  static constexpr std::int64_t kFirstVirtualId = 100;
  const Functions& f_;
  const AttentionShape& s_;
  const DataType type_;
  std::int64_t next_id_ = kFirstVirtualId;
  std::vector<Descriptor> parts_;
  std::vector<Raw> operations_;
};

}  // namespace ga::cudnn
