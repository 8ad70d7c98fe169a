// Collectives: copies between GPUs and between GPUs and host, and sums over all GPUs.
#include <array>

#include "acceptance/core/codes_table.h"

namespace ga {
namespace {

using Action::fix_config;
using Action::measure_again;
using Action::report_bug;
using Action::return_part;
using Blame::config;
using Blame::gpu;
using Blame::node;
using Blame::none;
using Blame::suite;

// Held, and nobody accused beyond the node.
constexpr Code held_row(std::string_view id, Bilingual message, Bilingual next) {
  Code code = borderline_row(id, message, next);
  code.blame = node;
  return code;
}

constexpr Bilingual kWrongCopy{"copied data arrived wrong", "복사한 데이터가 손상되었습니다"};
constexpr Bilingual kWrongSum{"a sum over all GPUs is wrong", "전체 GPU 합산 결과가 틀렸습니다"};
constexpr Bilingual kUneven{"slower than the other GPUs of the node, which no limit decides",
                            "같은 노드의 다른 GPU보다 느리지만 이를 판정할 기준값이 없습니다"};

constexpr Bilingual kMendNvlink{
    "see nvlink.links, events.nvlink and config.fabric of the part named; power-cycle once; if it "
    "stays, return the GPU or its base board with this report",
    "해당 부품의 nvlink.links, events.nvlink, config.fabric 결과를 확인하고 전원을 한 번 껐다 "
    "켜십시오. 증상이 계속되면 이 보고서를 첨부하여 GPU 또는 베이스보드를 반품하십시오"};
constexpr Bilingual kMendPcie{
    "check the link of this GPU under load, reseat riser and cables, look for other work on the "
    "host; then run the whole node again or return it",
    "이 GPU의 부하 중 링크 상태를 확인하고 라이저와 케이블을 재장착하며 호스트의 다른 작업이 "
    "있는지 "
    "점검한 뒤 노드 전체를 다시 실행하거나 반품하십시오"};
constexpr Bilingual kMendSums{
    "look at nvlink.p2p and events.nvlink of the same report, which name the part; if both pass, "
    "compare the version of NCCL with the floor's source",
    "같은 보고서의 nvlink.p2p와 events.nvlink가 지목한 부품을 확인하십시오. 둘 다 합격이면 NCCL "
    "버전을 하한값의 출처와 비교하십시오"};
constexpr Bilingual kReturnWrong{
    "stop using the node; nvlink.p2p, allreduce.exact and the exact GEMM of the same report name "
    "the part to return",
    "노드 사용을 중지하십시오. 같은 보고서의 nvlink.p2p, allreduce.exact, 정확성 GEMM 결과에서 "
    "반품할 부품을 확인하십시오"};
constexpr Bilingual kFabricManager{
    "see that Fabric Manager (on NVLink 5 also NVLSM) runs and matches the driver, and that no "
    "other program holds multicast objects; reboot, then run the whole node again",
    "Fabric Manager(NVLink 5에서는 NVLSM 포함)가 실행 중이고 드라이버와 버전이 맞는지, 다른 "
    "프로그램이 멀티캐스트 자원을 점유하고 있지 않은지 확인한 뒤 재부팅하고 노드 전체를 다시 "
    "실행하십시오"};
constexpr Bilingual kOtherNccl{
    "read the worker's log: NCCL's environment, its configuration file or a tuner plug-in chose "
    "otherwise, or this version of NCCL says it differently; then report it as a bug",
    "워커 로그에서 NCCL 환경 변수, 설정 파일, 튜너 플러그인의 영향이나 NCCL 버전별 로그 형식 "
    "차이를 "
    "확인하고 버그로 신고하십시오"};

}  // namespace

std::span<const Code> copy_codes() {
  static constexpr std::array kCodes{
      fail_row("nvlink.p2p.below_floor", node, return_part, Rma::yes, kBelowFloor, kMendNvlink),
      fail_row("nvlink.p2p.below_gross", node, return_part, Rma::yes, kBelowGross, kMendNvlink),
      held_row("nvlink.p2p.borderline", kUndecidedLimit, kSecondSession),
      held_row("nvlink.p2p.below_provisional", kProvisional, kRejudge),
      held_row("nvlink.p2p.below_at_quick", kAtQuick, kRunStandard),
      fail_row("nvlink.p2p.wrong_data", node, return_part, Rma::yes, kWrongCopy, kReturnWrong),
      held_row("nvlink.p2p.uneven", kUneven, kMendNvlink),
      fail_row("nvlink.p2p.switch_lost", node, return_part, Rma::yes,
               {"the GPUs have lost the share of one NVSwitch",
                "GPU들의 NVLink 속도가 NVSwitch 하나의 몫만큼 낮아졌습니다"},
               kMendNvlink),
      fail_row("nvlink.p2p.not_over_nvlink", config, fix_config, Rma::no,
               {"copies between GPUs run at the rate of PCIe: the NVLink fabric is not used",
                "GPU 간 복사가 PCIe 속도로 동작합니다. NVLink 패브릭이 사용되지 않고 있습니다"},
               kFabricManager),

      fail_row("pcie.numa.below_floor", node, return_part, Rma::yes, kBelowFloor, kMendPcie),
      fail_row("pcie.numa.below_gross", node, return_part, Rma::yes, kBelowGross, kMendPcie),
      held_row("pcie.numa.borderline", kUndecidedLimit, kSecondSession),
      held_row("pcie.numa.below_provisional", kProvisional, kRejudge),
      held_row("pcie.numa.below_at_quick", kAtQuick, kRunStandard),
      fail_row("pcie.numa.wrong_data", node, return_part, Rma::yes, kWrongCopy, kReturnWrong),
      held_row("pcie.numa.uneven", kUneven, kMendPcie),
      fail_row(
          "pcie.numa.binding", config, fix_config, Rma::no,
          {"the GPU is faster with another NUMA node than with its own",
           "GPU가 자신의 NUMA 노드보다 다른 노드와 더 빠르게 통신합니다"},
          {"correct the firmware's NUMA table or the affinity that was set (nvidia-smi topo -m "
           "shows it), then run the whole node again",
           "펌웨어의 NUMA 테이블이나 설정된 친화도(nvidia-smi topo -m)를 바로잡은 뒤 노드 "
           "전체를 다시 실행하십시오"}),
  };
  return kCodes;
}

std::span<const Code> sum_codes() {
  static constexpr std::array kCodes{
      fail_row("allreduce.own.below_floor", node, return_part, Rma::no, kBelowFloor, kMendSums),
      fail_row("allreduce.own.below_ratio", node, return_part, Rma::no, kBelowRatio, kMendSums),
      fail_row("allreduce.own.below_gross", node, return_part, Rma::no, kBelowGross, kMendSums),
      held_row("allreduce.own.borderline", kUndecidedLimit, kSecondSession),
      held_row("allreduce.own.below_provisional", kProvisional, kRejudge),
      held_row("allreduce.own.below_at_quick", kAtQuick, kRunStandard),
      fail_row("allreduce.own.wrong_data", node, return_part, Rma::yes, kWrongSum, kReturnWrong),

      fail_row("allreduce.nccl_ring.below_floor", node, return_part, Rma::yes, kBelowFloor,
               kMendSums),
      fail_row("allreduce.nccl_ring.below_ratio", node, return_part, Rma::no, kBelowRatio,
               kMendSums),
      fail_row("allreduce.nccl_ring.below_gross", node, return_part, Rma::yes, kBelowGross,
               kMendSums),
      held_row("allreduce.nccl_ring.borderline", kUndecidedLimit, kSecondSession),
      held_row("allreduce.nccl_ring.below_provisional", kProvisional, kRejudge),
      held_row("allreduce.nccl_ring.below_at_quick", kAtQuick, kRunStandard),
      fail_row("allreduce.nccl_ring.wrong_data", node, return_part, Rma::yes, kWrongSum,
               kReturnWrong),
      open_row("allreduce.nccl_ring.other_algorithm", suite, report_bug,
               {"NCCL did not run the ring, or did not say what it ran",
                "NCCL이 링 방식으로 실행되지 않았거나 실행한 방식을 알 수 없습니다"},
               kOtherNccl),

      fail_row("allreduce.nccl_nvls.below_floor", node, return_part, Rma::yes, kBelowFloor,
               kMendSums),
      fail_row("allreduce.nccl_nvls.below_ratio", node, return_part, Rma::no, kBelowRatio,
               kFabricManager),
      fail_row("allreduce.nccl_nvls.below_gross", node, return_part, Rma::yes, kBelowGross,
               kMendSums),
      held_row("allreduce.nccl_nvls.borderline", kUndecidedLimit, kSecondSession),
      held_row("allreduce.nccl_nvls.below_provisional", kProvisional, kRejudge),
      held_row("allreduce.nccl_nvls.below_at_quick", kAtQuick, kRunStandard),
      held_row("allreduce.nccl_nvls.low_ratio",
               {"NVLS is hardly faster than the ring of the same node",
                "NVLS가 같은 노드의 링 방식보다 거의 빠르지 않습니다"},
               kFabricManager),
      fail_row("allreduce.nccl_nvls.wrong_data", node, return_part, Rma::yes, kWrongSum,
               kReturnWrong),
      fail_row("allreduce.nccl_nvls.fell_back", config, fix_config, Rma::no,
               {"NCCL could not sum in the switches (NVLS) and ran something else or nothing",
                "NCCL이 NVSwitch 합산(NVLS)을 사용하지 못하고 다른 방식으로 실행되었거나 실행되지 "
                "않았습니다"},
               kFabricManager),
      open_row("allreduce.nccl_nvls.other_algorithm", suite, report_bug,
               {"NCCL did not say what it ran, or the ring beside it was no ring",
                "NCCL이 실행한 방식을 알 수 없거나 비교 대상이 링 방식이 아닙니다"},
               kOtherNccl),

      fail_row("allreduce.latency.above_ceiling", node, return_part, Rma::no, kAbove, kMendSums),
      fail_row("allreduce.latency.above_gross", node, return_part, Rma::no, kAboveGross, kMendSums),
      held_row("allreduce.latency.borderline", kUndecidedLimit, kSecondSession),
      held_row("allreduce.latency.above_provisional", kAboveProvisional, kRejudge),
      held_row("allreduce.latency.above_at_quick", kAboveAtQuick, kRunStandard),
      fail_row("allreduce.latency.wrong_data", node, return_part, Rma::yes, kWrongSum,
               kReturnWrong),

      fail_row("allreduce.exact.wrong_data", gpu, return_part, Rma::yes,
               {"this GPU gave or found a wrong sum", "이 GPU에서 합산 결과가 틀렸습니다"},
               {"stop using the GPU and return it with this report; one wrong element is enough",
                "GPU 사용을 중지하고 이 보고서를 첨부하여 반품하십시오. 오류는 한 번이면 "
                "충분합니다"}),
      fail_row(
          "allreduce.exact.wrong_somewhere", node, return_part, Rma::yes,
          {"a sum is wrong, and no single GPU can be named",
           "합산 결과가 틀렸으나 GPU 하나를 특정할 수 없습니다"},
          {"stop using the node; exchange one GPU of those named with a sound one and run again",
           "노드 사용을 중지하고, 지목된 GPU 중 하나를 정상 GPU와 교체한 뒤 다시 실행하십시오"}),
      open_row(
          "allreduce.exact.kernel_wrong", suite, report_bug,
          {"one of our algorithms is wrong on every GPU and the others are right on every GPU",
           "자체 알고리즘 하나만 모든 GPU에서 틀리고 나머지는 모두 맞습니다"},
          {"report this as a bug with the report file: the kernel does not suit this driver or "
           "part",
           "보고서 파일을 첨부하여 버그로 신고하십시오. 커널이 이 드라이버 또는 부품에 맞지 "
           "않습니다"}),
      open_row("allreduce.exact.no_multicast", config, fix_config,
               {"sums in the switches could not be checked: multicast was refused",
                "멀티캐스트가 거부되어 NVSwitch 합산을 검증하지 못했습니다"},
               kFabricManager),
      open_row(
          "allreduce.exact.too_few_launches", none, measure_again,
          {"fewer sums ran than this level demands", "실행 횟수가 이 레벨의 요구보다 적습니다"},
          {"run again; if it stays, the blocks are too short for this node",
           "다시 실행하고, 반복되면 이 노드에 블록 길이가 너무 짧은 것입니다"}),

      fail_row("soak.digest.wrong_data", gpu, return_part, Rma::yes,
               {"the GPU gave a wrong answer in the soak", "소크 중 GPU의 계산 결과가 틀렸습니다"},
               {"stop using the GPU and return it with this report; one wrong answer is enough, "
                "however late it came",
                "GPU 사용을 중지하고 이 보고서를 첨부하여 반품하십시오. 늦게 나타났더라도 오답은 "
                "한 번이면 충분합니다"}),
      fail_row(
          "soak.digest.wrong_sum", node, return_part, Rma::yes,
          {"a sum over all GPUs was wrong in the soak", "소크 중 전체 GPU 합산 결과가 틀렸습니다"},
          {"stop using the node and return it with this report; allreduce.exact and the other "
           "findings of the soak may name the GPU",
           "노드 사용을 중지하고 이 보고서를 첨부하여 반품하십시오. allreduce.exact와 소크의 "
           "다른 결과에서 GPU를 특정할 수 있습니다"}),
      open_row("soak.digest.not_required", Blame::config, Action::fix_config,
               {"level soak, and the profile does not require the soak",
                "soak 레벨인데 프로파일이 소크 시험을 요구하지 않습니다"},
               {"judge with a profile that has soak.digest in `required`, or run level standard",
                "`required`에 soak.digest가 있는 프로파일로 판정하거나 standard 레벨로 "
                "실행하십시오"}),
  };
  return kCodes;
}

}  // namespace ga
