#include "acceptance/gates/held.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "acceptance/core/limits.h"
#include "acceptance/core/warmup.h"
#include "acceptance/gates/series.h"

namespace ga {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::string_view kLink = "pcie.link";

// a / b in parts per million; 0, which no ratio reaches, where b cannot be a sample. No wider than
// what a report can carry.
std::int64_t ppm_of(std::int64_t a, std::int64_t b) {
  if (a <= 0 || b <= 0) return 0;
  __extension__ typedef __int128 Wide;
  const Wide ppm = static_cast<Wide>(a) * kMillion / b;
  constexpr Wide kMost = Wide{1} << 53;
  return static_cast<std::int64_t>(std::min(ppm, kMost));
}

void add_conditions(const SpeedGate& gate, const Order& order, const Evidence& evidence,
                    const Request& name, Held& held) {
  FloorTerms& terms = held.terms;
  terms.power_capped = gate.power_capped;
  terms.settled = warmup_state(evidence, name.unit_id, order.level) != WarmupState::not_settled;
  // Where one GPU alone decides, the series of all together stops after stage 1, as at quick.
  if (gate.solo_repeat && name.params.count("alone") == 0) terms.level = Level::quick;
  // What only warns asks for no more than the eleven blocks that are there.
  if (!held.warns_only) return;
  terms.level = Level::quick;
  terms.power_capped = false;
}

std::optional<Held> by_limit(const SpeedGate& gate, const Order& order, const Evidence& evidence,
                             const Request& name) {
  const auto choice = choose_limit(order, evidence, name);
  if (choice.limit == nullptr) return std::nullopt;
  Held held;
  held.terms = terms_of(order, *choice.limit);
  held.unit = gate.unit;
  if (choice.limit->is_ceiling) held.ceiling = choice.limit->value;
  held.origin =
      fmt::format("{} {} ({})", choice.limit->is_ceiling ? "ceiling" : "floor",
                  show_rate(choice.limit->value, gate.unit), to_word(choice.limit->status));
  return held;
}

std::optional<Held> by_ratio(const SpeedGate& gate, const Order& order, const Evidence& evidence,
                             const Request& name) {
  const Ratio* ratio = find_ratio(order.profile, gate.id, name.case_id);
  if (ratio == nullptr || !gate.ratios) return std::nullopt;
  Held held;
  held.is_ratio = true;
  held.warns_only = !ratio_decides(order.profile) && !gate.ratio_holds;
  held.origin = fmt::format("{} of {}", show_rate(ratio->min_ppm, "ppm"), ratio->of_case);
  if (ratio->of_case != kLink) {
    held.terms = terms_of(order, *ratio, kMillion);
    if (!held.terms.decides) held.terms.gross = 0;  // what only holds never fails
    held.case_of = ratio->of_case;
    held.unit = "ppm";
    return held;
  }
  const auto link = link_rate(evidence, name.unit_id);
  if (!link) return std::nullopt;
  held.terms = terms_of(order, *ratio, *link);
  held.unit = gate.unit;
  held.origin += fmt::format(", {} raw", show_rate(*link, gate.unit));
  return held;
}

}  // namespace

std::vector<Held> held_to(const SpeedGate& gate, const Order& order, const Evidence& evidence,
                          const Request& name) {
  std::vector<Held> all;
  for (auto held : {by_limit(gate, order, evidence, name), by_ratio(gate, order, evidence, name)}) {
    if (!held) continue;
    add_conditions(gate, order, evidence, name, *held);
    all.push_back(std::move(*held));
  }
  return all;
}

std::vector<std::int64_t> judged_samples(const Held& held, const Request& name,
                                         const Evidence& evidence) {
  const Measurement* own = find_series(evidence, name);
  if (own == nullptr) return {};
  if (held.ceiling > 0) {
    std::vector<std::int64_t> samples = own->samples;
    for (std::int64_t& sample : samples) sample = mirrored(sample, held.ceiling);
    return samples;
  }
  if (held.case_of.empty()) return own->samples;
  const Measurement* other = find_series(evidence, of_case(name, held.case_of));
  if (other == nullptr) return {};
  std::vector<std::int64_t> ratios;
  const std::size_t pairs = std::min(own->samples.size(), other->samples.size());
  for (std::size_t i = 0; i < pairs; ++i) {
    ratios.push_back(ppm_of(own->samples[i], other->samples[i]));
  }
  return ratios;
}

std::string_view code_end(FloorAnswer answer, LimitKind kind) {
  const bool ceiling = kind == LimitKind::ceiling;
  const bool ratio = kind == LimitKind::ratio;
  switch (answer) {
    case FloorAnswer::below_floor:
      return ceiling ? ".above_ceiling" : ratio ? ".below_ratio" : ".below_floor";
    case FloorAnswer::below_gross:
      return ceiling ? ".above_gross" : ".below_gross";
    case FloorAnswer::provisional:
      return ceiling ? ".above_provisional" : ratio ? ".low_ratio" : ".below_provisional";
    case FloorAnswer::low_at_quick:
      return ceiling ? ".above_at_quick" : ".below_at_quick";
    case FloorAnswer::undecided:
    case FloorAnswer::unfinished:
    case FloorAnswer::no_floor:
    case FloorAnswer::met:
      return ".borderline";
  }
  return ".borderline";
}

std::optional<std::int64_t> link_rate(const Evidence& evidence, const std::string& unit_id) {
  const GpuFacts* gpu = evidence.facts.find(unit_id);
  if (gpu == nullptr || !gpu->pcie_gen_max || !gpu->pcie_width_max) return std::nullopt;
  return pcie_link_bytes_per_s(*gpu->pcie_gen_max, *gpu->pcie_width_max);
}

Request of_case(const Request& name, const std::string& case_id) {
  Request other = name;
  other.case_id = case_id;
  // Of sums our kernels are told the algorithm, and NCCL its CTAs.
  if (case_id.starts_with("allreduce.nccl") && other.params.erase("algorithm") > 0) {
    other.params["ctas"] = 0;
  }
  return other;
}

}  // namespace ga
