// The codes of GEMM, of attention and of its backward: one row for each way in which a computation
// can be slow or wrong, the same for all and for every type. <gate> in a text becomes the start of
// the gates' ids, <library> the end of the library's, <Library> its name.
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
constexpr std::array<std::string_view, 7> kGemmTypes{"bf16", "fp16", "tf32", "fp8",
                                                     "fp32", "fp64", "int8"};
constexpr std::array<std::string_view, 1> kAttentionTypes{"bf16"};

// A gate's id begins with computation.type, and pass behind it.
struct Family {
  std::string_view computation, pass, library, library_name;
  Bilingual noun;
  std::span<const std::string_view> types;
};
constexpr std::array kFamilies{
    Family{"gemm", "", "cublaslt", "cuBLASLt", {"GEMM", "GEMM"}, kGemmTypes},
    Family{"attention", "", "cudnn", "cuDNN", {"attention", "어텐션"}, kAttentionTypes},
    Family{"attention",
           ".bwd",
           "cudnn",
           "cuDNN",
           {"attention backward", "어텐션 역전파"},
           kAttentionTypes},
};

constexpr Bilingual kWrongBlocks{"the data of the timed blocks are wrong",
                                 "측정에 쓰인 데이터가 틀렸습니다"};
constexpr Bilingual kWrong{"the GPU computed a wrong answer", "GPU의 계산 결과가 틀렸습니다"};
constexpr Bilingual kOwnWrong{
    "the hand-written kernel is wrong on every GPU and the vendor's is right",
    "자체 커널은 모든 GPU에서 틀리고 제조사 라이브러리는 모두 맞습니다"};
constexpr Bilingual kLibraryWrong{
    "the vendor's kernel is wrong on every GPU and the hand-written one is right",
    "제조사 라이브러리는 모든 GPU에서 틀리고 자체 커널은 모두 맞습니다"};
constexpr Bilingual kUnqualified{
    "the hand-written kernel is wrong wherever it ran, and the vendor's answer does not settle "
    "whose "
    "fault it is",
    "자체 커널이 실행된 모든 곳에서 틀렸고, 제조사 라이브러리의 결과로도 원인을 가릴 수 없습니다"};
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
    "try another version of <Library> with --libs; report this with the report file",
    "--libs로 <Library>의 다른 버전을 지정해 보고, 보고서 파일을 첨부하여 신고하십시오"};
constexpr Bilingual kRunAgain{"run again; if it stays, the blocks are too short for this GPU",
                              "다시 실행하고, 반복되면 이 GPU에 블록 길이가 너무 짧은 것입니다"};

constexpr std::array kRows{
    fail_row("<gate>.<library>.below_floor", gpu, return_part, Rma::yes, kBelowFloor, kReturnGpu),
    fail_row("<gate>.<library>.below_ratio", gpu, return_part, Rma::no, kBelowRatio, kCompareRatio),
    fail_row("<gate>.<library>.below_gross", gpu, return_part, Rma::yes, kBelowGross, kReturnGpu),
    borderline_row("<gate>.<library>.borderline", kUndecided, kSecondSession),
    borderline_row("<gate>.<library>.below_provisional", kProvisional, kRejudge),
    borderline_row("<gate>.<library>.below_at_quick", kAtQuick, kRunStandard),
    fail_row("<gate>.<library>.wrong_data", gpu, return_part, Rma::yes, kWrongBlocks,
             kReturnSlowWrong),

    fail_row("<gate>.own.below_floor", gpu, return_part, Rma::yes, kBelowFloor, kReturnGpu),
    fail_row("<gate>.own.below_ratio", gpu, return_part, Rma::no, kBelowRatio, kCompareRatio),
    fail_row("<gate>.own.below_gross", gpu, return_part, Rma::yes, kBelowGross, kReturnGpu),
    borderline_row("<gate>.own.borderline", kUndecided, kSecondSession),
    borderline_row("<gate>.own.below_provisional", kProvisional, kRejudge),
    borderline_row("<gate>.own.below_at_quick", kAtQuick, kRunStandard),
    fail_row("<gate>.own.wrong_data", gpu, return_part, Rma::yes, kWrongBlocks, kReturnSlowWrong),

    open_row("<gate>.own.unqualified", suite, measure_again, kUnqualified,
             {"mend what keeps <gate>.<library> from an answer, then run again",
              "<gate>.<library> 게이트가 측정되지 않은 원인을 조치한 뒤 다시 실행하십시오"}),
    open_row("<gate>.own.kernel_wrong", suite, report_bug, kOwnWrong, kReportKernel),
    open_row("<gate>.<library>.library_wrong", suite, report_bug, kLibraryWrong, kOtherLibrary),

    fail_row("<gate>.own.exact.wrong_data", gpu, return_part, Rma::yes, kWrong, kReturnWrong),
    fail_row("<gate>.<library>.exact.wrong_data", gpu, return_part, Rma::yes, kWrong, kReturnWrong),
    open_row("<gate>.own.exact.kernel_wrong", suite, report_bug, kOwnWrong, kReportKernel),
    open_row("<gate>.<library>.exact.library_wrong", suite, report_bug, kLibraryWrong,
             kOtherLibrary),
    open_row("<gate>.own.exact.unqualified", suite, measure_again, kUnqualified,
             {"mend what keeps <gate>.<library>.exact from an answer, then run again",
              "<gate>.<library>.exact 게이트가 측정되지 않은 원인을 조치한 뒤 다시 실행하십시오"}),
    open_row("<gate>.own.exact.too_few_launches", none, measure_again, kTooFew, kRunAgain),
    open_row("<gate>.<library>.exact.too_few_launches", none, measure_again, kTooFew, kRunAgain),
};

std::string replaced(std::string_view text, std::string_view mark, std::string_view with) {
  std::string out;
  for (std::size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark)) {
    out += text.substr(0, at);
    out += with;
    text.remove_prefix(at + mark.size());
  }
  return out += text;
}

// A row for one type of a family. Its texts are kept for as long as the program runs.
Code row_of(const Code& row, const Family& family, std::string_view type,
            std::deque<std::string>& texts) {
  const std::string gate =
      std::string(family.computation) + "." + std::string(type) + std::string(family.pass);
  const auto keep = [&](std::string_view text, std::string_view noun = "") -> std::string_view {
    std::string start = noun.empty() ? "" : std::string(type) + " " + std::string(noun) + ": ";
    texts.push_back(start +
                    replaced(replaced(replaced(text, "<gate>", gate), "<library>", family.library),
                             "<Library>", family.library_name));
    return texts.back();
  };
  Code code = row;
  code.id = keep(row.id);
  code.message = keep(row.message, family.noun.en);
  code.message_ko = keep(row.message_ko, family.noun.ko);
  code.next_step = keep(row.next_step);
  code.next_step_ko = keep(row.next_step_ko);
  return code;
}

}  // namespace

std::string of_type(std::string_view text, std::string_view type) {
  return replaced(text, "<type>", type);
}

std::span<const Code> compute_codes() {
  static std::deque<std::string> texts;  // a deque: what it holds does not move
  static const std::vector<Code> codes = [] {
    std::vector<Code> all;
    for (const Family& family : kFamilies) {
      for (const std::string_view type : family.types) {
        for (const Code& row : kRows) all.push_back(row_of(row, family, type, texts));
      }
    }
    return all;
  }();
  return codes;
}

}  // namespace ga
