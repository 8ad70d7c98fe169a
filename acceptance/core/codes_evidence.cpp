// What keeps a question from being answered. None of these says that a part is bad, and none of
// them is ever a pass.
#include <array>

#include "acceptance/core/codes_table.h"

namespace ga {

std::span<const Code> evidence_codes() {
  static constexpr std::array kCodes{
      open_row("evidence.incomplete", Blame::none, Action::measure_again,
               {"blocks that the gate asks for were not measured",
                "게이트가 요구한 블록이 모두 측정되지 않았습니다"},
               {"resume the run with --resume, or run it again and keep both reports",
                "--resume으로 이어서 실행하거나 다시 실행하고 두 보고서를 모두 보관하십시오"}),
      open_row("evidence.unasked", Blame::suite, Action::report_bug,
               {"the evidence holds blocks that no gate ever asked for",
                "어떤 게이트도 요구하지 않은 블록이 증거에 들어 있습니다"},
               {"do not rely on this report; ask its signer how it came about",
                "이 보고서를 신뢰하지 말고 서명자에게 작성 경위를 확인하십시오"}),
      open_row("run.stopped_before_load", Blame::none, Action::fix_config,
               {"nothing was loaded because configuration or site is wrong",
                "구성 또는 설치 환경이 잘못되어 부하 시험을 시작하지 않았습니다"},
               {"mend the findings that fail, then run the whole node again",
                "불합격 항목을 먼저 조치한 뒤 노드 전체를 다시 실행하십시오"}),
      Code{"order.assumed", Verdict::borderline, Blame::config, Action::fix_config, false,
           "the node differs from a figure that the profile only assumes",
           "프로파일이 가정한 값과 노드가 다릅니다",
           "put the order's own figure, with its source and status, into the profile, then judge "
           "again",
           "주문서의 실제 값을 출처, 상태와 함께 프로파일에 기재한 뒤 다시 판정하십시오"},
      open_row("unit.absent", Blame::node, Action::measure_again,
               {"the GPU that was ordered at this position was not found",
                "주문된 위치에서 GPU를 찾지 못했습니다"},
               {"see identity.inventory; reseat or replace the GPU, then run the whole node again",
                "identity.inventory 결과를 확인하고 GPU를 재장착 또는 교체한 뒤 노드 전체를 다시 "
                "실행하십시오"}),
      open_row("series.absent", Blame::none, Action::measure_again,
               {"the case was not measured", "해당 측정 항목이 측정되지 않았습니다"},
               {"read the worker's log in the output folder, then run the node again",
                "출력 폴더의 워커 로그를 확인한 뒤 노드를 다시 실행하십시오"}),
      open_row("series.malformed", Blame::suite, Action::report_bug,
               {"the series is not what was asked for: unit, block length or number of readings",
                "측정 계열의 단위, 블록 길이 또는 판독 개수가 요청과 다릅니다"},
               {"report this as a bug with the report file attached",
                "보고서 파일을 첨부하여 버그로 신고하십시오"}),
      open_row("series.impossible", Blame::suite, Action::report_bug,
               {"a sample is zero, negative or beyond any machine, so the series is not believed",
                "측정값에 0, 음수 또는 물리적으로 불가능한 값이 있어 이 계열을 신뢰할 수 없습니다"},
               {"report this as a bug with the report file attached; then run the node again",
                "보고서 파일을 첨부하여 버그로 신고한 뒤 노드를 다시 실행하십시오"}),
      open_row("series.discards", Blame::host, Action::measure_again,
               {"more than two blocks had to be discarded, or one for no reason on the list",
                "폐기된 블록이 2개를 넘거나 허용 목록에 없는 사유로 폐기되었습니다"},
               {"stop whatever else uses the machine, check that NVML answers, then run again",
                "다른 작업을 모두 중지하고 NVML 응답을 확인한 뒤 다시 실행하십시오"}),
      open_row(
          "series.memory_temp_unread", Blame::none, Action::measure_again,
          {"the floor depends on how hot the memory is, and a block does not say",
           "하한값이 메모리 온도에 따라 달라지는데 온도를 읽지 못한 블록이 있습니다"},
          {"check that nvidia-smi -q -d TEMPERATURE shows a memory temperature, then run again",
           "nvidia-smi -q -d TEMPERATURE에 메모리 온도가 나오는지 확인한 뒤 다시 "
           "실행하십시오"}),
      open_row(
          "data.not_checked", Blame::suite, Action::measure_again,
          {"the data of the timed blocks were not checked, or not in the way this gate needs",
           "측정에 쓰인 데이터가 검증되지 않았거나 이 게이트가 요구하는 방식이 아닙니다"},
          {"run again; if it stays, report it as a bug: speed without checked data is no result",
           "다시 실행하고, 반복되면 버그로 신고하십시오. 검증되지 않은 속도는 결과가 아닙니다"}),
      open_row(
          "worker.fault", Blame::gpu, Action::measure_again,
          {"the measuring process crashed, hung or reported an error on this GPU",
           "측정 프로세스가 이 GPU에서 비정상 종료, 정지 또는 오류를 보고했습니다"},
          {"read the worker's log and the kernel log for Xid lines, reset the GPU, run again; "
           "a second fault on the same GPU is a reason to return it",
           "워커 로그와 커널 로그의 Xid 항목을 확인하고 GPU를 리셋한 뒤 다시 실행하십시오. 같은 "
           "GPU에서 두 번째 장애가 나면 반품 사유가 됩니다"}),
      open_row("worker.protocol", Blame::suite, Action::report_bug,
               {"the measuring process said something that is not in the protocol",
                "측정 프로세스가 프로토콜에 없는 내용을 출력했습니다"},
               {"report this as a bug with the worker's log attached",
                "워커 로그를 첨부하여 버그로 신고하십시오"}),
      open_row(
          "worker.library_missing", Blame::config, Action::fix_config,
          {"a library that the measurement needs was not found",
           "측정에 필요한 라이브러리를 찾지 못했습니다"},
          {"install the library that the reason names, or name its folder with --libs, then run "
           "again",
           "사유에 표시된 라이브러리를 설치하거나 --libs로 폴더를 지정한 뒤 다시 실행하십시오"}),
      open_row(
          "fact.absent", Blame::config, Action::measure_again,
          {"a fact that this gate needs could not be read",
           "이 게이트에 필요한 정보를 읽을 수 없습니다"},
          {"run as root with /proc and /sys visible (a container may mask them) and the driver "
           "that was ordered, then run again",
           "/proc과 /sys가 보이는 환경(컨테이너에서 가려질 수 있음)에서 root 권한과 주문된 "
           "드라이버로 다시 실행하십시오"}),
      open_row("fact.impossible", Blame::suite, Action::report_bug,
               {"a fact has a value that cannot be, so it is not believed",
                "있을 수 없는 값이 보고되어 신뢰할 수 없습니다"},
               {"compare with nvidia-smi -q; if that is sane, report this as a bug",
                "nvidia-smi -q 결과와 비교하고, 그쪽이 정상이면 버그로 신고하십시오"}),
      fail_row("warmup.wrong_data", Blame::gpu, Action::return_part, Rma::yes,
               {"a product that was computed to warm the GPU up is wrong",
                "예열 중 계산한 행렬 곱의 결과가 틀렸습니다"},
               {"run again with --level standard; wrong data on one GPU of several is a reason to "
                "return it",
                "--level standard로 다시 실행하십시오. 여러 GPU 중 하나에서만 결과가 틀리면 반품 "
                "사유가 됩니다"}),
      open_row("warmup.absent", Blame::none, Action::measure_again,
               {"the GPU was not warmed up for as long as this level demands",
                "이 레벨이 요구하는 시간만큼 GPU를 예열하지 않았습니다"},
               {"run again; cold blocks cannot show what the GPU sustains",
                "다시 실행하십시오. 예열되지 않은 블록으로는 지속 성능을 판정할 수 없습니다"}),
      open_row(
          "limit.no_floor_for_stack", Blame::config, Action::fix_config,
          {"the profile has a floor for this case, but not for this part, driver, VBIOS, library "
           "or power limit",
           "프로파일에 이 항목의 하한값이 있으나 현재 부품, 드라이버, VBIOS, 라이브러리 또는 "
           "전력 한도에는 적용되지 않습니다"},
          {"install the stack that the profile names, or judge the report with a profile for "
           "this stack",
           "프로파일이 명시한 스택을 설치하거나, 현재 스택용 프로파일로 보고서를 다시 "
           "판정하십시오"}),
      open_row("profile.incomplete", Blame::config, Action::fix_config,
               {"the profile requires this gate but does not say what it needs",
                "프로파일이 이 게이트를 요구하지만 필요한 값을 정하지 않았습니다"},
               {"add the key that the reason names to the profile, or take the gate out of "
                "`required`",
                "사유에 표시된 키를 프로파일에 추가하거나 `required`에서 게이트를 빼십시오"}),
  };
  return kCodes;
}

}  // namespace ga
