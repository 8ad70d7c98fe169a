// Does the site cool the node: inlet in its band, fans running, no leak?
//
// Evidence: inlet temperature, fans and leak detectors, as the management controller (BMC) says it.
// Limit: [site] of the profile. A node without leak detectors passes where none was ordered. False
// pass: a sensor that is stuck. False fail: a fan that was pulled for service.
#include <utility>

#include "acceptance/gates/parts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "site.cooling";
constexpr std::int64_t kColdestMc = -40'000, kHottestMc = 120'000;  // what a sensor can mean

std::optional<Finding> judge_fan(const BmcFan& fan, const std::string& unit) {
  if (fan.state && *fan.state == "Absent") return std::nullopt;
  const bool still = (fan.speed_rpm && *fan.speed_rpm == 0) ||
                     (!fan.speed_rpm && fan.speed_percent && *fan.speed_percent == 0);
  if (still || (fan.state && *fan.state != "Enabled") || (fan.health && *fan.health != "OK")) {
    return found(kId, unit, "site.cooling.fan_failed",
                 fmt::format("state {}, health {}{}", fan.state.value.value_or("absent"),
                             fan.health.value.value_or("absent"), still ? ", stands still" : ""));
  }
  if (auto no = fact_absent(kId, unit, "state", fan.state)) return no;
  return fact_absent(kId, unit, "health", fan.health);
}

std::optional<Finding> judge_leak(const BmcLeak& leak, const std::string& unit) {
  if (auto no = fact_absent(kId, unit, "detector", leak.detector)) return no;
  if (*leak.detector == "OK") return std::nullopt;
  return found(kId, unit, "site.cooling.leak", "detector " + *leak.detector);
}

std::int64_t fans_there(const BmcFacts& bmc) {
  std::int64_t there = 0;
  if (!bmc.fans) return there;
  for (const BmcFan& fan : *bmc.fans) there += fan.state && *fan.state == "Absent" ? 0 : 1;
  return there;
}

// What is known to be wrong, even where something else could not be read.
std::optional<Finding> known_bad(const OrderedSite& ordered, const BmcFacts& bmc) {
  const auto leaks = static_cast<std::int64_t>(bmc.leaks ? bmc.leaks.value->size() : 0);
  const bool sensible = bmc.inlet_mc && *bmc.inlet_mc >= kColdestMc && *bmc.inlet_mc <= kHottestMc;
  if (sensible && (*bmc.inlet_mc < ordered.inlet_min_mc || *bmc.inlet_mc > ordered.inlet_max_mc)) {
    return found(kId, "node", "site.cooling.inlet",
                 fmt::format("inlet {} mC, ordered {} to {}", *bmc.inlet_mc, ordered.inlet_min_mc,
                             ordered.inlet_max_mc));
  }
  if (bmc.fan_redundancy && *bmc.fan_redundancy != "OK") {
    return found(kId, "node", "site.cooling.redundancy", "fans: " + *bmc.fan_redundancy);
  }
  const bool few_fans = bmc.fans && fans_there(bmc) < ordered.fans;
  if (few_fans || (bmc.leaks && leaks < ordered.leak_detectors)) {
    return not_as_ordered(kId, "node", "site.cooling.missing",
                          fmt::format("{} fans of {}, {} leak detectors of {}", fans_there(bmc),
                                      ordered.fans, leaks, ordered.leak_detectors),
                          ordered.origin);
  }
  return std::nullopt;
}

Finding judge_node(const OrderedSite& ordered, const BmcFacts& bmc) {
  if (auto bad = known_bad(ordered, bmc)) return std::move(*bad);
  if (auto no = fact_unfit(kId, "node", "inlet_mc", bmc.inlet_mc, kColdestMc, kHottestMc)) {
    return std::move(*no);
  }
  if (ordered.fans > 0) {
    if (auto no = fact_absent(kId, "node", "fans", bmc.fans)) return std::move(*no);
  }
  if (ordered.leak_detectors > 0) {
    if (auto no = fact_absent(kId, "node", "leaks", bmc.leaks)) return std::move(*no);
  }
  const auto listed = [](const auto& list, std::int64_t there) {
    return list ? std::to_string(there) : "absent (" + list.absent + ")";
  };
  const auto leaks = static_cast<std::int64_t>(bmc.leaks ? bmc.leaks.value->size() : 0);
  Finding finding =
      passed(kId, "node",
             fmt::format("inlet {} mC, fans {}, leak detectors {}", *bmc.inlet_mc,
                         listed(bmc.fans, fans_there(bmc)), listed(bmc.leaks, leaks)));
  if (!bmc.fan_redundancy) finding.warn.push_back("fan redundancy: " + bmc.fan_redundancy.absent);
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  const auto& ordered = order.profile.machine.site;
  if (!ordered) return {found(kId, "node", "profile.incomplete", "the profile has no [site]")};
  const BmcFacts& bmc = evidence.facts.bmc;
  std::vector<Finding> findings{judge_node(*ordered, bmc)};
  const auto append = [&](std::vector<Finding> more) {
    for (Finding& finding : more) findings.push_back(std::move(finding));
  };
  if (bmc.fans) append(judge_parts("fan", &BmcFan::name, *bmc.fans, judge_fan));
  if (bmc.leaks) append(judge_parts("leak", &BmcLeak::name, *bmc.leaks, judge_leak));
  return findings;
}

}  // namespace

const Gate kSiteCooling{kId, "Does the site cool the node: inlet, fans, no leak?",
                        "설치 장소의 냉각(흡기 온도, 팬, 누수)이 정상입니까?", next_nothing, judge};

}  // namespace ga
