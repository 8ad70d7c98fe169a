#include "acceptance/gates/facts.h"

#include <utility>

#include "acceptance/core/field_support.h"

namespace ga {
namespace {

// Why that field of the GPU is absent; empty where it is known.
std::string absence_of(const GpuFacts& gpu, std::string_view field) {
  std::string why = "no such field of a GPU";
  GpuFacts::visit_fields(gpu, [&](std::string_view name, const auto& fact) {
    if (name == field) why = fact ? std::string() : fact.absent;
  });
  return why;
}

std::string_view on_off(bool on) { return on ? "on" : "off"; }

}  // namespace

std::optional<Finding> fact_unfit(std::string_view gate, const std::string& unit_id,
                                  std::string_view field, const KnownInt& fact, std::int64_t low,
                                  std::int64_t high) {
  if (auto absent = fact_absent(gate, unit_id, field, fact)) return absent;
  if (*fact >= low && *fact <= high) return std::nullopt;
  return found(gate, unit_id, "fact.impossible", fmt::format("{} is {}", field, *fact));
}

std::optional<Finding> missing_finding(std::string_view gate, const Facts& facts,
                                       const GpuFacts& gpu, std::string_view field,
                                       const std::string& reason) {
  const Expectation expected = expectation(facts, gpu, field);
  if (expected.support == Support::expected_absent) return std::nullopt;
  std::string text = fmt::format("{}: {}", field, reason);
  if (expected.support == Support::replaced) {
    const std::string other = absence_of(gpu, expected.replaced_by);
    if (other.empty()) return std::nullopt;
    text += fmt::format("; nor is {}, which replaces it: {}", expected.replaced_by, other);
  }
  return found(gate, gpu.unit_id, "fact.absent", text);
}

Finding not_as_ordered(std::string_view gate, const std::string& unit_id, std::string_view code,
                       std::string reason, const Origin& origin) {
  if (origin.status != LimitStatus::provisional) {
    return found(gate, unit_id, code, std::move(reason));
  }
  return found(gate, unit_id, "order.assumed", fmt::format("{} ({})", reason, origin.source));
}

Finding unless_part_lacks(std::string_view field, Finding judged, const Order& order,
                          const Facts& facts, const GpuFacts& gpu) {
  const bool absent = judged.code == "fact.absent" || judged.code == "events.counter_absent";
  if (!absent || order.profile.kind != ProfileKind::ci) return judged;
  const std::string absence = absence_of(gpu, field);
  if (absence.empty()) return judged;
  if (expectation(facts, gpu, field).support != Support::expected_absent) return judged;
  Finding finding = passed(judged.gate, judged.unit_id, "this part has nothing to judge here");
  finding.warn.push_back(fmt::format("{}: {}", field, absence));
  return finding;
}

std::vector<Request> next_nothing(const Order&, const Evidence&) { return {}; }

Finding judge_switch(const Switch& sw, const std::string& unit_id) {
  const std::string name(sw.name);
  if (auto absent = fact_absent(sw.gate, unit_id, name + "_current", sw.current)) {
    return std::move(*absent);
  }
  if (sw.wanted && *sw.current != *sw.wanted) {
    return found(
        sw.gate, unit_id, std::string(sw.gate) + ".wrong",
        fmt::format("{} is {}, ordered {}", name, on_off(*sw.current), on_off(*sw.wanted)));
  }
  if (auto absent = fact_absent(sw.gate, unit_id, name + "_pending", sw.pending)) {
    return std::move(*absent);
  }
  if (sw.wanted && *sw.pending != *sw.wanted) {
    return found(sw.gate, unit_id, std::string(sw.gate) + ".pending",
                 fmt::format("{} is {} and becomes {} at the next reset", name, on_off(*sw.current),
                             on_off(*sw.pending)));
  }
  Finding finding = passed(sw.gate, unit_id,
                           fmt::format("{} is {}{}", name, on_off(*sw.current),
                                       sw.wanted ? " as ordered" : "; the order leaves it open"));
  if (*sw.pending != *sw.current) {
    finding.warn.push_back(
        fmt::format("{} becomes {} at the next reset", name, on_off(*sw.pending)));
  }
  return finding;
}

}  // namespace ga
