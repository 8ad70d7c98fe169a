// Parts of the machine that come as a list: ports, drives, power supplies, fans.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acceptance/gates/facts.h"

namespace ga {

// "nvme/nvme0"; by its place in the list where the part has no name.
inline std::string part_unit(std::string_view kind, const KnownText& name, std::size_t place) {
  return name && !name.value->empty() ? fmt::format("{}/{}", kind, *name)
                                      : fmt::format("{}/#{}", kind, place);
}

// What is wrong with each entry, as judge_entry(entry, unit) says it: nothing, or one finding.
template <class Entry, class F>
std::vector<Finding> judge_parts(std::string_view kind, KnownText Entry::*name,
                                 const std::vector<Entry>& entries, F&& judge_entry) {
  std::vector<Finding> findings;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    std::optional<Finding> bad = judge_entry(entries[i], part_unit(kind, entries[i].*name, i));
    if (bad) findings.push_back(std::move(*bad));
  }
  return findings;
}

// A link that trained with fewer lanes than its device has. At rest a link may lower its
// generation; it keeps its lanes.
template <class Device>
std::optional<Finding> link_narrow(std::string_view gate, const std::string& unit,
                                   const Device& device) {
  constexpr std::int64_t kMostLanes = 32;
  if (auto no = fact_unfit(gate, unit, "width_max", device.width_max, 1, kMostLanes)) return no;
  if (auto no = fact_unfit(gate, unit, "width_current", device.width_current, 1, kMostLanes)) {
    return no;
  }
  if (*device.width_current >= *device.width_max) return std::nullopt;
  return found(gate, unit, std::string(gate) + ".narrow",
               fmt::format("PCIe x{} of x{}", *device.width_current, *device.width_max));
}

}  // namespace ga
