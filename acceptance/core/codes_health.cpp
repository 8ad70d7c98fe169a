// Health as the GPU itself reports it: memory, clocks, and what held the clocks down.
#include <array>

#include "acceptance/core/codes_table.h"

namespace ga {
namespace {

constexpr Bilingual kResoak{
    "reset the GPU so that it remaps, test its memory, soak it for 72 h; a second event on the "
    "same "
    "GPU is a reason to return it",
    "GPU를 리셋하여 재매핑을 적용하고 메모리 시험과 72시간 소크를 수행하십시오. 같은 GPU에서 두 "
    "번째 "
    "이벤트가 나면 반품 사유가 됩니다"};
constexpr Bilingual kCoolGpu{
    "check heat sink, airflow and fans at this slot; if they are sound, return the GPU",
    "이 슬롯의 방열판, 공기 흐름, 팬을 점검하고 이상이 없으면 GPU를 반품하십시오"};
constexpr Bilingual kCoolSite{
    "most GPUs are hot at once: mend inlet temperature, airflow or coolant, then run again",
    "대부분의 GPU가 동시에 과열됩니다. 흡기 온도, 공기 흐름, 냉각수를 조치한 뒤 다시 실행하십시오"};

constexpr Bilingual kFeeds{
    "check power supplies, their redundancy and the feeds; then run the whole node again",
    "전원공급장치와 이중화 상태, 급전 회로를 점검한 뒤 노드 전체를 다시 실행하십시오"};

}  // namespace

std::span<const Code> health_codes() {
  using Action::fix_config;
  using Action::fix_site;
  using Action::measure_again;
  using Action::reset_and_resoak;
  using Action::return_part;
  using Blame::config;
  using Blame::gpu;
  using Blame::host;
  using Blame::node;
  using Blame::site;
  static constexpr std::array kCodes{
      fail_row("memory.remap.failed", gpu, return_part, Rma::yes,
               {"a memory row could not be remapped", "메모리 행 재매핑에 실패했습니다"},
               kReturnGpu),
      fail_row("memory.remap.exhausted", gpu, return_part, Rma::yes,
               {"spare memory rows are used up or nearly so",
                "예비 메모리 행이 소진되었거나 거의 소진되었습니다"},
               kReturnGpu),
      open_row("memory.remap.pending", gpu, reset_and_resoak,
               {"a memory row waits to be remapped", "재매핑을 기다리는 메모리 행이 있습니다"},
               kResoak),
      fail_row("memory.remap.unrepairable", gpu, return_part, Rma::yes,
               {"the GPU has memory that it cannot repair", "복구할 수 없는 메모리가 있습니다"},
               kReturnGpu),
      open_row("memory.remap.repair_pending", gpu, reset_and_resoak,
               {"a repair of a memory channel or a core waits for a reset",
                "메모리 채널 또는 연산 코어 복구가 리셋을 기다리고 있습니다"},
               kResoak),
      open_row("memory.remap.recovery_asked", gpu, measure_again,
               {"the GPU asks for a recovery action", "GPU가 복구 조치를 요구하고 있습니다"},
               {"do what the reason names (reset, reboot or drain), then run the whole node again",
                "사유에 표시된 조치(리셋, 재부팅, 드레인)를 수행한 뒤 노드 전체를 다시 "
                "실행하십시오"}),
      fail_row("memory.ecc.uncorrected", gpu, return_part, Rma::yes,
               {"the memory has had more than one uncorrectable error",
                "정정 불가능한 메모리 오류가 두 번 이상 발생했습니다"},
               kReturnGpu),
      open_row("memory.ecc.first_uncorrected", gpu, reset_and_resoak,
               {"the memory has had its first uncorrectable error",
                "정정 불가능한 메모리 오류가 처음 발생했습니다"},
               kResoak),
      fail_row("memory.ecc.sram_uncorrected", gpu, return_part, Rma::yes,
               {"on-chip memory has had an uncorrectable error",
                "칩 내부 메모리(SRAM)에 정정 불가능한 오류가 발생했습니다"},
               kReturnGpu),
      fail_row("memory.ecc.sram_threshold", gpu, return_part, Rma::yes,
               {"the GPU says that its on-chip memory has too many errors",
                "GPU가 SRAM 오류 임계 초과를 보고했습니다"},
               kReturnGpu),
      open_row("memory.ecc.off", config, fix_config,
               {"ECC is off, so its counters say nothing",
                "ECC가 꺼져 있어 오류 카운터가 의미가 없습니다"},
               {"switch ECC on, reboot, then run the whole node again",
                "ECC를 켜고 재부팅한 뒤 노드 전체를 다시 실행하십시오"}),
      open_row("memory.ecc.counter_fell", host, measure_again,
               {"an error counter is lower after the run than before",
                "오류 카운터가 실행 전보다 낮아졌습니다"},
               {"find out what reset the GPU or the driver during the run, then run again",
                "실행 중 GPU 또는 드라이버가 리셋된 원인을 찾은 뒤 다시 실행하십시오"}),
      fail_row(
          "clock.light.locked", config, fix_config, Rma::no,
          {"the clock stays below its maximum under a light load",
           "가벼운 부하에서도 클럭이 최대값에 도달하지 않습니다"},
          {"remove clock locks (nvidia-smi -rgc, -rac) and check power profiles and the boost "
           "slider, then run the whole node again",
           "클럭 고정을 해제하고(nvidia-smi -rgc, -rac) 전력 프로파일과 부스트 설정을 확인한 뒤 "
           "노드 전체를 다시 실행하십시오"}),
      open_row("clock.light.throttled", site, measure_again,
               {"heat or a power brake held the clock down, so a lock cannot be told",
                "열 또는 전력 제동으로 클럭이 낮아져 클럭 고정 여부를 판정할 수 없습니다"},
               {"see events.throttle; mend cooling or power, then run again",
                "events.throttle 결과를 확인하고 냉각 또는 전원을 조치한 뒤 다시 실행하십시오"}),
      fail_row(
          "clock.light.wrong_data", gpu, return_part, Rma::yes,
          {"the light kernel gave a wrong answer", "가벼운 부하 커널의 계산 결과가 틀렸습니다"},
          kReturnGpu),
      fail_row("events.throttle.hw_thermal", gpu, return_part, Rma::yes,
               {"the hardware slowed the GPU down because it was too hot",
                "과열로 하드웨어가 GPU 속도를 낮추었습니다"},
               kCoolGpu),
      fail_row("events.throttle.hw_thermal_site", site, fix_site, Rma::no,
               {"the hardware slowed most GPUs down because they were too hot",
                "과열로 하드웨어가 대부분의 GPU 속도를 낮추었습니다"},
               kCoolSite),
      fail_row("events.throttle.power_brake", node, return_part, Rma::no,
               {"the power brake slowed the GPU down", "전력 제동(power brake)이 작동했습니다"},
               kFeeds),
      fail_row("events.throttle.power_brake_site", site, fix_site, Rma::no,
               {"the power brake slowed most GPUs down",
                "대부분의 GPU에서 전력 제동(power brake)이 작동했습니다"},
               kFeeds),
      fail_row("events.throttle.sw_thermal", gpu, return_part, Rma::no,
               {"the driver slowed the GPU down for heat longer than the profile allows",
                "열로 인해 드라이버가 GPU 속도를 낮춘 시간이 허용치를 넘었습니다"},
               kCoolGpu),
      fail_row("events.throttle.sw_thermal_site", site, fix_site, Rma::no,
               {"the driver slowed most GPUs down for heat longer than the profile allows",
                "열로 인해 드라이버가 대부분의 GPU 속도를 낮춘 시간이 허용치를 넘었습니다"},
               kCoolSite),
      open_row("events.throttle.counter_absent", config, measure_again,
               {"a throttle time counter could not be read before and after the run",
                "실행 전후의 스로틀 시간 카운터를 읽을 수 없습니다"},
               {"use the driver that was ordered; if a GPU was lost during the run see its other "
                "findings; then run again",
                "주문된 드라이버를 사용하십시오. 실행 중 GPU를 잃었다면 다른 항목을 확인한 뒤 다시 "
                "실행하십시오"}),
      open_row("events.throttle.counter_fell", host, measure_again,
               {"a throttle time counter is lower after the run than before",
                "스로틀 시간 카운터가 실행 전보다 낮아졌습니다"},
               {"find out what reset the GPU or the driver during the run, then run again",
                "실행 중 GPU 또는 드라이버가 리셋된 원인을 찾은 뒤 다시 실행하십시오"}),
      open_row(
          "events.throttle.watcher_silent", host, measure_again,
          {"the watcher of the GPU fell silent during the load", "부하 중 GPU 감시가 끊겼습니다"},
          {"read the watcher's log and the kernel log: NVML may hang with the GPU; then run again",
           "감시 로그와 커널 로그를 확인하십시오(GPU와 함께 NVML이 멈출 수 있음). 이후 다시 "
           "실행하십시오"}),
  };
  return kCodes;
}

}  // namespace ga
