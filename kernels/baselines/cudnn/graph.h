// The attention as cuDNN's graph. For cudnn.cpp alone.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/baselines/cudnn/backend.h"
#include "kernels/data/attention_shape.h"
#include "reports/model/result.h"

namespace ga::cudnn {

// The tensors of a graph that are not virtual: what run() gives pointers for. The scalars lie on
// the host.
enum Id : std::int64_t {
  kIdQ = 1,
  kIdK,
  kIdV,
  kIdO,
  kIdScale,
  kIdMinusInfinity,
  kIdSeqKv,
  kIdSeqQ,
  kIdLse,
  kIdOne,  // of the backward, as are all below
  kIdDelta,
  kIdOutGradient,
  kIdQueryGradient,
  kIdKeyGradient,
  kIdValueGradient,
};

// Whether the graph masks, and moves the diagonal to the lower right corner.
inline bool masks(const AttentionShape& s) { return s.mask == AttentionMask::causal; }
inline bool moves_diagonal(const AttentionShape& s) { return masks(s) && s.seq_q != s.seq_kv; }

// `parts` keeps what the graph refers to.
struct Graph {
  std::vector<Descriptor> parts;
  std::unique_ptr<Descriptor> whole;
};

// Scores in fp32, softmax row by row, probabilities rounded to the type. Without `handle` for no
// device yet.
struct GraphOrder {
  AttentionShape shape;
  bool with_lse = false;
  Handle handle = nullptr;
};
Result<Graph> attention_graph(const Functions& f, const GraphOrder& order);
// Of dQ, dK and dV; the log-sum-exp is read.
Result<Graph> attention_bwd_graph(const Functions& f, const GraphOrder& order);

}  // namespace ga::cudnn
