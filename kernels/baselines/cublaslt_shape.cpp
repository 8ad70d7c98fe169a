// Which shapes the library's documentation rules out ("cublasLtMatmul()", the requirements of fp8
// and of IMMA kernels; "Tensor Core Usage").
#include <fmt/format.h>

#include "kernels/baselines/cublaslt.h"

namespace ga {
namespace {

constexpr std::int64_t kRowBytes = 16;     // of fp8: rows of every matrix are multiples of it
constexpr std::int64_t kInt8Multiple = 4;  // of int8: sides and leading dimensions

// Multiples that n and k must be.
struct Steps {
  std::int64_t n = 1, k = 1;
};
Steps steps_of(const LtShape& shape) {
  if (shape.in == ElementType::fp8) return {kRowBytes / element_bytes(shape.out), kRowBytes};
  if (shape.in == ElementType::int8) return {kInt8Multiple, kInt8Multiple};
  return {};
}

}  // namespace

Status lt_check(const LtShape& shape) {
  if (shape.m < 1 || shape.n < 1 || shape.k < 1) {
    return Error(ErrorCode::usage, "a GEMM of no elements");
  }
  const Steps steps = steps_of(shape);
  if (shape.n % steps.n == 0 && shape.k % steps.k == 0) return Ok{};
  return Error(ErrorCode::usage, fmt::format("cuBLASLt has no {} product of {} x {} x {}",
                                             gemm_type(shape.in).name, shape.m, shape.n, shape.k))
      .hinted(fmt::format("n must be a multiple of {} and k of {}", steps.n, steps.k));
}

}  // namespace ga
