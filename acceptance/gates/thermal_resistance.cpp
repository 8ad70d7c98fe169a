// Does heat leave the GPU as well as it leaves its siblings, for no more energy?
//
// Evidence: the last blocks of power.sustained, nothing of its own: the kelvin above one
// temperature that all GPUs share, for each watt, and the energy of an operation. That temperature
// is the inlet where the BMC knows it, else the coolest GPU's at rest. Limit: 25 % over the median
// of the other GPUs in slots of the same parity, since odd slots are warmer for good, or of all
// others where fewer than three of those were measured; 6 % over the node's median energy. Both
// hold the GPU and fail none. False pass: a fault that all siblings share; the absolute temperature
// is events.throttle's and site.cooling's. False fail: air that reaches one slot worse, which is
// the chassis', and is why this only holds.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/gates/facts.h"
#include "acceptance/gates/power.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/table.h"
#include "benches/stats/order.h"

namespace ga {
namespace {

constexpr std::string_view kId = "thermal.resistance";
constexpr std::size_t kLastBlocks = 5;     // of the eleven: those that stood longest
constexpr std::size_t kLeastSiblings = 3;  // a median of two is either of them
constexpr double kMostResistance = 1.25, kMostEnergy = 1.06;  // design: verdicts
// Power as the node's: below it idle power weighs more, and heat of other loads is left in the GPU.
// Both make a figure look worse, never better: within its limit it is sound at any power.
constexpr double kSamePower = 0.97;
// Air that may be drawn in: ASHRAE's widest class, A4, is 5 to 45 degrees, and site.cooling judges
// air that is too warm. Beyond that the reading is no air's (0 is how some say "not read"), and an
// offset makes all GPUs look more alike than they are.
constexpr std::int64_t kColdestMc = 5'000, kWarmestMc = 60'000;

struct Figures {
  double kelvin_per_w = 0, temp_mc = 0, watts = 0;
  double joules = 0;  // of an operation
  bool odd = false;   // slot
};

// Milli-degrees, the same for all GPUs.
struct Reference {
  std::int64_t mc = 0;
  std::string_view where;
};

std::optional<Reference> reference_of(const Facts& facts) {
  const KnownInt& inlet = facts.bmc.inlet_mc;
  if (inlet && *inlet >= kColdestMc && *inlet <= kWarmestMc) return Reference{*inlet, "the inlet"};
  std::optional<Reference> coolest;
  for (const GpuFacts& gpu : facts.gpus) {
    if (!gpu.temp_mc || *gpu.temp_mc <= 0) continue;
    if (!coolest || *gpu.temp_mc < coolest->mc) {
      coolest = Reference{*gpu.temp_mc, "the coolest GPU at rest"};
    }
  }
  return coolest;
}

double last_median(const std::vector<std::int64_t>& values) {
  const std::size_t n = std::min(values.size(), kLastBlocks);
  const std::span<const std::int64_t> last(values.end() - static_cast<std::ptrdiff_t>(n),
                                           values.end());
  return static_cast<double>(median(last).value_or(0));
}

// Nothing where a reading cannot be. Precondition: sustained_unfit() finds nothing.
std::optional<Figures> figures_of(const Measurement& series, const Reference& reference) {
  constexpr double kMostMc = 200'000;
  const double temp = last_median(series.temp_mc), power = last_median(series.power_mw);
  const double rate = last_median(series.samples);
  const double rise = temp - static_cast<double>(reference.mc);
  if (!(rise > 0) || !(temp < kMostMc) || !(power > 0) || !(rate > 0)) return std::nullopt;
  return Figures{rise / power, temp, power / 1000, power / 1000 / rate,
                 in_odd_slot(series.unit_id)};
}

using All = std::vector<std::optional<Figures>>;  // by slot

// The middle of one figure over the slots that `counts`; nothing where fewer than `least` have it.
template <class Counts>
std::optional<double> middle(const All& all, double Figures::*figure, std::size_t least,
                             Counts counts) {
  std::vector<double> values;
  for (std::size_t slot = 0; slot < all.size(); ++slot) {
    if (all[slot] && counts(slot)) values.push_back((*all[slot]).*figure);
  }
  if (values.size() < least) return std::nullopt;
  return median(std::span<const double>(values));
}

Finding judge_figures(const std::string& unit, std::size_t slot, const All& all,
                      const Reference& reference) {
  const Figures& own = *all[slot];
  const auto other = [&](std::size_t at) { return at != slot; };
  const auto sibling = [&](std::size_t at) { return other(at) && all[at]->odd == own.odd; };
  const auto by_parity = middle(all, &Figures::kelvin_per_w, kLeastSiblings, sibling);
  const auto by_node = middle(all, &Figures::kelvin_per_w, kLeastSiblings, other);
  if (!by_node) {
    return found(kId, unit, "thermal.resistance.few_siblings",
                 fmt::format("fewer than {} other GPUs were measured", kLeastSiblings));
  }
  const auto every = [](std::size_t) { return true; };
  const double watts = middle(all, &Figures::watts, 1, every).value_or(0);
  const bool same_power = own.watts >= watts * kSamePower;
  const bool cooler = own.temp_mc < middle(all, &Figures::temp_mc, 1, every).value_or(0);
  const auto less_load = [&](const std::string& text) {
    return found(kId, unit, "thermal.resistance.less_load",
                 fmt::format("{}; it drew {:.0f} W, the node {:.0f}", text, own.watts, watts));
  };
  const double siblings = by_parity.value_or(*by_node);
  std::string text = fmt::format("{:.4f} K/W over {}, {} {:.4f}", own.kelvin_per_w, reference.where,
                                 by_parity ? "slots of its parity" : "all other slots", siblings);
  if (!(own.kelvin_per_w <= siblings * kMostResistance)) {
    if (!same_power && cooler) return less_load(text);
    return found(kId, unit, "thermal.resistance.high", std::move(text));
  }
  const double joules = middle(all, &Figures::joules, 1, every).value_or(0);
  constexpr double kPico = 1e12;
  text +=
      fmt::format("; {:.3f} pJ for an operation, node {:.3f}", own.joules * kPico, joules * kPico);
  if (!(own.joules <= joules * kMostEnergy)) {
    if (!same_power) return less_load(text);
    return found(kId, unit, "thermal.resistance.energy", std::move(text));
  }
  return passed(kId, unit, std::move(text));
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  const auto units = ordered_units(order.profile);
  const auto reference = reference_of(evidence.facts);
  std::vector<std::optional<Finding>> open(units.size());
  All all(units.size());
  for (std::size_t slot = 0; slot < units.size(); ++slot) {
    const std::string& unit = units[slot];
    open[slot] = unit_absent(kId, unit, evidence);
    if (open[slot]) continue;
    if (!reference) {
      open[slot] = found(kId, unit, "fact.absent", "inlet_mc and temp_mc of every GPU");
      continue;
    }
    if (const auto unfit = sustained_unfit(order, evidence, unit)) {
      open[slot] = found(kId, unit, "thermal.resistance.no_load", unfit->reason);
      continue;
    }
    all[slot] = figures_of(*find_series(evidence, sustained_series(order, unit)), *reference);
    if (all[slot]) continue;
    open[slot] =
        found(kId, unit, "series.impossible",
              fmt::format("power.mixed: not above {}, or a reading of zero", reference->where));
  }
  std::vector<Finding> findings;
  for (std::size_t slot = 0; slot < units.size(); ++slot) {
    findings.push_back(open[slot] ? std::move(*open[slot])
                                  : judge_figures(units[slot], slot, all, *reference));
  }
  return findings;
}

}  // namespace

const Gate kThermalResistance{
    kId, "Does heat leave the GPU as well as its siblings, for no more energy?",
    "같은 위치의 다른 GPU만큼 열을 잘 방출하고 에너지를 더 쓰지 않습니까?", next_nothing, judge};

}  // namespace ga
