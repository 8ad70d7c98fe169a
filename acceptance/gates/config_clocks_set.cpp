// Does the driver let the GPU run at the clocks that were ordered?
//
// Evidence: the maximum SM and memory clock, from NVML. Limit: [clocks] of the profile, exactly: a
// part whose maximum is lower is another part or carries another VBIOS.
// False pass: a locked or application clock, which does not show in the maximum; clock.light finds
// it under a light load. False fail: a profile written for another part.
#include <utility>

#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "config.clocks_set";
constexpr std::int64_t kMostMhz = 100'000;

Finding judge_gpu(const OrderedClocks& ordered, const GpuFacts& gpu) {
  const std::string& unit = gpu.unit_id;
  const auto wrong = [](const KnownInt& fact, std::int64_t wanted) {
    return fact && *fact >= 1 && *fact <= kMostMhz && *fact != wanted;
  };
  const auto text_of = [](const KnownInt& fact) {
    return fact ? std::to_string(*fact) : std::string("absent");
  };
  const std::string text = fmt::format(
      "maximum SM {} MHz, memory {} MHz; ordered {} and {}", text_of(gpu.clock_sm_max_mhz),
      text_of(gpu.clock_mem_max_mhz), ordered.sm_max_mhz, ordered.memory_max_mhz);
  if (wrong(gpu.clock_sm_max_mhz, ordered.sm_max_mhz) ||
      wrong(gpu.clock_mem_max_mhz, ordered.memory_max_mhz)) {
    return found(kId, unit, "config.clocks_set.wrong", text);
  }
  if (auto no = fact_unfit(kId, unit, "clock_sm_max_mhz", gpu.clock_sm_max_mhz, 1, kMostMhz)) {
    return std::move(*no);
  }
  if (auto no = fact_unfit(kId, unit, "clock_mem_max_mhz", gpu.clock_mem_max_mhz, 1, kMostMhz)) {
    return std::move(*no);
  }
  return passed(kId, unit, text);
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  const auto& ordered = order.profile.machine.clocks;
  return judge_each(kId, order, evidence, [&](const GpuFacts& gpu) {
    if (!ordered)
      return found(kId, gpu.unit_id, "profile.incomplete", "the profile has no [clocks]");
    return judge_gpu(*ordered, gpu);
  });
}

}  // namespace

const Gate kConfigClocksSet{kId, "Does the driver let the GPU run at the clocks that were ordered?",
                            "드라이버가 허용하는 최대 클럭이 주문과 같습니까?", next_nothing,
                            judge};

}  // namespace ga
