// Power and heat: what the node draws, whether it bears loads that start and stop, and how well
// heat leaves each GPU beside its siblings.
#include <array>

#include "acceptance/core/codes_table.h"

namespace ga {
namespace {

using Action::fix_site;
using Action::measure_again;
using Action::report_bug;
using Action::return_part;
using Blame::gpu;
using Blame::node;
using Blame::none;
using Blame::site;
using Blame::suite;

constexpr Bilingual kWrong{"products came out wrong under this load",
                           "이 부하에서 계산 결과가 틀렸습니다"};
constexpr Bilingual kReturnWrong{"stop using the GPU and return it with this report",
                                 "GPU 사용을 중지하고 이 보고서를 첨부하여 반품하십시오"};
constexpr Bilingual kSupplies{
    "check power supplies, their redundancy and firmware, then run the whole node again; return "
    "the supplies or the node if it comes back",
    "전원공급장치, 이중화 상태, 펌웨어를 점검하고 노드 전체를 다시 실행하십시오. 다시 발생하면 "
    "전원공급장치 또는 노드를 반품하십시오"};
constexpr Bilingual kHeatPath{
    "check heat sink, airflow and fans at this slot, then run the whole node again; if it stays, "
    "the buyer decides with this report",
    "이 슬롯의 방열판, 공기 흐름, 팬을 점검하고 노드 전체를 다시 실행하십시오. 그대로이면 이 "
    "보고서로 "
    "구매자가 판단합니다"};

}  // namespace

std::span<const Code> power_codes() {
  static constexpr std::array kCodes{
      fail_row("power.sustained.wrong_data", gpu, return_part, Rma::yes, kWrong, kReturnWrong),
      open_row(
          "power.kernel_wrong", suite, report_bug,
          {"our kernel is wrong on every GPU and the library is right: its products under this "
           "load accuse no GPU",
           "자체 커널이 모든 GPU에서 틀리고 라이브러리는 맞으므로 이 부하의 결과로 GPU를 탓하지 "
           "않습니다"},
          {"report it with this report; the exact gates name the kernel",
           "이 보고서와 함께 신고하십시오. 정확성 항목이 해당 커널을 가리킵니다"}),
      fail_row("power.sustained.power_brake", node, return_part, Rma::no,
               {"the power brake held the GPU down under full load",
                "전 부하에서 전력 제동(power brake)이 걸렸습니다"},
               kSupplies),
      fail_row("power.sustained.power_brake_site", site, fix_site, Rma::no,
               {"the power brake held most GPUs down under full load",
                "전 부하에서 대부분의 GPU에 전력 제동(power brake)이 걸렸습니다"},
               {"check the feeds and the power that the rack may draw, then run the whole node "
                "again",
                "급전 회로와 랙의 전력 한도를 점검한 뒤 노드 전체를 다시 실행하십시오"}),
      borderline_row("power.sustained.below_cap",
                     {"the GPU neither draws its power limit nor runs at its maximum clock",
                      "전력 한도에도 최대 클럭에도 도달하지 못했습니다"},
                     {"read the clock, power and reasons in the message, mend what they name, then "
                      "run the whole node again",
                      "메시지의 클럭, 전력, 원인 비트를 확인하여 조치한 뒤 노드 전체를 다시 "
                      "실행하십시오"}),
      borderline_row(
          "power.sustained.below_siblings",
          {"at its maximum clock the GPU draws less than this load draws from another, or than "
           "half "
           "of its limit",
           "최대 클럭에서 같은 부하의 다른 GPU보다, 또는 한도의 절반보다 전력을 적게 사용합니다"},
          {"compare its GEMM speeds with its siblings': where they are lower too, the GPU or what "
           "feeds it is suspect, else a power sensor; settle that, then run the whole node again",
           "GEMM 속도를 다른 GPU와 비교하십시오. 속도도 낮으면 이 GPU나 작업을 공급하는 쪽이, "
           "그렇지 "
           "않으면 전력 센서가 의심됩니다. 해결한 뒤 노드 전체를 다시 실행하십시오"}),
      open_row("power.sustained.no_siblings", none, measure_again,
               {"at its maximum clock the GPU draws less than its limit, and no other GPU shows "
                "what this load can draw",
                "최대 클럭에서 전력 한도보다 적게 사용하지만, 이 부하의 전력을 비교할 정상 GPU가 "
                "없습니다"},
               {"settle what this gate says of the other GPUs, then run the whole node again",
                "다른 GPU에 대한 이 항목의 결과를 해결한 뒤 노드 전체를 다시 실행하십시오"}),
      open_row("power.no_pulses", none, measure_again,
               {"too few launches: nothing shows that the load started and stopped as often as it "
                "was to",
                "실행 횟수가 너무 적어 부하가 정해진 횟수만큼 켜지고 꺼졌음을 확인할 수 없습니다"},
               {"end what else uses the GPU and its host, then run again; if it stays, report it "
                "with this report",
                "GPU와 호스트를 사용하는 다른 작업을 끝내고 다시 실행하십시오. 그대로이면 이 "
                "보고서와 함께 신고하십시오"}),
      fail_row("power.pulse.wrong_data", gpu, return_part, Rma::yes, kWrong, kReturnWrong),
      fail_row("power.pulse.power_brake", node, return_part, Rma::no,
               {"the power brake held the GPU down while loads started and stopped",
                "부하가 켜지고 꺼지는 동안 전력 제동(power brake)이 걸렸습니다"},
               kSupplies),
      fail_row("power.pulse.hw_thermal", gpu, return_part, Rma::no,
               {"hardware thermal slowdown while loads started and stopped",
                "부하가 켜지고 꺼지는 동안 하드웨어 과열 제한이 걸렸습니다"},
               {"check heat sink, airflow and fans at this slot, then run again; if they are "
                "sound, return the GPU",
                "이 슬롯의 방열판, 공기 흐름, 팬을 점검하고 다시 실행하십시오. 이상이 없으면 "
                "GPU를 반품하십시오"}),
      borderline_row("thermal.resistance.high",
                     {"heat leaves the GPU worse than the other GPUs in such slots",
                      "같은 위치의 다른 GPU보다 열 방출이 나쁩니다"},
                     kHeatPath),
      borderline_row("thermal.resistance.energy",
                     {"the GPU needs more energy for an operation than its siblings",
                      "같은 계산에 다른 GPU보다 에너지를 더 씁니다"},
                     kSecondSession),
      open_row("thermal.resistance.no_load", none, measure_again,
               {"power.sustained left no complete, sound blocks to read from",
                "power.sustained의 완전한 측정 블록이 없습니다"},
               {"settle what power.sustained says, then run again",
                "power.sustained의 결과를 해결한 뒤 다시 실행하십시오"}),
      open_row(
          "thermal.resistance.less_load", none, measure_again,
          {"the GPU drew less than the others, so heat and energy do not compare with theirs",
           "다른 GPU보다 전력을 적게 사용하여 열과 에너지를 비교할 수 없습니다"},
          {"settle why it drew less, which power.sustained and the speed gates say, then run "
           "the whole node again",
           "전력을 적게 쓴 원인(power.sustained와 속도 항목 참조)을 해결한 뒤 노드 전체를 다시 "
           "실행하십시오"}),
      open_row("thermal.resistance.few_siblings", none, measure_again,
               {"too few other GPUs to compare with", "비교할 다른 GPU가 너무 적습니다"},
               {"settle why the others were not measured; on a node of fewer than four GPUs take "
                "thermal.resistance out of the profile",
                "다른 GPU가 측정되지 않은 원인을 해결하십시오. GPU가 4개 미만인 노드에서는 "
                "프로파일에서 thermal.resistance를 제외하십시오"}),
      open_row("node.uniformity.no_series", none, measure_again,
               {"no speed of the GPU was measured beside other GPUs",
                "다른 GPU와 비교할 속도 측정이 없습니다"},
               {"settle what the speed gates say, then run again",
                "속도 항목의 결과를 해결한 뒤 다시 실행하십시오"}),
  };
  return kCodes;
}

}  // namespace ga
