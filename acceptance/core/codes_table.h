// The families of the code table, one file each. Only codes.cpp puts them together.
#pragma once

#include <span>
#include <string_view>

#include "acceptance/core/codes.h"

namespace ga {

struct Bilingual {
  std::string_view en, ko;
};

// What the floor rule says, and what is done about it, of whatever it judges.
inline constexpr Bilingual kBelowFloor{"slower than the floor", "하한값보다 느립니다"};
inline constexpr Bilingual kBelowRatio{"slower than the ratio that the profile sets",
                                       "프로파일이 정한 비율보다 느립니다"};
inline constexpr Bilingual kBelowGross{"far slower than the floor: a gross defect",
                                       "하한값보다 현저히 느립니다(중대 결함)"};
inline constexpr Bilingual kProvisional{"below a floor that is not yet calibrated",
                                        "아직 보정되지 않은 하한값보다 낮습니다"};
inline constexpr Bilingual kAtQuick{"not clearly above the floor at level quick",
                                    "quick 레벨에서 하한값을 확실히 넘지 못했습니다"};
inline constexpr Bilingual kSecondSession{
    "hold the one second session, declared before it runs, on another day; both are counted "
    "together",
    "사전에 선언한 두 번째 측정을 다른 날에 한 번 실시하십시오. 두 결과를 합산하여 판정합니다"};
inline constexpr Bilingual kRejudge{
    "keep the report: it is judged again, without measuring, once a calibrated profile exists",
    "보고서를 보관하십시오. 보정된 프로파일이 나오면 재측정 없이 다시 판정합니다"};
inline constexpr Bilingual kRunStandard{"run level standard", "standard 레벨로 실행하십시오"};
inline constexpr Bilingual kReturnGpu{"return the GPU with this report",
                                      "이 보고서를 첨부하여 GPU를 반품하십시오"};
inline constexpr Bilingual kCompareRatio{
    "measure a second GPU of the same kind: if it reaches the ratio return this one, else correct "
    "the profile",
    "같은 종류의 다른 GPU를 측정하십시오. 비율에 도달하면 이 GPU를 반품하고, 아니면 프로파일을 "
    "정정하십시오"};
inline constexpr Bilingual kUndecided{
    "too close to the floor to decide, with all blocks measured",
    "모든 블록을 측정했으나 하한값에 너무 가까워 판정할 수 없습니다"};
// The same of a limit that may be a ceiling.
inline constexpr Bilingual kUndecidedLimit{
    "too close to the limit to decide, with all blocks measured",
    "모든 블록을 측정했으나 기준값에 너무 가까워 판정할 수 없습니다"};
inline constexpr Bilingual kAbove{"slower than the ceiling allows", "상한값보다 오래 걸립니다"};
inline constexpr Bilingual kAboveGross{"far slower than the ceiling allows: a gross defect",
                                       "상한값보다 현저히 오래 걸립니다(중대 결함)"};
inline constexpr Bilingual kAboveProvisional{"above a ceiling that is not yet calibrated",
                                             "아직 보정되지 않은 상한값보다 오래 걸립니다"};
inline constexpr Bilingual kAboveAtQuick{"not clearly below the ceiling at level quick",
                                         "quick 레벨에서 상한값 이내임을 확실히 보이지 못했습니다"};

// The three kinds of row. A fail says whether the vendor usually takes it as a reason for return.
enum class Rma { no, yes };
constexpr Code fail_row(std::string_view id, Blame blame, Action action, Rma rma, Bilingual message,
                        Bilingual next) {
  return {id,         Verdict::fail, blame,   action, rma == Rma::yes,
          message.en, message.ko,    next.en, next.ko};
}
constexpr Code open_row(std::string_view id, Blame blame, Action action, Bilingual message,
                        Bilingual next) {
  return {id,     Verdict::not_measured, blame, action, false, message.en, message.ko, next.en,
          next.ko};
}
constexpr Code borderline_row(std::string_view id, Bilingual message, Bilingual next) {
  return {id,     Verdict::borderline, Blame::gpu, Action::measure_again,
          false,  message.en,          message.ko, next.en,
          next.ko};
}

std::span<const Code> evidence_codes();       // what keeps a gate from being answered
std::span<const Code> configuration_codes();  // identity, config
std::span<const Code> health_codes();         // memory, clock, events
std::span<const Code> event_counter_codes();  // events: what any counter can come to
std::span<const Code> event_part_codes();     // events of memory, links, ports
std::span<const Code> event_log_codes();      // events in the kernel's log
std::span<const Code> host_codes();           // the machine around the GPUs
std::span<const Code> link_codes();           // NVLink, its fabric, the network
std::span<const Code> speed_codes();          // the floor rule and its explanations
std::span<const Code> compute_codes();        // GEMM of all types, attention: slow or wrong
std::span<const Code> copy_codes();           // copies between GPUs, and with the host's memory
std::span<const Code> sum_codes();            // sums over all GPUs, and the soak
std::span<const Code> memory_codes();         // the walk through memory, its latency
std::span<const Code> exercise_codes();       // units that no product of matrices touches
std::span<const Code> power_codes();          // power, heat, and GPUs beside each other

}  // namespace ga
