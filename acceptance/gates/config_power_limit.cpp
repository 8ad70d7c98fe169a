// Is the power limit that the GPU enforces the one that was ordered?
//
// A lower limit is the most common silent cause of a slow GPU. The enforced limit is read, not the
// requested one: a failed power supply or a power profile lowers it without being asked.
// Evidence: enforced and default limit, from NVML.
// Limit: ordered.power_limit_mw, to the milliwatt; 0 means the part's own default.
// False pass: a limit outside NVML, such as a chassis cap; the power brake shows it in
// events.throttle. False fail: a limit that was ordered differently from what the profile says.
#include <utility>

#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "config.power_limit";
constexpr std::int64_t kMostMw = 10'000'000;  // no GPU draws 10 kW

Finding judge_gpu(const Order& order, const GpuFacts& gpu) {
  const KnownInt& enforced = gpu.power_limit_enforced_mw;
  if (auto unfit = fact_unfit(kId, gpu.unit_id, "power_limit_enforced_mw", enforced, 1, kMostMw)) {
    return std::move(*unfit);
  }
  std::int64_t wanted = order.profile.ordered.power_limit_mw;
  if (wanted == 0) {
    const KnownInt& normal = gpu.power_limit_default_mw;
    if (auto unfit = fact_unfit(kId, gpu.unit_id, "power_limit_default_mw", normal, 1, kMostMw)) {
      return std::move(*unfit);
    }
    wanted = *normal;
  }
  const std::string text =
      fmt::format("enforced {} mW, ordered {} mW{}", *enforced, wanted,
                  order.profile.ordered.power_limit_mw == 0 ? ", the part's default" : "");
  if (*enforced == wanted) return passed(kId, gpu.unit_id, text);
  return found(kId, gpu.unit_id, "config.power_limit.wrong", text);
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_each(kId, order, evidence,
                    [&](const GpuFacts& gpu) { return judge_gpu(order, gpu); });
}

}  // namespace

const Gate kConfigPowerLimit{kId, "Is the power limit that the GPU enforces the one ordered?",
                             "GPU에 적용 중인 전력 한도가 주문과 같습니까?", next_nothing, judge};

}  // namespace ga
