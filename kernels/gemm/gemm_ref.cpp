// The product in plain C++, accumulated in double.
#include "kernels/data/bf16.h"
#include "kernels/data/fp16.h"
#include "kernels/gemm/gemm.h"

namespace ga {
namespace {

template <class In>
void product(const Gemm& args, double* c) {
  const auto* const a = static_cast<const In*>(args.a);
  const auto* const b = static_cast<const In*>(args.b);
  for (std::int64_t i = 0; i < args.m; ++i) {
    for (std::int64_t j = 0; j < args.n; ++j) c[i * args.n + j] = 0;
    for (std::int64_t l = 0; l < args.k; ++l) {
      const auto left = static_cast<double>(to_float(a[i * args.lda + l]));
      for (std::int64_t j = 0; j < args.n; ++j) {
        c[i * args.n + j] += left * static_cast<double>(to_float(b[l * args.ldb + j]));
      }
    }
  }
}

}  // namespace

void gemm_ref(const Gemm& args, double* c) {
  if (args.in == ElementType::fp16) {
    product<Fp16>(args, c);
  } else {
    product<Bf16>(args, c);
  }
}

}  // namespace ga
