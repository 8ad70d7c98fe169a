// Facts: how a gate that only reads says that a fact is absent or cannot be.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "acceptance/core/codes.h"
#include "acceptance/core/gate.h"

namespace ga {

// What fact_missing() says of a fact that is absent for that reason.
std::optional<Finding> missing_finding(std::string_view gate, const Facts& facts,
                                       const GpuFacts& gpu, std::string_view field,
                                       const std::string& reason);

// fact.absent with the source's own reason; nothing where the fact is known.
template <class T>
std::optional<Finding> fact_absent(std::string_view gate, const std::string& unit_id,
                                   std::string_view field, const Known<T>& fact) {
  if (fact) return std::nullopt;
  return found(gate, unit_id, "fact.absent", fmt::format("{}: {}", field, fact.absent));
}

// The same by the table of field support: nothing where the absence is expected of that part and
// driver, and the finding where the field that replaces it is absent too. For what the profile
// orders use fact_absent(): an expected absence is no answer.
template <class T>
std::optional<Finding> fact_missing(std::string_view gate, const Facts& facts, const GpuFacts& gpu,
                                    std::string_view field, const Known<T>& fact) {
  if (fact) return std::nullopt;
  return missing_finding(gate, facts, gpu, field, fact.absent);
}

// fact.absent, or fact.impossible outside low .. high.
std::optional<Finding> fact_unfit(std::string_view gate, const std::string& unit_id,
                                  std::string_view field, const KnownInt& fact, std::int64_t low,
                                  std::int64_t high);

// Not as ordered: that code, or order.assumed where the profile itself only assumes the figure: an
// assumption rejects no node.
Finding not_as_ordered(std::string_view gate, const std::string& unit_id, std::string_view code,
                       std::string reason, const Origin& origin);

// What was judged, but in a ci profile a pass with a warning where something was absent and the
// table of field support expects no part of that kind to answer `field`: a consumer card has no ECC
// counters to judge. What is known to be bad stays so.
Finding unless_part_lacks(std::string_view field, Finding judged, const Order& order,
                          const Facts& facts, const GpuFacts& gpu);

// Nothing to measure: a gate that only reads.
std::vector<Request> next_nothing(const Order& order, const Evidence& evidence);

// One finding for each ordered unit: unit.absent, or what `judge_gpu` says of its facts.
template <class F>
std::vector<Finding> judge_each(std::string_view gate, const Order& order, const Evidence& evidence,
                                F&& judge_gpu) {
  std::vector<Finding> findings;
  for (const std::string& unit : ordered_units(order.profile)) {
    const GpuFacts* gpu = evidence.facts.find(unit);
    findings.push_back(gpu == nullptr
                           ? found(gate, unit, "unit.absent",
                                   fmt::format("{} was ordered; the node reports {} GPUs", unit,
                                               evidence.facts.gpus.size()))
                           : judge_gpu(*gpu));
  }
  return findings;
}

// A switch that is read now and after the next reset: as ordered in both, or why not. `wanted`
// absent: any state will do, and both must still be known, so that the report records them.
struct Switch {
  std::string_view gate, name;  // "config.ecc", "ecc"
  std::optional<bool> wanted;
  KnownFlag current, pending;
};
Finding judge_switch(const Switch& sw, const std::string& unit_id);

}  // namespace ga
