// What happened while the node was loaded: memory, NVLink, PCIe, network, and the kernel's log.
#include <array>

#include "acceptance/core/codes_table.h"

namespace ga {
namespace {

constexpr Bilingual kResoak{
    "reset the GPU so that it remaps, test its memory, soak it for 72 h; a second event on the "
    "same GPU is a reason to return it",
    "GPU를 리셋하여 재매핑을 적용하고 메모리 시험과 72시간 소크를 수행하십시오. 같은 GPU에서 두 "
    "번째 이벤트가 나면 반품 사유가 됩니다"};
constexpr Bilingual kReadTheLog{
    "let the suite read the kernel log (root, or the group adm or systemd-journal; a larger "
    "log_buf_len if lines were lost), then run again",
    "커널 로그를 읽을 수 있게 하고(root, adm 또는 systemd-journal 그룹, 유실 시 log_buf_len 확대) "
    "다시 "
    "실행하십시오"};
constexpr Bilingual kLinkParts{
    "reseat the GPU, check the baseboard and its switches and read the fabric manager's log; if it "
    "comes again return the part that the message names",
    "GPU를 다시 장착하고 베이스보드와 스위치, Fabric Manager 로그를 확인하십시오. 다시 발생하면 "
    "메시지가 가리키는 부품을 반품하십시오"};
constexpr Bilingual kPciePath{
    "reseat GPU, risers and cables on the way to the CPU, then run the whole node again; if it "
    "comes again return the part",
    "CPU까지의 경로에 있는 GPU, 라이저, 케이블을 다시 장착하고 노드 전체를 다시 실행하십시오. 다시 "
    "발생하면 해당 부품을 반품하십시오"};
constexpr Bilingual kCable{
    "check cable, transceiver and switch port, swap them one by one, then run the whole node again",
    "케이블, 트랜시버, 스위치 포트를 하나씩 교체하며 점검한 뒤 노드 전체를 다시 실행하십시오"};

using Action::fix_site;
using Action::measure_again;
using Action::report_bug;
using Action::reset_and_resoak;
using Action::return_part;
using Blame::config;
using Blame::gpu;
using Blame::host;
using Blame::node;
using Blame::site;
using Blame::suite;

constexpr std::array kCounterCodes{
    open_row("events.counter_absent", config, measure_again,
             {"an event counter could not be read before and after the run",
              "실행 전후의 이벤트 카운터를 읽을 수 없습니다"},
             {"use the driver and kernel that were ordered; if a part was lost during the run see "
              "its other findings; then run again",
              "주문된 드라이버와 커널을 사용하십시오. 실행 중 부품을 잃었다면 다른 항목을 확인한 "
              "뒤 다시 "
              "실행하십시오"}),
    open_row("events.counter_fell", host, measure_again,
             {"an event counter is lower after the run than before",
              "이벤트 카운터가 실행 전보다 낮아졌습니다"},
             {"find out what reset the part or its driver during the run, then run again",
              "실행 중 부품 또는 드라이버가 리셋된 원인을 찾은 뒤 다시 실행하십시오"}),
    open_row(
        "events.watcher_silent", host, measure_again,
        {"the watcher of the GPU fell silent during the load", "부하 중 GPU 감시가 끊겼습니다"},
        {"read the watcher's log and the kernel log: NVML may hang with the GPU; then run again",
         "감시 로그와 커널 로그를 확인하십시오(GPU와 함께 NVML이 멈출 수 있음). 이후 다시 "
         "실행하십시오"}),
    open_row("events.other_boot", host, measure_again,
             {"the readings before and after the run are not of one boot of the machine",
              "실행 전과 후의 값이 같은 부팅의 것이 아닙니다"},
             {"find out why the machine restarted during the run, then run again from the start",
              "실행 중 시스템이 재시작된 원인을 찾은 뒤 처음부터 다시 실행하십시오"}),
    open_row("events.no_limit", config, measure_again,
             {"an event counter grew and the profile has no limit for it",
              "이벤트 카운터가 증가했으나 프로파일에 한도가 없습니다"},
             {"add an [[event_limit]] for the counter to the profile, then judge the report again",
              "프로파일에 해당 카운터의 [[event_limit]]를 추가한 뒤 보고서를 다시 판정하십시오"}),
    borderline_row("events.over_limit",
                   {"an event counter grew faster than a provisional limit allows",
                    "이벤트 카운터 증가가 잠정 한도를 넘었습니다"},
                   {"repeat the run once on another day; the buyer may concede",
                    "다른 날 한 번 더 실행하십시오. 구매자가 인정할 수 있습니다"}),
};

constexpr std::array kPartCodes{
    fail_row("events.ecc.uncorrected", gpu, return_part, Rma::yes,
             {"the memory met a second uncorrectable error",
              "정정 불가능한 메모리 오류가 두 번째로 발생했습니다"},
             kReturnGpu),
    open_row("events.ecc.first_uncorrected", gpu, reset_and_resoak,
             {"the memory met its first uncorrectable error during the run",
              "실행 중 정정 불가능한 메모리 오류가 처음 발생했습니다"},
             kResoak),
    fail_row("events.ecc.sram_uncorrected", gpu, return_part, Rma::yes,
             {"on-chip memory met an uncorrectable error during the run",
              "실행 중 칩 내부 메모리(SRAM)에 정정 불가능한 오류가 발생했습니다"},
             kReturnGpu),
    fail_row("events.ecc.remap_failed", gpu, return_part, Rma::yes,
             {"a memory row could not be remapped during the run",
              "실행 중 메모리 행 재매핑에 실패했습니다"},
             kReturnGpu),
    fail_row("events.ecc.corrected_rate", gpu, return_part, Rma::no,
             {"corrected memory errors came faster than the profile allows",
              "정정된 메모리 오류가 허용 속도를 넘었습니다"},
             kReturnGpu),
    fail_row("events.nvlink.recovery", node, return_part, Rma::yes,
             {"an NVLink had to recover during the run", "실행 중 NVLink 복구가 발생했습니다"},
             kLinkParts),
    fail_row("events.nvlink.uncorrected", node, return_part, Rma::yes,
             {"an NVLink lost data during the run", "실행 중 NVLink에서 데이터가 손실되었습니다"},
             kLinkParts),
    fail_row("events.nvlink.link_lost", node, return_part, Rma::yes,
             {"fewer NVLinks are active at a later reading than at an earlier one",
              "이후 판독에서 활성 NVLink 수가 줄었습니다"},
             kLinkParts),
    fail_row("events.nvlink.crc_rate", node, return_part, Rma::yes,
             {"NVLink transmission errors came faster than the profile allows",
              "NVLink 전송 오류가 허용 속도를 넘었습니다"},
             kLinkParts),
    fail_row("events.nvlink.ber", node, return_part, Rma::yes,
             {"the effective bit error rate of an NVLink is above the profile's limit",
              "NVLink 유효 비트 오류율이 한도를 넘었습니다"},
             kLinkParts),
    open_row("events.nvlink.ber_before", node, measure_again,
             {"an NVLink's bit error rate is too high and comes from before the run",
              "NVLink 비트 오류율이 높으나 실행 전의 값입니다"},
             {"reset the GPUs so that the links train anew, then run the whole node again",
              "GPU를 리셋하여 링크를 다시 학습시킨 뒤 노드 전체를 다시 실행하십시오"}),
    fail_row("events.pcie.fatal", node, return_part, Rma::yes,
             {"the PCIe path of the GPU met a fatal error",
              "GPU의 PCIe 경로에 치명적 오류가 발생했습니다"},
             kPciePath),
    fail_row(
        "events.pcie.rate", node, return_part, Rma::yes,
        {"PCIe errors came faster than the profile allows", "PCIe 오류가 허용 속도를 넘었습니다"},
        kPciePath),
    fail_row("events.nic.link_down", site, fix_site, Rma::no,
             {"a network link went down during the run", "실행 중 네트워크 링크가 끊겼습니다"},
             kCable),
    fail_row("events.nic.rate", site, fix_site, Rma::no,
             {"a network port met errors faster than the profile allows",
              "네트워크 포트 오류가 허용 속도를 넘었습니다"},
             kCable),
    open_row("events.nic.saturated", host, measure_again,
             {"an error counter of a network port stands at its end and counts no more",
              "네트워크 포트 오류 카운터가 최대값에 도달해 더 이상 증가하지 않습니다"},
             {"clear the port's counters (perfquery -R), then run again",
              "포트 카운터를 초기화(perfquery -R)한 뒤 다시 실행하십시오"}),
    open_row(
        "events.nic.no_port", config, measure_again,
        {"a network port is not listed, or got another name",
         "네트워크 포트가 목록에 없거나 이름이 바뀌었습니다"},
        {"load the adapter's driver, check that the adapter is seated and keeps its name over a "
         "restart, then run again",
         "어댑터 드라이버와 장착 상태, 재시작 후에도 이름이 유지되는지 확인한 뒤 다시 "
         "실행하십시오"}),
};

constexpr std::array kLogCodes{
    fail_row("events.xid.fault", gpu, return_part, Rma::yes,
             {"the driver reported a fault that no reset mends",
              "리셋으로 해결되지 않는 결함을 드라이버가 보고했습니다"},
             kReturnGpu),
    fail_row("events.xid.again", gpu, return_part, Rma::yes,
             {"the driver reported the same fault a second time",
              "드라이버가 같은 결함을 두 번째로 보고했습니다"},
             kReturnGpu),
    open_row("events.xid.reset", gpu, reset_and_resoak,
             {"the driver reported a fault that asks for a reset",
              "리셋이 필요한 결함을 드라이버가 보고했습니다"},
             kResoak),
    open_row("events.xid.restart", gpu, measure_again,
             {"the driver reported a fault that asks for a reset or a reboot",
              "리셋 또는 재부팅이 필요한 결함을 드라이버가 보고했습니다"},
             {"reset the GPU or reboot, as the message says, then run the whole node again; return "
              "the GPU if it comes back",
              "메시지에 따라 GPU를 리셋하거나 재부팅한 뒤 노드 전체를 다시 실행하고, 다시 발생하면 "
              "GPU를 반품하십시오"}),
    fail_row("events.xid.fabric", node, return_part, Rma::yes,
             {"the NVLink fabric reported a fault", "NVLink 패브릭이 결함을 보고했습니다"},
             kLinkParts),
    open_row("events.xid.unknown", node, measure_again,
             {"the driver reported an error that the table does not know",
              "표에 없는 오류를 드라이버가 보고했습니다"},
             {"look the number up in NVIDIA's catalogue, settle the cause, then run again",
              "NVIDIA 목록에서 번호를 확인하고 원인을 해결한 뒤 다시 실행하십시오"}),
    open_row("events.xid.investigate", node, measure_again,
             {"the driver reported an error whose cause its number does not tell",
              "번호만으로 원인을 알 수 없는 오류를 드라이버가 보고했습니다"},
             {"find the cause in the kernel log around the message, mend it, then run again",
              "메시지 앞뒤의 커널 로그에서 원인을 찾아 조치한 뒤 다시 실행하십시오"}),
    open_row(
        "events.xid.program", suite, report_bug,
        {"the driver reported an error of the program that ran",
         "드라이버가 실행한 프로그램의 오류를 보고했습니다"},
        {"report it with this report; if it stays with one GPU in three runs, return that GPU",
         "이 보고서와 함께 신고하십시오. 세 번 실행해도 한 GPU에서만 나면 그 GPU를 반품하십시오"}),
    open_row("events.xid.earlier", node, measure_again,
             {"the driver reported a fault earlier in this boot",
              "이번 부팅에서 실행 전에 드라이버가 결함을 보고했습니다"},
             {"settle what the message says, reboot so that the log starts anew, then run again",
              "메시지의 원인을 해결하고 재부팅하여 로그를 새로 시작한 뒤 다시 실행하십시오"}),
    open_row("events.xid.log_unreadable", host, measure_again,
             {"the kernel log could not be read before and after the run",
              "실행 전후의 커널 로그를 읽을 수 없습니다"},
             kReadTheLog),
    open_row("events.xid.log_lost", host, measure_again,
             {"lines of the kernel log were lost during the run",
              "실행 중 커널 로그의 일부가 유실되었습니다"},
             kReadTheLog),
    open_row("events.xid.log_silent", host, measure_again,
             {"the follower of the kernel log fell silent during the load",
              "부하 중 커널 로그 감시가 끊겼습니다"},
             kReadTheLog),
};

}  // namespace

std::span<const Code> event_counter_codes() { return kCounterCodes; }
std::span<const Code> event_part_codes() { return kPartCodes; }
std::span<const Code> event_log_codes() { return kLogCodes; }

}  // namespace ga
