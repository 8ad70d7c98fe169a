// Is ECC switched as ordered, now and after the next reset?
//
// Without ECC, memory errors reach the results unseen, and the error counters stay at zero.
// Evidence: the current and the pending state, from NVML.
// Limit: ordered.ecc; where the order leaves it open any state passes, if it is known.
// False pass: a state that NVML reports wrongly. False fail: none known; a driver that reports no
// ECC state: not_measured.
#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "config.ecc";

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_each(kId, order, evidence, [&](const GpuFacts& gpu) {
    const std::optional<bool> wanted = order.profile.ordered.ecc;
    Finding judged =
        judge_switch({kId, "ecc", wanted, gpu.ecc_current, gpu.ecc_pending}, gpu.unit_id);
    if (wanted) return judged;
    return unless_part_lacks("ecc_current", std::move(judged), order, evidence.facts, gpu);
  });
}

}  // namespace

const Gate kConfigEcc{kId, "Is ECC switched as ordered, now and after the next reset?",
                      "ECC 설정이 현재와 다음 리셋 이후 모두 주문과 같습니까?", next_nothing,
                      judge};

}  // namespace ga
