// Identity and configuration: what the node is, and how it was set up.
#include <array>

#include "acceptance/core/codes_table.h"

namespace ga {
namespace {

constexpr Bilingual kRunWholeNode{
    "correct the setting, reboot if it asks for one, then run the whole node again",
    "설정을 바로잡고 필요하면 재부팅한 뒤 노드 전체를 다시 실행하십시오"};
constexpr Bilingual kFlash{
    "bring all parts to the ordered version, reboot, then run the whole node again",
    "모든 부품을 주문한 버전으로 맞추고 재부팅한 뒤 노드 전체를 다시 실행하십시오"};
constexpr Bilingual kStopOthers{
    "stop what the reason names, wait until the GPU is idle, then run the whole node again",
    "사유에 표시된 작업을 중지하고 GPU가 유휴 상태가 된 뒤 노드 전체를 다시 실행하십시오"};

}  // namespace

std::span<const Code> configuration_codes() {
  using Action::fix_config;
  using Action::measure_again;
  using Action::report_bug;
  using Action::return_part;
  using Blame::config;
  using Blame::gpu;
  using Blame::node;
  using Blame::suite;
  static constexpr std::array kCodes{
      fail_row(
          "identity.inventory.count", node, return_part, Rma::yes,
          {"the number of GPUs is not what was ordered", "GPU 개수가 주문과 다릅니다"},
          {"power-cycle once and look for Xid 79 in the kernel log; if a GPU stays away, reseat "
           "or replace it and run the whole node again",
           "전원을 한 번 껐다 켜고 커널 로그에서 Xid 79를 확인하십시오. GPU가 계속 보이지 않으면 "
           "재장착 또는 교체 후 노드 전체를 다시 실행하십시오"}),
      fail_row(
          "identity.inventory.sources_disagree", node, return_part, Rma::no,
          {"NVML, CUDA, /proc and PCI do not describe the same GPUs",
           "NVML, CUDA, /proc, PCI가 서로 다른 GPU를 보고합니다"},
          {"look for Xid lines and a GPU that lost its driver; if the sources still differ after "
           "a reboot, do not accept the node's identity",
           "Xid 기록과 드라이버가 분리된 GPU를 확인하십시오. 재부팅 후에도 일치하지 않으면 노드의 "
           "신원을 인정하지 마십시오"}),
      fail_row(
          "identity.inventory.duplicate", node, return_part, Rma::no,
          {"two GPUs have the same serial number or UUID",
           "두 GPU의 일련번호 또는 UUID가 동일합니다"},
          {"do not accept the node: no two parts share an identity; tell the buyer",
           "노드를 인수하지 마십시오. 서로 다른 부품이 같은 식별자를 가질 수 없습니다. 구매자에게 "
           "알리십시오"}),
      fail_row(
          "identity.inventory.wrong_part", gpu, return_part, Rma::yes,
          {"the GPU is not the part that was ordered", "주문한 부품과 다른 GPU입니다"},
          {"return the GPU, or correct the order", "GPU를 반품하거나 주문 내용을 정정하십시오"}),
      fail_row("identity.inventory.memory_small", gpu, return_part, Rma::yes,
               {"the GPU has less memory than was ordered", "GPU 메모리 용량이 주문보다 작습니다"},
               {"check that MIG is off and look for retired memory (Xid 168); otherwise return the "
                "GPU",
                "MIG가 꺼져 있는지, 메모리 축소(Xid 168)가 없는지 확인하고, 해당하지 않으면 GPU를 "
                "반품하십시오"}),
      open_row("identity.inventory.mixed_boards", node, fix_config,
               {"the GPUs of the node are on boards with different PCI subsystem ids",
                "GPU들의 PCI 서브시스템 ID가 서로 다릅니다"},
               {"find out which board was ordered and name it in pci_subsystems of the profile, "
                "then judge again",
                "주문한 보드를 확인하여 프로파일의 pci_subsystems에 기재한 뒤 다시 판정하십시오"}),
      fail_row(
          "identity.freshness.wrong_data", gpu, return_part, Rma::no,
          {"the tiles that were opened are not those of the challenged product",
           "공개된 타일이 챌린지가 지정한 행렬 곱의 결과와 다릅니다"},
          {"do not accept: the work was not done for this challenge on this GPU, or the GPU "
           "multiplies wrongly, which the exact gates tell; run again under a new challenge",
           "인수하지 마십시오. 이 챌린지를 위해 이 GPU에서 수행한 작업이 아니거나 GPU의 연산이 "
           "잘못된 것입니다(정확도 게이트에서 구분됩니다). 새 챌린지로 다시 실행하십시오"}),
      open_row("identity.freshness.not_opened", suite, report_bug,
               {"the evidence for the challenged work is malformed",
                "챌린지 작업의 증거 형식이 올바르지 않습니다"},
               {"run again; if it repeats, report it: no worker of this suite writes such evidence",
                "다시 실행하십시오. 반복되면 신고하십시오. 정상적인 작업자는 이런 증거를 남기지 "
                "않습니다"}),
      open_row("identity.freshness.no_uuid", gpu, measure_again,
               {"the GPU's UUID is not known", "GPU의 UUID를 알 수 없습니다"},
               {"mend what keeps the driver from telling the UUID, and run again",
                "드라이버가 UUID를 알려 주지 못하는 원인을 해결한 뒤 다시 실행하십시오"}),
      fail_row("identity.inventory.manifest_missing", node, return_part, Rma::no,
               {"a GPU of the delivery's manifest is not in this node",
                "납품 목록에 있는 GPU가 이 노드에 없습니다"},
               {"find the GPU that the reason names, put it where the manifest has it, or correct "
                "the manifest",
                "사유에 표시된 GPU를 찾아 목록에 적힌 노드에 장착하거나 목록을 정정하십시오"}),
      fail_row("identity.inventory.manifest_extra", node, return_part, Rma::no,
               {"the GPU is not in the delivery's manifest", "납품 목록에 없는 GPU입니다"},
               {"ask the vendor where it comes from; accept no part that was not delivered",
                "공급자에게 출처를 확인하고, 납품되지 않은 부품은 인수하지 마십시오"}),
      fail_row("identity.inventory.manifest_swapped", config, fix_config, Rma::no,
               {"the manifest has this GPU in another node",
                "납품 목록에는 이 GPU가 다른 노드에 있습니다"},
               {"put it where the manifest has it, or correct the manifest, then run both nodes",
                "목록에 적힌 노드로 옮기거나 목록을 정정한 뒤 두 노드를 다시 실행하십시오"}),
      fail_row("identity.inventory.manifest_duplicate", config, fix_config, Rma::no,
               {"the manifest has this GPU in two nodes",
                "납품 목록에 이 GPU가 두 노드에 중복 기재되어 있습니다"},
               {"correct the manifest: one part was delivered once",
                "목록을 정정하십시오. 한 부품은 한 번만 납품됩니다"}),
      open_row(
          "identity.inventory.manifest_node_unknown", config, fix_config,
          {"the manifest names no node like this one", "납품 목록에 이 노드의 이름이 없습니다"},
          {"give the node its name in the manifest with --node-name, then run again",
           "--node-name으로 목록의 노드 이름을 지정한 뒤 다시 실행하십시오"}),
      fail_row("identity.firmware.differs", config, fix_config, Rma::no,
               {"firmware of one kind has two versions", "같은 종류의 펌웨어 버전이 서로 다릅니다"},
               kFlash),
      fail_row("identity.firmware.wrong", config, fix_config, Rma::no,
               {"firmware is not the version that was ordered", "펌웨어 버전이 주문과 다릅니다"},
               kFlash),
      fail_row("identity.firmware.gsp_off", config, fix_config, Rma::no,
               {"the GPU's own processor (GSP) is off", "GPU 시스템 프로세서(GSP)가 꺼져 있습니다"},
               kRunWholeNode),
      fail_row("identity.firmware.inforom_invalid", gpu, return_part, Rma::yes,
               {"the GPU's InfoROM is corrupt", "GPU의 InfoROM이 손상되었습니다"},
               {"return the GPU with this report", "이 보고서를 첨부하여 GPU를 반품하십시오"}),
      fail_row("config.clocks_set.wrong", config, fix_config, Rma::no,
               {"the maximum clocks are not what was ordered", "최대 클럭이 주문과 다릅니다"},
               kRunWholeNode),
      fail_row("config.compute_mode.wrong", config, fix_config, Rma::no,
               {"the compute mode is not what was ordered", "컴퓨트 모드가 주문과 다릅니다"},
               kRunWholeNode),
      fail_row("config.persistence.wrong", config, fix_config, Rma::no,
               {"persistence mode is not what was ordered", "지속 모드가 주문과 다릅니다"},
               kRunWholeNode),
      fail_row("config.ecc.wrong", config, fix_config, Rma::no,
               {"ECC is not set as ordered", "ECC 설정이 주문과 다릅니다"}, kRunWholeNode),
      fail_row("config.ecc.pending", config, fix_config, Rma::no,
               {"ECC will change at the next reset", "다음 리셋 때 ECC 설정이 변경될 예정입니다"},
               kRunWholeNode),
      fail_row("config.mig.wrong", config, fix_config, Rma::no,
               {"MIG is not set as ordered", "MIG 설정이 주문과 다릅니다"}, kRunWholeNode),
      fail_row("config.mig.pending", config, fix_config, Rma::no,
               {"MIG will change at the next reset", "다음 리셋 때 MIG 설정이 변경될 예정입니다"},
               kRunWholeNode),
      fail_row(
          "config.power_limit.wrong", config, fix_config, Rma::no,
          {"the enforced power limit is not what was ordered",
           "적용 중인 전력 한도가 주문과 다릅니다"},
          {"set the limit with nvidia-smi -pl and check power profiles; if it falls back, look "
           "for a failed power supply; then run the whole node again",
           "nvidia-smi -pl로 한도를 설정하고 전력 프로파일을 확인하십시오. 다시 낮아지면 전원공급"
           "장치 고장을 확인한 뒤 노드 전체를 다시 실행하십시오"}),
      fail_row("config.idle.processes", config, fix_config, Rma::no,
               {"another process uses the GPU", "다른 프로세스가 GPU를 사용 중입니다"},
               kStopOthers),
      fail_row("config.idle.memory", config, fix_config, Rma::no,
               {"memory of the GPU is in use before the run begins",
                "시험 시작 전에 GPU 메모리가 사용 중입니다"},
               kStopOthers),
      fail_row("config.idle.profiler", config, fix_config, Rma::no,
               {"a profiler or monitor holds the GPUs' counters",
                "프로파일러나 모니터가 GPU 카운터를 점유하고 있습니다"},
               kStopOthers),
  };
  return kCodes;
}

}  // namespace ga
