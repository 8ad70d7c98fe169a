// What a gate of GEMM is about: a type, and one of the two kernels. They are each other's witness.
#pragma once

#include <string>

#include "kernels/data/element.h"

namespace ga {

enum class GemmKernel { cublaslt, own };

struct GemmSubject {
  GemmType type;
  GemmKernel kernel = GemmKernel::own;
};

inline GemmSubject witness_of(const GemmSubject& subject) {
  return {subject.type, subject.kernel == GemmKernel::own ? GemmKernel::cublaslt : GemmKernel::own};
}

// The gate's id, which is its case's too: "gemm.bf16.own", "gemm.bf16.own.exact".
inline std::string speed_id(const GemmSubject& subject) {
  const bool own = subject.kernel == GemmKernel::own;
  return "gemm." + std::string(subject.type.name) + (own ? ".own" : ".cublaslt");
}
inline std::string exact_id(const GemmSubject& subject) { return speed_id(subject) + ".exact"; }

}  // namespace ga
