// Does the GPU multiply bf16 matrices with the vendor's library as fast as ordered?
//
// Evidence: random matrices, all GPUs at once, at the power cap and after a warm-up by time; every
// timed output held against a checksum with a stated bound. The library's first heuristic is used.
// Limit: a floor in flop/s of the profile, keyed to part, driver and power limit.
// False pass: cold blocks, which the warm-up and the trend rule exclude. False fail: heat, a power
// brake, a locked clock or a starved host, which the explanation tells and blames; a bug of the
// library, which is accused itself where it is wrong on every GPU and our kernel is right.
#include <array>

#include "acceptance/gates/gemm_speed.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::array<std::string_view, 1> kCases{"gemm.bf16.cublaslt"};
constexpr SpeedGate kSpeed{.id = "gemm.bf16.cublaslt",
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
  constexpr GemmWitness kWitness{.other = "gemm.bf16.own",
                                 .accused = "gemm.bf16.cublaslt.library_wrong",
                                 .accused_other = "gemm.bf16.own.kernel_wrong"};
  return judge_gemm_speed(kSpeed, kWitness, order, evidence);
}

}  // namespace

const Gate kGemmBf16Cublaslt{
    kSpeed.id, "Does the GPU multiply bf16 matrices with cuBLASLt as fast as ordered?",
    "cuBLASLt의 bf16 행렬 곱 속도가 주문한 사양에 도달합니까?", next, judge};

}  // namespace ga
