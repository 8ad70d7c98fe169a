// May programs use the GPU in the way that was ordered?
//
// An exclusive or prohibited GPU refuses the second program or every one.
// Evidence: the compute mode, from NVML. Limit: ordered.compute_mode; where the order leaves it
// open any known mode passes. False pass: none known. False fail: none known.
#include <utility>

#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "config.compute_mode";

Finding judge_gpu(const Order& order, const GpuFacts& gpu) {
  if (auto no = fact_absent(kId, gpu.unit_id, "compute_mode", gpu.compute_mode)) {
    return std::move(*no);
  }
  if (gpu.compute_mode.value->empty()) {
    return found(kId, gpu.unit_id, "fact.impossible", "compute_mode is empty");
  }
  const std::string& wanted = order.profile.ordered.compute_mode;
  const std::string text = "compute mode " + *gpu.compute_mode;
  if (wanted.empty() || *gpu.compute_mode == wanted) return passed(kId, gpu.unit_id, text);
  return found(kId, gpu.unit_id, "config.compute_mode.wrong", text + ", ordered " + wanted);
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_each(kId, order, evidence,
                    [&](const GpuFacts& gpu) { return judge_gpu(order, gpu); });
}

}  // namespace

const Gate kConfigComputeMode{kId, "May programs use the GPU in the way that was ordered?",
                              "GPU 컴퓨트 모드가 주문과 같습니까?", next_nothing, judge};

}  // namespace ga
