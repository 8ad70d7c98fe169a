// What a gate of computing is about: a computation in a type, by one of two kernels, the vendor's
// library's or ours. They are each other's witness.
#pragma once

#include <string>

#include "kernels/data/attention_shape.h"
#include "kernels/data/element.h"
#include "reports/model/measurement.h"

namespace ga {

enum class Computation { gemm, attention, attention_backward };
enum class Kernel { library, own };

struct ComputeSubject {
  Computation computation = Computation::gemm;
  GemmType type;
  Kernel kernel = Kernel::own;
};

inline ComputeSubject witness_of(const ComputeSubject& subject) {
  ComputeSubject other = subject;
  other.kernel = subject.kernel == Kernel::own ? Kernel::library : Kernel::own;
  return other;
}

// The gate's id, which is its case's too: "gemm.bf16.own", "attention.bf16.bwd.cudnn.exact".
inline std::string speed_id(const ComputeSubject& subject) {
  const bool gemm = subject.computation == Computation::gemm;
  std::string id = (gemm ? "gemm." : "attention.") + std::string(subject.type.name);
  if (subject.computation == Computation::attention_backward) id += ".bwd";
  if (subject.kernel == Kernel::own) return id + ".own";
  return id + (gemm ? ".cublaslt" : ".cudnn");
}
inline std::string exact_id(const ComputeSubject& subject) { return speed_id(subject) + ".exact"; }

// As the cases of attention take it. Precondition: as many queries as keys.
inline Params params_of(const AttentionShape& shape) {
  return {{"batch", shape.batch},       {"heads", shape.heads},
          {"kv_heads", shape.kv_heads}, {"seq", shape.seq_q},
          {"dim", shape.dim},           {"causal", shape.mask == AttentionMask::causal ? 1 : 0}};
}

}  // namespace ga
