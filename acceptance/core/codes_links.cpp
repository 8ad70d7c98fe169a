// Links: NVLink, its fabric, and the network.
#include <array>

#include "acceptance/core/codes_table.h"

namespace ga {
namespace {

constexpr Bilingual kFabricManager{
    "see that Fabric Manager (on NVLink 5 also NVLSM) runs and matches the driver, reboot, then "
    "run "
    "the whole node again",
    "Fabric Manager(NVLink 5에서는 NVLSM 포함)가 실행 중이고 드라이버와 버전이 맞는지 확인한 뒤 "
    "재부팅하고 노드 전체를 다시 실행하십시오"};
constexpr Bilingual kReturnBoard{
    "power-cycle once; if it stays, return the GPU or its base board with this report",
    "전원을 한 번 껐다 켜십시오. 증상이 계속되면 이 보고서를 첨부하여 GPU 또는 베이스보드를 "
    "반품하십시오"};
constexpr Bilingual kCable{
    "check cable, transceiver, switch port and subnet manager of the ports named, then run again",
    "표시된 포트의 케이블, 트랜시버, 스위치 포트, 서브넷 매니저를 점검한 뒤 다시 실행하십시오"};

}  // namespace

std::span<const Code> link_codes() {
  using Action::fix_config;
  using Action::fix_site;
  using Action::return_part;
  using Blame::config;
  using Blame::node;
  using Blame::site;
  static constexpr std::array kCodes{
      fail_row("config.fabric.not_completed", config, fix_config, Rma::no,
               {"the NVLink fabric is not set up", "NVLink 패브릭 구성이 완료되지 않았습니다"},
               kFabricManager),
      fail_row("config.fabric.misconfigured", config, fix_config, Rma::no,
               {"the NVLink fabric reports a wrong configuration",
                "NVLink 패브릭이 잘못된 구성을 보고합니다"},
               kFabricManager),
      fail_row("config.fabric.differs", config, fix_config, Rma::no,
               {"GPUs of one node are in different fabrics",
                "한 노드의 GPU들이 서로 다른 패브릭에 속해 있습니다"},
               kFabricManager),
      fail_row("config.fabric.unhealthy", node, return_part, Rma::yes,
               {"the GPU says that its NVLink fabric is not healthy",
                "GPU가 NVLink 패브릭 이상을 보고했습니다"},
               kReturnBoard),
      fail_row(
          "nvlink.links.missing", node, return_part, Rma::yes,
          {"the GPU has fewer NVLinks than were ordered", "GPU의 NVLink 수가 주문보다 적습니다"},
          kReturnBoard),
      fail_row("nvlink.links.none_up", config, fix_config, Rma::no,
               {"no NVLink of the GPU is up", "GPU의 NVLink가 하나도 연결되어 있지 않습니다"},
               kFabricManager),
      fail_row("nvlink.links.down", node, return_part, Rma::yes,
               {"an NVLink of the GPU is not up", "GPU의 일부 NVLink가 연결되어 있지 않습니다"},
               kReturnBoard),
      fail_row("nvlink.links.slow", node, return_part, Rma::yes,
               {"an NVLink is of an older version or slower than ordered",
                "NVLink의 버전 또는 속도가 주문보다 낮습니다"},
               kReturnBoard),
      fail_row("nvlink.links.lost_under_traffic", node, return_part, Rma::yes,
               {"an NVLink of the GPU was not active while data moved",
                "데이터 전송 중 GPU의 일부 NVLink가 활성 상태가 아니었습니다"},
               kReturnBoard),
      open_row("nvlink.links.unread_under_traffic", Blame::config, Action::measure_again,
               {"the active links could not be read while data moved",
                "데이터 전송 중 활성 NVLink 수를 읽지 못했습니다"},
               {"check that NVML answers under load (driver, permissions), then run again",
                "부하 중 NVML이 응답하는지(드라이버, 권한) 확인한 뒤 다시 실행하십시오"}),
      fail_row(
          "nic.links.missing", node, return_part, Rma::no,
          {"the node has fewer network ports than were ordered",
           "네트워크 포트 수가 주문보다 적습니다"},
          {"reseat the adapters and check that their driver is loaded; replace what stays away",
           "어댑터를 재장착하고 드라이버 적재 여부를 확인하십시오. 계속 보이지 않으면 "
           "교체하십시오"}),
      fail_row("nic.links.down", site, fix_site, Rma::no,
               {"a network port is not up", "네트워크 포트가 연결되어 있지 않습니다"}, kCable),
      fail_row("nic.links.slow", site, fix_site, Rma::no,
               {"a network port runs below the rate that was ordered",
                "네트워크 포트 속도가 주문보다 낮습니다"},
               kCable),
      fail_row("nic.links.narrow", node, return_part, Rma::yes,
               {"a network adapter's PCIe link has lost lanes",
                "네트워크 어댑터의 PCIe 폭이 줄었습니다"},
               {"reseat the adapter; if it stays narrow, replace it",
                "어댑터를 재장착하고, 폭이 계속 줄어 있으면 교체하십시오"}),
  };
  return kCodes;
}

}  // namespace ga
