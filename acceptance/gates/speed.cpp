#include "acceptance/gates/speed.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acceptance/gates/held.h"
#include "acceptance/gates/series.h"

namespace ga {

Request series_name(const SpeedGate& gate, const Order& order, std::string_view case_id,
                    const std::string& unit_id) {
  Request name;
  name.gate = gate.id;
  name.case_id = case_id;
  name.unit_id = unit_id;
  name.params = gate.params(order.profile.sizes);
  name.block_ns = block_length_ns(order.level, gate.power_capped);
  name.phase = Phase::steady;
  return name;
}

void ask_case(std::vector<Request>& requests, const SpeedGate& gate, const Order& order,
              const Evidence& evidence, const Request& name) {
  std::size_t wanted = kStage1Blocks;
  const auto all = held_to(gate, order, evidence, name);
  for (const Held& held : all) {
    if (held.warns_only) continue;
    wanted = std::max(wanted, blocks_wanted(held.terms, judged_samples(held, name, evidence)));
  }
  ask(requests, name, evidence, wanted);
  for (const Held& held : all) {
    if (!held.case_of.empty()) ask(requests, of_case(name, held.case_of), evidence, wanted);
  }
}

bool falls_short(const SpeedGate& gate, const Order& order, const Evidence& evidence,
                 const Request& name) {
  const auto all = held_to(gate, order, evidence, name);
  return std::any_of(all.begin(), all.end(), [&](const Held& held) {
    if (held.warns_only) return false;
    const auto answer = judge_floor(held.terms, judged_samples(held, name, evidence)).answer;
    return answer != FloorAnswer::unfinished && answer != FloorAnswer::no_floor &&
           answer != FloorAnswer::met;
  });
}

std::optional<Finding> size_missing(const SpeedGate& gate, const Order& order,
                                    const std::string& unit_id) {
  if (!gate.params(order.profile.sizes).empty()) return std::nullopt;
  return found(gate.id, unit_id, "profile.incomplete",
               fmt::format("the profile has no sizes.{}", gate.size_key));
}

std::vector<Request> next_speed(const SpeedGate& gate, const Order& order,
                                const Evidence& evidence) {
  std::vector<Request> requests;
  if (gate.params(order.profile.sizes).empty()) return requests;
  for (const std::string& unit : present_units(order, evidence)) {
    for (const std::string_view case_id : gate.cases) {
      ask_case(requests, gate, order, evidence, series_name(gate, order, case_id, unit));
    }
  }
  return requests;
}

std::vector<Finding> judge_speed(const SpeedGate& gate, const Order& order,
                                 const Evidence& evidence) {
  std::vector<Finding> all;
  for (const std::string& unit : ordered_units(order.profile)) {
    if (auto missing = size_missing(gate, order, unit)) {
      all.push_back(std::move(*missing));
      continue;
    }
    if (auto absent = unit_absent(gate.id, unit, evidence)) {
      all.push_back(std::move(*absent));
      continue;
    }
    std::vector<Finding> of_unit;
    for (const std::string_view case_id : gate.cases) {
      const Request name = series_name(gate, order, case_id, unit);
      of_unit.push_back(judge_case(gate, order, evidence, name).finding);
    }
    all.push_back(worst_of(std::move(of_unit)));
  }
  return all;
}

Finding worst_of(std::vector<Finding> findings) {
  const auto worst = std::max_element(
      findings.begin(), findings.end(),
      [](const Finding& a, const Finding& b) { return severity(a.verdict) < severity(b.verdict); });
  Finding result = *worst;
  result.warn.clear();
  if (result.verdict == Verdict::pass) result.reason.clear();
  for (const Finding& finding : findings) {
    if (result.verdict == Verdict::pass) {
      result.reason += (result.reason.empty() ? "" : "; ") + finding.reason;
    }
    for (const std::string& warning : finding.warn) {
      if (std::find(result.warn.begin(), result.warn.end(), warning) == result.warn.end()) {
        result.warn.push_back(warning);
      }
    }
  }
  return result;
}

}  // namespace ga
