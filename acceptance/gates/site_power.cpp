// Does the site give the node its power, from every supply that was ordered?
//
// Evidence: power supplies and their redundancy, as the management controller (BMC) says it.
// Limit: psus of [site]. Slots that the controller calls absent do not count. False pass: a
// controller that reports a dead supply as sound. False fail: a supply that was pulled for service.
#include <utility>

#include "acceptance/gates/parts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "site.power";
constexpr std::int64_t kLeastInputMv = 38'000;  // below the lowest feed in use, 48 V DC less 20 %
constexpr std::int64_t kMostMv = 1'000'000;

bool is_empty_slot(const BmcPsu& psu) { return psu.state && *psu.state == "Absent"; }

std::optional<Finding> judge_psu(const BmcPsu& psu, const std::string& unit) {
  if (is_empty_slot(psu)) return std::nullopt;
  if (psu.input_mv && *psu.input_mv >= 0 && *psu.input_mv < kLeastInputMv) {
    return found(kId, unit, "site.power.no_input", fmt::format("input {} mV", *psu.input_mv));
  }
  // A spare that waits for its turn is sound.
  const bool works = !psu.state || *psu.state == "Enabled" || *psu.state == "StandbySpare";
  if (!works || (psu.health && *psu.health != "OK")) {
    return found(kId, unit, "site.power.psu_failed",
                 fmt::format("state {}, health {}", psu.state.value.value_or("absent"),
                             psu.health.value.value_or("absent")));
  }
  if (auto no = fact_absent(kId, unit, "state", psu.state)) return no;
  if (auto no = fact_absent(kId, unit, "health", psu.health)) return no;
  if (!psu.input_mv) return std::nullopt;  // not every supply measures its input
  return fact_unfit(kId, unit, "input_mv", psu.input_mv, kLeastInputMv, kMostMv);
}

Finding judge_node(const OrderedSite& ordered, const BmcFacts& bmc) {
  std::int64_t there = 0;
  for (const BmcPsu& psu : *bmc.psus) there += is_empty_slot(psu) ? 0 : 1;
  const std::string text = fmt::format("{} power supplies, ordered {}", there, ordered.psus);
  if (there < ordered.psus) {
    return not_as_ordered(kId, "node", "site.power.missing", text, ordered.origin);
  }
  if (auto no = fact_absent(kId, "node", "power_redundancy", bmc.power_redundancy)) {
    return std::move(*no);
  }
  if (*bmc.power_redundancy != "OK") {
    return found(kId, "node", "site.power.redundancy",
                 fmt::format("{}; redundancy {}", text, *bmc.power_redundancy));
  }
  return passed(kId, "node", text + ", redundant");
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  const auto& ordered = order.profile.machine.site;
  if (!ordered) return {found(kId, "node", "profile.incomplete", "the profile has no [site]")};
  const BmcFacts& bmc = evidence.facts.bmc;
  if (auto no = fact_absent(kId, "node", "psus", bmc.psus)) return {std::move(*no)};
  std::vector<Finding> findings = judge_parts("psu", &BmcPsu::name, *bmc.psus, judge_psu);
  findings.insert(findings.begin(), judge_node(*ordered, bmc));
  return findings;
}

}  // namespace

const Gate kSitePower{kId, "Does every power supply that was ordered work, with redundancy?",
                      "주문한 전원공급장치가 모두 정상이며 이중화되어 있습니까?", next_nothing,
                      judge};

}  // namespace ga
