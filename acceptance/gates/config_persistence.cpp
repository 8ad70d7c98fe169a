// Does the driver stay loaded between programs, as ordered?
//
// Without persistence the driver leaves the GPU when the last program ends: settings are lost, and
// the first program after it waits.
// Evidence: persistence mode, from NVML. Limit: ordered.persistence; where the order leaves it open
// any known state passes. False pass: none known. False fail: none known.
#include <utility>

#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "config.persistence";

Finding judge_gpu(const Order& order, const GpuFacts& gpu) {
  if (auto no = fact_absent(kId, gpu.unit_id, "persistence", gpu.persistence)) {
    return std::move(*no);
  }
  const std::string text = *gpu.persistence ? "persistence is on" : "persistence is off";
  const auto& wanted = order.profile.ordered.persistence;
  if (!wanted || *gpu.persistence == *wanted) return passed(kId, gpu.unit_id, text);
  return found(kId, gpu.unit_id, "config.persistence.wrong", text);
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_each(kId, order, evidence,
                    [&](const GpuFacts& gpu) { return judge_gpu(order, gpu); });
}

}  // namespace

const Gate kConfigPersistence{kId, "Does the driver stay loaded between programs, as ordered?",
                              "드라이버 지속 모드(persistence)가 주문과 같습니까?", next_nothing,
                              judge};

}  // namespace ga
