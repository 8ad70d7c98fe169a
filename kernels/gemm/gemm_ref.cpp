// The product in plain C++, accumulated in double.
#include "kernels/gemm/gemm.h"

namespace ga {

void gemm_ref(const Gemm& args, double* c) {
  for (std::int64_t i = 0; i < args.m; ++i) {
    for (std::int64_t j = 0; j < args.n; ++j) c[i * args.n + j] = 0;
    for (std::int64_t l = 0; l < args.k; ++l) {
      const double a = static_cast<double>(to_float(args.a[i * args.lda + l]));
      for (std::int64_t j = 0; j < args.n; ++j) {
        c[i * args.n + j] += a * static_cast<double>(to_float(args.b[l * args.ldb + j]));
      }
    }
  }
}

}  // namespace ga
