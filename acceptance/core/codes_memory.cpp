// The memory as a whole, how long a load from it takes, and the units that no product of matrices
// touches.
#include <array>

#include "acceptance/core/codes_table.h"

namespace ga {
namespace {

using Action::measure_again;
using Action::report_bug;
using Action::return_part;
using Blame::config;
using Blame::gpu;
using Blame::none;
using Blame::suite;

constexpr Bilingual kReturnWrong{
    "stop using the GPU and return it with this report; one wrong answer is enough",
    "GPU 사용을 중지하고 이 보고서를 첨부하여 반품하십시오. 오답은 한 번이면 충분합니다"};

}  // namespace

std::span<const Code> memory_codes() {
  static constexpr std::array kCodes{
      fail_row(
          "hbm.pattern.wrong_data", gpu, return_part, Rma::yes,
          {"memory did not give back what was written",
           "메모리가 기록한 값을 그대로 돌려주지 않습니다"},
          {"stop using the GPU and return it with this report; one wrong word is enough",
           "GPU 사용을 중지하고 이 보고서를 첨부하여 반품하십시오. 틀린 워드가 하나라도 있으면 "
           "충분합니다"}),
      open_row("hbm.pattern.coverage", config, measure_again,
               {"less of the memory was walked than the profile orders",
                "프로파일이 정한 비율보다 적은 메모리만 검사했습니다"},
               {"end whatever else holds memory of this GPU (config.idle names it), then run again",
                "이 GPU의 메모리를 점유한 다른 프로그램을 종료한 뒤(config.idle 결과 참고) 다시 "
                "실행하십시오"}),

      fail_row("hbm.latency.above_ceiling", gpu, return_part, Rma::no, kAbove, kReturnGpu),
      fail_row("hbm.latency.above_gross", gpu, return_part, Rma::yes, kAboveGross, kReturnGpu),
      borderline_row("hbm.latency.borderline", kUndecidedLimit, kSecondSession),
      borderline_row("hbm.latency.above_provisional", kAboveProvisional, kRejudge),
      borderline_row("hbm.latency.above_at_quick", kAboveAtQuick, kRunStandard),
      fail_row("hbm.latency.wrong_data", gpu, return_part, Rma::yes,
               {"the chain of addresses did not end where it must",
                "주소 사슬이 정해진 위치에서 끝나지 않았습니다"},
               kReturnWrong),
  };
  return kCodes;
}

std::span<const Code> exercise_codes() {
  static constexpr std::array kCodes{
      fail_row("exercise.exact.wrong_data", gpu, return_part, Rma::yes,
               {"the GPU computed a wrong answer", "GPU의 계산 결과가 틀렸습니다"}, kReturnWrong),
      fail_row("exercise.exact.outvoted", gpu, return_part, Rma::yes,
               {"the GPU's answer is another than that of most GPUs, or not the same twice",
                "GPU의 결과가 대다수 GPU와 다르거나 반복할 때마다 달라집니다"},
               kReturnWrong),
      open_row("exercise.exact.no_majority", suite, report_bug,
               {"the GPUs' answers differ, and none is that of most",
                "GPU마다 결과가 다르고 과반수를 이루는 결과가 없습니다"},
               {"report this as a bug with the report file: the exerciser may not be deterministic "
                "on this driver or part",
                "보고서 파일을 첨부하여 버그로 신고하십시오. 이 드라이버 또는 부품에서 검사 커널이 "
                "결정적이지 않을 수 있습니다"}),
      open_row("exercise.exact.unqualified", suite, measure_again,
               {"the exerciser is wrong wherever it ran: the kernel or the GPU",
                "검사 커널이 실행된 모든 곳에서 틀렸습니다. 커널과 GPU 중 원인을 가릴 수 없습니다"},
               {"run it on another GPU of this kind: if it is right there return this one, else "
                "report it as a bug",
                "같은 종류의 다른 GPU에서 실행하십시오. 거기서 맞으면 이 GPU를 반품하고, 아니면 "
                "버그로 신고하십시오"}),
      open_row("exercise.exact.too_few_launches", none, measure_again,
               {"fewer launches ran than the profile orders",
                "실행 횟수가 프로파일이 정한 수보다 적습니다"},
               {"run again; if it stays, the blocks are too short for this GPU",
                "다시 실행하고, 반복되면 이 GPU에 블록 길이가 너무 짧은 것입니다"}),
  };
  return kCodes;
}

}  // namespace ga
