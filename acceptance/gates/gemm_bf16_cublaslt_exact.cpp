// Does the vendor's bf16 kernel give the exact answer, cold and hot?
//
// Evidence: products of small integers by cuBLASLt with float32 output; each launch's output as a
// digest on the device. On parts whose newest tensor path our kernel does not use, this is what
// exercises it.
// Limit: none. The digest is computed here from the data, never taken from the worker.
// False pass: a fault in what these data do not exercise; a wrong product keeps its digest with
// probability 2^-60. False fail: a bug of the library; wrong on all of several GPUs while our
// kernel is right accuses the library and not the GPUs.
#include "acceptance/gates/exact.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr ExactGate kExact{.id = "gemm.bf16.cublaslt.exact",
                           .other = "gemm.bf16.own.exact",
                           .accused = "gemm.bf16.cublaslt.exact.library_wrong",
                           .needs_qualifying = false};

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  return next_exact(kExact, order, evidence);
}
std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_exact(kExact, order, evidence);
}

}  // namespace

const Gate kGemmBf16CublasltExact{
    kExact.id, "Does the vendor's bf16 kernel give the exact answer, cold and hot?",
    "제조사 bf16 커널이 냉간·열간 상태에서 정확한 답을 냅니까?", next, judge};

}  // namespace ga
