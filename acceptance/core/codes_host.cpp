// The machine around the GPUs: host, PCIe switches, drives, power and cooling.
#include <array>

#include "acceptance/core/codes_table.h"

namespace ga {
namespace {

constexpr Bilingual kFirmwareSetting{
    "correct it in the host's firmware setup, reboot, then run the whole node again",
    "호스트 펌웨어(BIOS) 설정을 바로잡고 재부팅한 뒤 노드 전체를 다시 실행하십시오"};
constexpr Bilingual kReplaceDrive{"replace the drive", "드라이브를 교체하십시오"};
constexpr Bilingual kReplacePart{"reseat the part; if it stays, replace it",
                                 "부품을 재장착하고, 증상이 계속되면 교체하십시오"};
constexpr Bilingual kMendFeeds{
    "check supplies and feeds, then run the whole node again",
    "전원공급장치와 급전 회로를 점검한 뒤 노드 전체를 다시 실행하십시오"};

}  // namespace

std::span<const Code> host_codes() {
  using Action::fix_config;
  using Action::fix_site;
  using Action::measure_again;
  using Action::return_part;
  using Blame::config;
  using Blame::host;
  using Blame::node;
  using Blame::site;
  static constexpr std::array kCodes{
      fail_row("config.numa.wrong", config, fix_config, Rma::no,
               {"the host has another number of NUMA nodes than ordered",
                "NUMA 노드 수가 주문과 다릅니다"},
               kFirmwareSetting),
      fail_row("config.numa.uneven", config, fix_config, Rma::no,
               {"the GPUs are not spread evenly over the NUMA nodes",
                "GPU가 NUMA 노드에 고르게 배치되어 있지 않습니다"},
               kFirmwareSetting),
      fail_row("config.pcie.slow", node, return_part, Rma::no,
               {"a PCIe link cannot run at the generation that was ordered",
                "PCIe 링크가 주문한 세대로 동작할 수 없습니다"},
               {"look for a limit in the firmware setup, a riser or a slot of an older generation; "
                "correct or replace it, then run the whole node again",
                "펌웨어 설정의 세대 제한, 라이저, 슬롯을 확인하여 바로잡거나 교체한 뒤 노드 "
                "전체를 다시 실행하십시오"}),
      fail_row("config.pcie.narrow", node, return_part, Rma::yes,
               {"a PCIe link to a GPU has fewer lanes than were ordered",
                "GPU로 가는 PCIe 링크의 폭이 주문보다 좁습니다"},
               kReplacePart),
      open_row("config.pcie.unread", host, measure_again,
               {"the PCIe links were not read while data were copied",
                "데이터 복사 중 PCIe 링크 상태를 읽지 못했습니다"},
               {"check that /sys/bus/pci shows the GPU's whole path (not in every container), then "
                "run again",
                "/sys/bus/pci에서 GPU의 전체 경로가 보이는지 확인한 뒤 다시 실행하십시오"}),
      fail_row("config.acs.wrong", config, fix_config, Rma::no,
               {"PCIe switches do not treat peer traffic as ordered",
                "PCIe 스위치의 ACS 설정이 주문과 다릅니다"},
               kFirmwareSetting),
      fail_row(
          "host.memory.small", host, return_part, Rma::no,
          {"the host has less memory than was ordered", "호스트 메모리 용량이 주문보다 작습니다"},
          {"look for a module that is not seen, reseat or replace it, then run again",
           "인식되지 않는 메모리 모듈을 재장착 또는 교체한 뒤 다시 실행하십시오"}),
      fail_row(
          "host.memory.uncorrected", host, return_part, Rma::yes,
          {"the host's memory has had an uncorrectable error",
           "호스트 메모리에 정정 불가능한 오류가 발생했습니다"},
          {"find the module by EDAC or the event log, replace it, then run the whole node again",
           "EDAC 또는 이벤트 로그에서 모듈을 찾아 교체한 뒤 노드 전체를 다시 실행하십시오"}),
      fail_row(
          "host.cpu.count", host, return_part, Rma::no,
          {"the host has other processors than were ordered", "호스트 CPU 수가 주문과 다릅니다"},
          {"check sockets and firmware setup (cores, SMT); replace what is missing",
           "소켓과 펌웨어 설정(코어 수, SMT)을 확인하고 누락된 부품을 교체하십시오"}),
      fail_row("host.cpu.offline", config, fix_config, Rma::no,
               {"CPUs of the host are offline", "오프라인 상태인 CPU가 있습니다"},
               {"bring them online or find out why the kernel took them off, then run again",
                "CPU를 온라인으로 전환하거나 커널이 제외한 원인을 찾은 뒤 다시 실행하십시오"}),
      fail_row(
          "host.cpu.governor", config, fix_config, Rma::no,
          {"the frequency governor is not what was ordered", "CPU 주파수 거버너가 주문과 다릅니다"},
          {"set it (cpupower frequency-set -g), then run the whole node again",
           "설정(cpupower frequency-set -g)을 바로잡은 뒤 노드 전체를 다시 실행하십시오"}),
      fail_row(
          "host.cpu.machine_check", host, return_part, Rma::yes,
          {"the kernel has seen a machine check that could not be mended",
           "복구할 수 없는 머신 체크가 발생했습니다"},
          {"find the part by the kernel log or the event log, reboot, and replace what errs again",
           "커널 로그 또는 이벤트 로그에서 부품을 찾고, 재부팅 후 다시 발생하면 교체하십시오"}),
      fail_row(
          "host.nvme.missing", node, return_part, Rma::no,
          {"the node has fewer drives than were ordered", "NVMe 드라이브 수가 주문보다 적습니다"},
          kReplacePart),
      fail_row("host.nvme.not_live", node, return_part, Rma::yes,
               {"a drive does not work", "동작하지 않는 NVMe 드라이브가 있습니다"}, kReplaceDrive),
      fail_row("host.nvme.failing", node, return_part, Rma::yes,
               {"a drive reports that it fails", "NVMe 드라이브가 고장을 보고했습니다"},
               kReplaceDrive),
      fail_row("host.nvme.worn", node, return_part, Rma::no,
               {"a drive is more worn than new goods may be",
                "NVMe 드라이브의 마모가 신품 기준을 넘었습니다"},
               kReplaceDrive),
      fail_row("host.nvme.narrow", node, return_part, Rma::yes,
               {"a drive's PCIe link has lost lanes", "NVMe 드라이브의 PCIe 폭이 줄었습니다"},
               kReplacePart),
      fail_row("site.power.missing", node, return_part, Rma::no,
               {"the node has fewer power supplies than were ordered",
                "전원공급장치 수가 주문보다 적습니다"},
               kReplacePart),
      fail_row("site.power.psu_failed", node, return_part, Rma::yes,
               {"a power supply does not work", "동작하지 않는 전원공급장치가 있습니다"},
               kReplacePart),
      fail_row("site.power.no_input", site, fix_site, Rma::no,
               {"a power supply gets no power", "전원공급장치에 입력 전원이 없습니다"}, kMendFeeds),
      fail_row("site.power.redundancy", site, fix_site, Rma::no,
               {"the power supplies are not redundant", "전원 이중화가 확보되지 않았습니다"},
               kMendFeeds),
      fail_row(
          "site.cooling.inlet", site, fix_site, Rma::no,
          {"the inlet temperature is outside the band", "흡기 온도가 허용 범위를 벗어났습니다"},
          {"mend air or coolant supply, then run the whole node again",
           "공기 또는 냉각수 공급을 조치한 뒤 노드 전체를 다시 실행하십시오"}),
      fail_row("site.cooling.missing", node, return_part, Rma::no,
               {"the node has fewer fans or leak detectors than were ordered",
                "팬 또는 누수 감지기 수가 주문보다 적습니다"},
               kReplacePart),
      fail_row("site.cooling.fan_failed", node, return_part, Rma::yes,
               {"a fan does not work", "동작하지 않는 팬이 있습니다"}, kReplacePart),
      fail_row("site.cooling.redundancy", node, return_part, Rma::no,
               {"the fans are not redundant", "팬 이중화가 확보되지 않았습니다"}, kReplacePart),
      fail_row("site.cooling.leak", site, fix_site, Rma::no,
               {"a leak is detected", "누수가 감지되었습니다"},
               {"switch the node off and find the leak before anything else",
                "다른 작업에 앞서 노드의 전원을 끄고 누수 지점을 찾으십시오"}),
  };
  return kCodes;
}

}  // namespace ga
