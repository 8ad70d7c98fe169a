// Exact answers: which of them are wrong, and whom that accuses.
#include <array>

#include "acceptance/core/codes_table.h"

namespace ga {
namespace {

constexpr Bilingual kWrong{"the GPU computed a wrong answer", "GPU의 계산 결과가 틀렸습니다"};
constexpr Bilingual kReturnGpu{
    "stop using the GPU and return it with this report; one wrong answer is enough",
    "GPU 사용을 중지하고 이 보고서를 첨부하여 반품하십시오. 오답은 한 번이면 충분합니다"};
constexpr Bilingual kSuspectSuite{
    "the hand-written kernel is wrong on every GPU and the vendor's is right",
    "자체 커널은 모든 GPU에서 틀리고 제조사 라이브러리는 모두 맞습니다"};
constexpr Bilingual kReportKernel{
    "report this as a bug with the report file: the kernel does not suit this driver or part",
    "보고서 파일을 첨부하여 버그로 신고하십시오. 커널이 이 드라이버 또는 부품에 맞지 않습니다"};
constexpr Bilingual kTooFew{"fewer launches ran than the profile orders",
                            "실행 횟수가 프로파일이 정한 수보다 적습니다"};
constexpr Bilingual kRunAgain{"run again; if it stays, the blocks are too short for this GPU",
                              "다시 실행하고, 반복되면 이 GPU에 블록 길이가 너무 짧은 것입니다"};

}  // namespace

std::span<const Code> exact_codes() {
  using Action::measure_again;
  using Action::report_bug;
  using Action::return_part;
  using Blame::gpu;
  using Blame::none;
  using Blame::suite;
  static constexpr std::array kCodes{
      fail_row("gemm.bf16.own.exact.wrong_data", gpu, return_part, Rma::yes, kWrong, kReturnGpu),
      fail_row("gemm.bf16.cublaslt.exact.wrong_data", gpu, return_part, Rma::yes, kWrong,
               kReturnGpu),
      open_row("gemm.bf16.own.exact.kernel_wrong", suite, report_bug, kSuspectSuite, kReportKernel),
      open_row(
          "gemm.bf16.cublaslt.exact.library_wrong", suite, report_bug,
          {"the vendor's kernel is wrong on every GPU and the hand-written one is right",
           "제조사 라이브러리는 모든 GPU에서 틀리고 자체 커널은 모두 맞습니다"},
          {"try another version of cuBLASLt with --libs; report this with the report file",
           "--libs로 다른 버전의 cuBLASLt를 사용해 보고, 보고서 파일을 첨부하여 신고하십시오"}),
      open_row(
          "gemm.bf16.own.exact.unqualified", suite, measure_again,
          {"the hand-written kernel is wrong wherever it ran, and the vendor's answer does not "
           "settle whose fault it is",
           "자체 커널이 실행된 모든 곳에서 틀렸고, 제조사 라이브러리의 결과로도 원인을 가릴 수 "
           "없습니다"},
          {"mend what keeps gemm.bf16.cublaslt.exact from an answer, then run again",
           "gemm.bf16.cublaslt.exact가 측정되지 않은 원인을 조치한 뒤 다시 실행하십시오"}),
      open_row("gemm.bf16.own.exact.too_few_launches", none, measure_again, kTooFew, kRunAgain),
      open_row("gemm.bf16.cublaslt.exact.too_few_launches", none, measure_again, kTooFew,
               kRunAgain),
  };
  return kCodes;
}

}  // namespace ga
