// Does our own bf16 kernel give the exact answer, cold and hot?
//
// Evidence: products of small integers, whose sums are exact in any order, with the placement of
// the tiles permuted from launch to launch; each launch's output as a digest on the device. Limit:
// none. The digest is computed here from the data, never taken from the worker. False pass: a fault
// in what these data do not exercise; a wrong product keeps its digest with probability 2^-60.
// False fail: a bug of the kernel, which is why it is qualified first: wrong on every GPU while the
// vendor's is right accuses the kernel.
#include "acceptance/gates/exact.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr ExactGate kExact{.id = "gemm.bf16.own.exact",
                           .other = "gemm.bf16.cublaslt.exact",
                           .accused = "gemm.bf16.own.exact.kernel_wrong",
                           .needs_qualifying = true};

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  return next_exact(kExact, order, evidence);
}
std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_exact(kExact, order, evidence);
}

}  // namespace

const Gate kGemmBf16OwnExact{kExact.id, "Does our bf16 kernel give the exact answer, cold and hot?",
                             "자체 bf16 커널이 냉간·열간 상태에서 정확한 답을 냅니까?", next,
                             judge};

}  // namespace ga
