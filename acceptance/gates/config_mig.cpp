// Is MIG switched as ordered, now and after the next reset?
//
// A GPU that is cut up shows a part of its memory and its multiprocessors, and hides counters.
// Evidence: the current and the pending state, from NVML.
// Limit: ordered.mig; where the order leaves it open any state passes, if it is known.
// False pass: a state that NVML reports wrongly. False fail: none known; a part or driver that
// knows no MIG and reports no state: not_measured.
#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "config.mig";

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_each(kId, order, evidence, [&](const GpuFacts& gpu) {
    const std::optional<bool> wanted = order.profile.ordered.mig;
    Finding judged =
        judge_switch({kId, "mig", wanted, gpu.mig_current, gpu.mig_pending}, gpu.unit_id);
    if (wanted.value_or(false)) return judged;  // a part that knows no MIG has it off
    return unless_part_lacks("mig_current", std::move(judged), order, evidence.facts, gpu);
  });
}

}  // namespace

const Gate kConfigMig{kId, "Is MIG switched as ordered, now and after the next reset?",
                      "MIG 설정이 현재와 다음 리셋 이후 모두 주문과 같습니까?", next_nothing,
                      judge};

}  // namespace ga
