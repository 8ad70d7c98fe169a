#include "acceptance/gates/pcie.h"

#include <utility>

#include "acceptance/gates/series.h"
#include "acceptance/gates/solo.h"

namespace ga {
namespace {

Request together_series(const SpeedGate& gate, const Order& order, const std::string& unit) {
  return series_name(gate, order, gate.cases.front(), unit);
}

Finding judge_unit(const SpeedGate& gate, const Order& order, const Evidence& evidence,
                   const std::string& unit) {
  if (auto missing = size_missing(gate, order, unit)) return std::move(*missing);
  if (auto absent = unit_absent(gate.id, unit, evidence)) return std::move(*absent);
  const Request name = together_series(gate, order, unit);
  auto together = judge_case(gate, order, evidence, name);
  if (!together.low) return std::move(together.finding);
  auto alone = judge_case(gate, order, evidence, alone_series(name));
  if (alone.finding.verdict == Verdict::pass) {
    alone.finding.warn.push_back("slow only with all GPUs at once, so look at the host: " +
                                 together.finding.reason);
  }
  return std::move(alone.finding);
}

}  // namespace

Params pcie_params(const Sizes& sizes) {
  if (sizes.pcie_bytes <= 0) return {};
  return {{"bytes", sizes.pcie_bytes}};
}

std::vector<Request> next_pcie(const SpeedGate& gate, const Order& order,
                               const Evidence& evidence) {
  std::vector<Request> requests;
  if (gate.params(order.profile.sizes).empty()) return requests;
  for (const std::string& unit : present_units(order, evidence)) {
    const Request together = together_series(gate, order, unit);
    ask_case(requests, gate, order, evidence, together);
    if (!falls_short(gate, order, evidence, together)) continue;
    ask_case(requests, gate, order, evidence, alone_series(together));
  }
  return requests;
}

std::vector<Finding> judge_pcie(const SpeedGate& gate, const Order& order,
                                const Evidence& evidence) {
  std::vector<Finding> findings;
  for (const std::string& unit : ordered_units(order.profile)) {
    findings.push_back(judge_unit(gate, order, evidence, unit));
  }
  return findings;
}

}  // namespace ga
