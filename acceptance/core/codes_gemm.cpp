// The codes of GEMM: one row for each way in which a product can be slow or wrong, the same for
// every type. <type> in a text becomes the type's name.
#include <array>
#include <deque>

#include "acceptance/core/codes_table.h"

namespace ga {
namespace {

using Action::measure_again;
using Action::report_bug;
using Action::return_part;
using Blame::gpu;
using Blame::none;
using Blame::suite;

// As kernels/data/element.h, which this layer does not see; gates_test compares the two.
constexpr std::array<std::string_view, 7> kTypes{"bf16", "fp16", "tf32", "fp8",
                                                 "fp32", "fp64", "int8"};

constexpr Bilingual kWrongBlocks{"the data of the timed blocks are wrong",
                                 "측정에 쓰인 데이터가 틀렸습니다"};
constexpr Bilingual kWrong{"the GPU computed a wrong answer", "GPU의 계산 결과가 틀렸습니다"};
constexpr Bilingual kOwnWrong{
    "the hand-written kernel is wrong on every GPU and the vendor's is right",
    "자체 커널은 모든 GPU에서 틀리고 제조사 라이브러리는 모두 맞습니다"};
constexpr Bilingual kLibraryWrong{
    "the vendor's kernel is wrong on every GPU and the hand-written one is right",
    "제조사 라이브러리는 모든 GPU에서 틀리고 자체 커널은 모두 맞습니다"};
constexpr Bilingual kTooFew{"fewer launches ran than the profile orders",
                            "실행 횟수가 프로파일이 정한 수보다 적습니다"};

constexpr Bilingual kReturnSlowWrong{
    "stop using the GPU and return it with this report, however fast it is",
    "속도와 관계없이 GPU 사용을 중지하고 이 보고서를 첨부하여 반품하십시오"};
constexpr Bilingual kReturnWrong{
    "stop using the GPU and return it with this report; one wrong answer is enough",
    "GPU 사용을 중지하고 이 보고서를 첨부하여 반품하십시오. 오답은 한 번이면 충분합니다"};
constexpr Bilingual kReportKernel{
    "report this as a bug with the report file: the kernel does not suit this driver or part",
    "보고서 파일을 첨부하여 버그로 신고하십시오. 커널이 이 드라이버 또는 부품에 맞지 않습니다"};
constexpr Bilingual kOtherLibrary{
    "try another version of cuBLASLt with --libs; report this with the report file",
    "--libs로 다른 버전의 cuBLASLt를 사용해 보고, 보고서 파일을 첨부하여 신고하십시오"};
constexpr Bilingual kRunAgain{"run again; if it stays, the blocks are too short for this GPU",
                              "다시 실행하고, 반복되면 이 GPU에 블록 길이가 너무 짧은 것입니다"};

constexpr std::array kRows{
    fail_row("gemm.<type>.cublaslt.below_floor", gpu, return_part, Rma::yes, kBelowFloor,
             kReturnGpu),
    fail_row("gemm.<type>.cublaslt.below_ratio", gpu, return_part, Rma::no, kBelowRatio,
             kCompareRatio),
    fail_row("gemm.<type>.cublaslt.below_gross", gpu, return_part, Rma::yes, kBelowGross,
             kReturnGpu),
    borderline_row("gemm.<type>.cublaslt.borderline", kUndecided, kSecondSession),
    borderline_row("gemm.<type>.cublaslt.below_provisional", kProvisional, kRejudge),
    borderline_row("gemm.<type>.cublaslt.below_at_quick", kAtQuick, kRunStandard),
    fail_row("gemm.<type>.cublaslt.wrong_data", gpu, return_part, Rma::yes, kWrongBlocks,
             kReturnSlowWrong),

    fail_row("gemm.<type>.own.below_floor", gpu, return_part, Rma::yes, kBelowFloor, kReturnGpu),
    fail_row("gemm.<type>.own.below_ratio", gpu, return_part, Rma::no, kBelowRatio, kCompareRatio),
    fail_row("gemm.<type>.own.below_gross", gpu, return_part, Rma::yes, kBelowGross, kReturnGpu),
    borderline_row("gemm.<type>.own.borderline", kUndecided, kSecondSession),
    borderline_row("gemm.<type>.own.below_provisional", kProvisional, kRejudge),
    borderline_row("gemm.<type>.own.below_at_quick", kAtQuick, kRunStandard),
    fail_row("gemm.<type>.own.wrong_data", gpu, return_part, Rma::yes, kWrongBlocks,
             kReturnSlowWrong),

    open_row("gemm.<type>.own.kernel_wrong", suite, report_bug, kOwnWrong, kReportKernel),
    open_row("gemm.<type>.cublaslt.library_wrong", suite, report_bug, kLibraryWrong, kOtherLibrary),

    fail_row("gemm.<type>.own.exact.wrong_data", gpu, return_part, Rma::yes, kWrong, kReturnWrong),
    fail_row("gemm.<type>.cublaslt.exact.wrong_data", gpu, return_part, Rma::yes, kWrong,
             kReturnWrong),
    open_row("gemm.<type>.own.exact.kernel_wrong", suite, report_bug, kOwnWrong, kReportKernel),
    open_row("gemm.<type>.cublaslt.exact.library_wrong", suite, report_bug, kLibraryWrong,
             kOtherLibrary),
    open_row("gemm.<type>.own.exact.unqualified", suite, measure_again,
             {"the hand-written kernel is wrong wherever it ran, and the vendor's answer does not "
              "settle whose fault it is",
              "자체 커널이 실행된 모든 곳에서 틀렸고, 제조사 라이브러리의 결과로도 원인을 가릴 수 "
              "없습니다"},
             {"mend what keeps gemm.<type>.cublaslt.exact from an answer, then run again",
              "gemm.<type>.cublaslt.exact가 측정되지 않은 원인을 조치한 뒤 다시 실행하십시오"}),
    open_row("gemm.<type>.own.exact.too_few_launches", none, measure_again, kTooFew, kRunAgain),
    open_row("gemm.<type>.cublaslt.exact.too_few_launches", none, measure_again, kTooFew,
             kRunAgain),
};

// A row for one type. Its texts are kept for as long as the program runs.
Code row_of(const Code& row, std::string_view type, std::deque<std::string>& texts) {
  const auto keep = [&](std::string text) -> std::string_view {
    texts.push_back(of_type(text, type));
    return texts.back();
  };
  Code code = row;
  code.id = keep(std::string(row.id));
  code.message = keep("<type> GEMM: " + std::string(row.message));
  code.message_ko = keep("<type> GEMM: " + std::string(row.message_ko));
  code.next_step = keep(std::string(row.next_step));
  code.next_step_ko = keep(std::string(row.next_step_ko));
  return code;
}

}  // namespace

std::string of_type(std::string_view text, std::string_view type) {
  constexpr std::string_view kMark = "<type>";
  std::string out;
  for (std::size_t at = text.find(kMark); at != std::string_view::npos; at = text.find(kMark)) {
    out += text.substr(0, at);
    out += type;
    text.remove_prefix(at + kMark.size());
  }
  return out += text;
}

std::span<const Code> gemm_codes() {
  static std::deque<std::string> texts;  // a deque: what it holds does not move
  static const std::vector<Code> codes = [] {
    std::vector<Code> all;
    for (const std::string_view type : kTypes) {
      for (const Code& row : kRows) all.push_back(row_of(row, type, texts));
    }
    return all;
  }();
  return codes;
}

}  // namespace ga
