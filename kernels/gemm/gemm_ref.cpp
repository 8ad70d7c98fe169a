// The product in plain C++, accumulated in double.
#include <vector>

#include "kernels/gemm/gemm.h"

namespace ga {
namespace {

// Without what lies behind the rows.
std::vector<double> values(const void* data, std::int64_t rows, std::int64_t cols, std::int64_t ld,
                           ElementType type) {
  std::vector<double> all;
  all.reserve(static_cast<std::size_t>(rows * cols));
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < cols; ++j) all.push_back(element(data, i * ld + j, type));
  }
  return all;
}

}  // namespace

void gemm_ref(const Gemm& args, double* c) {
  const bool along_k = b_along_k(args.in);
  const std::int64_t m = args.m, n = args.n, k = args.k;
  const auto a = values(args.a, m, k, args.lda, args.in);
  const auto b = values(args.b, along_k ? n : k, along_k ? k : n, args.ldb, args.in);
  for (std::int64_t i = 0; i < m; ++i) {
    const double* const left = a.data() + i * k;
    double* const row = c + i * n;
    for (std::int64_t j = 0; j < n; ++j) row[j] = 0;
    if (along_k) {
      for (std::int64_t j = 0; j < n; ++j) {
        for (std::int64_t l = 0; l < k; ++l) row[j] += left[l] * b.data()[j * k + l];
      }
    } else {
      for (std::int64_t l = 0; l < k; ++l) {
        for (std::int64_t j = 0; j < n; ++j) row[j] += left[l] * b.data()[l * n + j];
      }
    }
  }
}

}  // namespace ga
