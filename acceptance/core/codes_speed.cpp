// The floor rule: one row for each way in which a gate can end below its floor, and the rows that
// say why a GPU is slow where the clock, the power and the temperature beside the blocks tell.
#include <array>

#include "acceptance/core/codes_table.h"

namespace ga {
namespace {

using Action::fix_config;
using Action::fix_site;
using Action::return_part;
using Blame::config;
using Blame::gpu;
using Blame::host;
using Blame::node;
using Blame::site;

constexpr Bilingual kWrong{"the data of the timed blocks are wrong",
                           "측정에 쓰인 데이터가 틀렸습니다"};

constexpr Bilingual kReturnWrong{
    "stop using the GPU and return it with this report, however fast it is",
    "속도와 관계없이 GPU 사용을 중지하고 이 보고서를 첨부하여 반품하십시오"};
constexpr Bilingual kMendLink{
    "check the link's generation and width under load, reseat riser and cables, look for PCIe "
    "errors; "
    "then run the whole node again or return it",
    "부하 중 링크 세대와 폭을 확인하고 라이저와 케이블을 재장착하며 PCIe 오류를 점검한 뒤 노드 "
    "전체를 "
    "다시 실행하거나 반품하십시오"};

}  // namespace

std::span<const Code> speed_codes() {
  static constexpr std::array kCodes{
      fail_row("hbm.bandwidth.below_floor", gpu, return_part, Rma::yes, kBelowFloor, kReturnGpu),
      fail_row("hbm.bandwidth.below_ratio", gpu, return_part, Rma::no, kBelowRatio, kCompareRatio),
      fail_row("hbm.bandwidth.below_gross", gpu, return_part, Rma::yes, kBelowGross, kReturnGpu),
      borderline_row("hbm.bandwidth.borderline", kUndecided, kSecondSession),
      borderline_row("hbm.bandwidth.below_provisional", kProvisional, kRejudge),
      borderline_row("hbm.bandwidth.below_at_quick", kAtQuick, kRunStandard),
      fail_row("hbm.bandwidth.wrong_data", gpu, return_part, Rma::yes, kWrong, kReturnWrong),

      fail_row("pcie.h2d.below_floor", node, return_part, Rma::yes, kBelowFloor, kMendLink),
      fail_row("pcie.h2d.below_ratio", node, return_part, Rma::no, kBelowRatio, kMendLink),
      fail_row("pcie.h2d.below_gross", node, return_part, Rma::yes, kBelowGross, kMendLink),
      borderline_row("pcie.h2d.borderline", kUndecided, kSecondSession),
      borderline_row("pcie.h2d.below_provisional", kProvisional, kRejudge),
      borderline_row("pcie.h2d.below_at_quick", kAtQuick, kRunStandard),
      fail_row("config.pcie.wrong_data", gpu, return_part, Rma::yes, kWrong, kReturnWrong),
      fail_row("pcie.h2d.wrong_data", gpu, return_part, Rma::yes, kWrong, kReturnWrong),

      fail_row("pcie.d2h.below_floor", node, return_part, Rma::yes, kBelowFloor, kMendLink),
      fail_row("pcie.d2h.below_ratio", node, return_part, Rma::no, kBelowRatio, kMendLink),
      fail_row("pcie.d2h.below_gross", node, return_part, Rma::yes, kBelowGross, kMendLink),
      borderline_row("pcie.d2h.borderline", kUndecided, kSecondSession),
      borderline_row("pcie.d2h.below_provisional", kProvisional, kRejudge),
      borderline_row("pcie.d2h.below_at_quick", kAtQuick, kRunStandard),
      fail_row("pcie.d2h.wrong_data", gpu, return_part, Rma::yes, kWrong, kReturnWrong),

      fail_row(
          "slow.hot", gpu, return_part, Rma::no,
          {"below the floor because this GPU is too hot", "이 GPU가 과열되어 하한값보다 느립니다"},
          {"check heat sink, airflow and fans at this slot, then run again; if they are sound, "
           "return the GPU",
           "이 슬롯의 방열판, 공기 흐름, 팬을 점검하고 다시 실행하십시오. 이상이 없으면 GPU를 "
           "반품하십시오"}),
      fail_row("slow.hot_site", site, fix_site, Rma::no,
               {"below the floor because most GPUs are too hot",
                "대부분의 GPU가 과열되어 하한값보다 느립니다"},
               {"mend inlet temperature, airflow or coolant, then run the whole node again",
                "흡기 온도, 공기 흐름, 냉각수를 조치한 뒤 노드 전체를 다시 실행하십시오"}),
      fail_row(
          "slow.host_starved", host, return_part, Rma::no,
          {"below the floor with a high clock and little power: the host does not feed the GPU",
           "클럭은 높고 전력은 낮은데 하한값보다 느립니다. 호스트가 GPU에 일을 공급하지 못합니다"},
          {"check CPU affinity, governor, NUMA placement and other work on the host, then run the "
           "whole node again",
           "CPU 친화도, 거버너, NUMA 배치와 호스트의 다른 작업을 점검한 뒤 노드 전체를 다시 "
           "실행하십시오"}),
      fail_row(
          "slow.power_brake", node, return_part, Rma::no,
          {"below the floor because the power brake held the GPU down",
           "전력 제동(power brake)이 걸려 하한값보다 느립니다"},
          {"check power supplies, their redundancy and the feeds, then run the whole node again",
           "전원공급장치와 이중화 상태, 급전 회로를 점검한 뒤 노드 전체를 다시 실행하십시오"}),
      fail_row("slow.locked", config, fix_config, Rma::no,
               {"below the floor because the clock is locked below its maximum",
                "클럭이 최대값보다 낮게 고정되어 하한값보다 느립니다"},
               {"remove clock locks (nvidia-smi -rgc, -rac), then run the whole node again",
                "클럭 고정을 해제하고(nvidia-smi -rgc, -rac) 노드 전체를 다시 실행하십시오"}),
  };
  return kCodes;
}

}  // namespace ga
