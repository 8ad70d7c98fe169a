// Does the GPU multiply bf16 matrices with our own kernel as fast as it should?
//
// Evidence: as for gemm.bf16.cublaslt, with the hand-written kernel; where the profile sets a
// ratio, the vendor's kernel block by block beside it, so that both see the same clock. Limit: a
// floor where the profile names one; in a ci profile the ratio to the vendor, elsewhere the ratio
// only warns. False pass: a ratio cannot see what slows both kernels alike. False fail: a kernel
// that does not suit a part; wrong on every GPU while the vendor is right, it accuses the suite. A
// library that is wrong on every GPU, in the ratio or in the warm-up, accuses the library.
#include <array>

#include "acceptance/gates/gemm_speed.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::array<std::string_view, 1> kCases{"gemm.bf16.own"};
constexpr SpeedGate kSpeed{.id = "gemm.bf16.own",
                           .cases = kCases,
                           .unit = "flops",
                           .check_kind = "checksum",
                           .power_capped = true,
                           .explained = true,
                           .solo_repeat = false,
                           .params = gemm_params,
                           .size_key = "gemm_n"};

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  return next_speed(kSpeed, order, evidence);
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  constexpr GemmWitness kWitness{.other = "gemm.bf16.cublaslt",
                                 .accused = "gemm.bf16.own.kernel_wrong",
                                 .accused_other = "gemm.bf16.cublaslt.library_wrong"};
  return judge_gemm_speed(kSpeed, kWitness, order, evidence);
}

}  // namespace

const Gate kGemmBf16Own{kSpeed.id,
                        "Does the GPU multiply bf16 matrices with our kernel as fast as it should?",
                        "자체 커널의 bf16 행렬 곱 속도가 기준에 도달합니까?", next, judge};

}  // namespace ga
