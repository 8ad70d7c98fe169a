// Do supplies, regulators and clocks bear loads that start and stop in a rhythm?
//
// Evidence: products that start and stop, from ten times a second to once in ten seconds, half of
// the time on; on all GPUs in phase, which is the hardest for the node's supplies, then in
// antiphase; every output held against a checksum; NVML's time counters of hardware thermal
// slowdown and power brake before and after the run, and the reasons seen while each block ran.
// Limit: none: no brake, no thermal slowdown, no wrong output; and a launch for each pulse, else
// nothing shows that there were pulses. Power readings are averages over a second and judge
// nothing. False pass: a brake shorter than the driver counts; rhythms between these. False fail: a
// brake by another load: only one whose reason the pulses show, or no other load, counts here.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/core/slow.h"
#include "acceptance/gates/power.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/table.h"
#include "reports/model/units.h"

namespace ga {
namespace {

constexpr std::string_view kId = "power.pulse";
constexpr std::string_view kUnit = "launches", kKind = "checksum";

// Two minutes in all, both ways: 2, 5, 20 and 200 pulses each way. Level quick looks for twelve
// seconds.
struct Rhythm {
  std::int64_t period_ms;
  std::size_t blocks;
};
constexpr std::array<Rhythm, 4> kRhythms{{{10'000, 2}, {2'000, 1}, {500, 1}, {100, 2}}};
constexpr std::array<Rhythm, 3> kQuickRhythms{{{2'000, 1}, {500, 1}, {100, 1}}};
constexpr std::int64_t kBlockNs = 10'000'000'000, kQuickBlockNs = 2'000'000'000;
constexpr std::int64_t kDutyPercent = 50;
// Where in the period a GPU begins. In antiphase even and odd GPUs are half a period apart; neither
// is at 0, which keeps their series apart from those in phase.
enum class Way { in_phase, antiphase };
constexpr std::int64_t kEvenPercent = 25, kOddPercent = 75;

struct Asked {
  Request name;
  std::size_t blocks = 0;
};

std::vector<Asked> series_of(const Order& order, const std::string& unit) {
  const bool quick = order.level == Level::quick;
  const auto rhythms = quick ? std::span<const Rhythm>(kQuickRhythms) : kRhythms;
  std::vector<Asked> all;
  for (const Way way : {Way::in_phase, Way::antiphase}) {
    // One GPU has nobody to be in antiphase with.
    if (way == Way::antiphase && order.profile.ordered.gpus < 2) break;
    for (const Rhythm& rhythm : rhythms) {
      Request name;
      name.gate = kId;
      name.case_id = kId;
      name.unit_id = unit;
      name.params = {{"n", order.profile.sizes.power_n},
                     {"period_ms", rhythm.period_ms},
                     {"duty_percent", kDutyPercent},
                     {"phase_percent", way == Way::in_phase ? 0
                                       : in_odd_slot(unit)  ? kOddPercent
                                                            : kEvenPercent}};
      name.block_ns = quick ? kQuickBlockNs : kBlockNs;
      name.phase = Phase::pulses;
      all.push_back({std::move(name), rhythm.blocks});
    }
  }
  return all;
}

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  std::vector<Request> requests;
  if (order.profile.sizes.power_n <= 0) return requests;
  for (const std::string& unit : present_units(order, evidence)) {
    for (Asked& asked : series_of(order, unit)) {
      ask(requests, std::move(asked.name), evidence, asked.blocks);
    }
  }
  return requests;
}

// Which pulses showed the reason: "period 500 ms in phase", joined.
struct Seen {
  std::string in_pulses;
  bool in_other_loads = false;
};

Seen seen(const Evidence& evidence, const std::string& unit, std::int64_t reason) {
  Seen all;
  for (const Measurement& series : evidence.measurements) {
    if (series.unit_id != unit || !saw_reason(series, reason)) continue;
    if (series.gate != kId) {
      all.in_other_loads = true;
      continue;
    }
    const auto period = series.params.find("period_ms");
    const auto phase = series.params.find("phase_percent");
    if (period == series.params.end() || phase == series.params.end()) continue;
    all.in_pulses += fmt::format("{}{} ms {}", all.in_pulses.empty() ? "" : ", ", period->second,
                                 phase->second == 0 ? "in phase" : "in antiphase");
  }
  return all;
}

// What the BMC, asked before the load, said of supplies that are not in order.
std::string supplies_text(const BmcFacts& bmc) {
  if (!bmc.psus) return "; the BMC was not asked about its supplies";
  std::string text;
  for (const BmcPsu& psu : *bmc.psus.value) {
    if (!psu.health || *psu.health == "OK") continue;
    text += fmt::format("; the BMC said of {} before the load: {}",
                        psu.name ? *psu.name : "a supply", *psu.health);
  }
  return text.empty() ? "; the BMC found every supply in order before the load" : text;
}

struct Held {
  const EventCounter& counter;
  std::int64_t reason;
  std::string_view code, words;
};
constexpr std::array kHeld{
    Held{kBrakeTime, kReasonPowerBrake, "power.pulse.power_brake", "power brake"},
    Held{kHotTime, kReasonHwThermal, "power.pulse.hw_thermal", "hardware thermal slowdown"}};

// A time counter that grew, and pulses that show why; or nobody who does.
std::optional<Finding> held_down(const Evidence& evidence, const std::string& unit) {
  for (const Held& held : kHeld) {
    const std::int64_t by = events_in_run(evidence, unit, held.counter);
    if (by <= 0) continue;
    const Seen where = seen(evidence, unit, held.reason);
    if (where.in_pulses.empty() && where.in_other_loads) continue;
    std::string text =
        fmt::format("{} for {} ns in the run, {}", held.words, by,
                    where.in_pulses.empty() ? std::string("whose reason no load shows")
                                            : "with pulses of " + where.in_pulses);
    if (held.reason == kReasonPowerBrake) text += supplies_text(evidence.facts.bmc);
    return found(kId, unit, held.code, std::move(text));
  }
  return std::nullopt;
}

// The first that is wrong, else the first that is not complete and sound.
std::optional<Finding> unfit(const std::vector<Asked>& all, const Evidence& evidence) {
  std::optional<Finding> worst;
  std::int64_t most = 0;
  for (const Asked& asked : all) {
    auto state = look_at({asked.name, kUnit, kKind}, evidence);
    if (!state.finding && state.series->samples.size() < asked.blocks) {
      state.finding = incomplete(asked.name, state.series->samples.size(), asked.blocks);
    }
    if (!state.finding) most = std::max(most, most_in_block(*state.series));
    keep_worse(worst, std::move(state.finding));
  }
  // Beside each other once all are sound.
  for (const Asked& asked : all) {
    if (worst) break;
    worst = pulses_missing(asked.name, *find_series(evidence, asked.name), most);
  }
  return worst;
}

// The reason 0x4 where little was drawn, as far as an average over a second can show it: 381 to 568
// of 1000 W were seen on sound parts (faults-and-statistics, S26).
void note_peaks(const Measurement& series, const KnownInt& limit_mw, Finding& finding) {
  if (!limit_mw || *limit_mw <= 0) return;
  for (std::size_t i = 0; i < std::min(series.throttle.size(), series.power_mw.size()); ++i) {
    const auto power = static_cast<double>(series.power_mw[i]);
    const bool far_below = power > 0 && power * 2 < static_cast<double>(*limit_mw);
    if ((series.throttle[i] & kReasonSwPowerCap) == 0 || !far_below) continue;
    finding.warn.push_back(
        fmt::format("reason 0x4 at {} of {} W: the peak current may have been limited",
                    series.power_mw[i] / 1000, *limit_mw / 1000));
    return;
  }
}

Finding judge_unit(const Order& order, const Evidence& evidence, const std::string& unit) {
  if (order.profile.sizes.power_n <= 0) {
    return found(kId, unit, "profile.incomplete", "the profile has no sizes.power_n");
  }
  if (auto absent = unit_absent(kId, unit, evidence)) return std::move(*absent);
  const GpuFacts& gpu = *evidence.facts.find(unit);
  const auto asked = series_of(order, unit);
  auto open = unfit(asked, evidence);
  if (open && open->verdict == Verdict::fail) return std::move(*open);
  if (auto held = held_down(evidence, unit)) return std::move(*held);
  if (open) return std::move(*open);
  for (const Held& held : kHeld) {
    if (auto no = counter_unfit(kId, evidence, gpu, held.counter, Need::wanted)) {
      return std::move(*no);
    }
  }
  if (auto no = run_unfit(kId, evidence, gpu)) return std::move(*no);
  std::int64_t launches = 0;
  Finding finding = passed(kId, unit, "");
  for (const Asked& one : asked) {
    const Measurement& series = *find_series(evidence, one.name);
    for (const std::int64_t sample : series.samples) launches += sample;
    if (finding.warn.empty()) note_peaks(series, gpu.power_limit_enforced_mw, finding);
  }
  finding.reason = fmt::format("{} rhythms up to 10 Hz: {} launches right, no power brake",
                               asked.size(), launches);
  for (const std::int64_t reason : {kReasonHwSlowdown, kReasonHwThermal, kReasonPowerBrake}) {
    if (seen(evidence, unit, reason).in_pulses.empty()) continue;
    finding.warn.push_back(
        fmt::format("reason {:#x} was seen and no time counter confirms it", reason));
  }
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  std::vector<Finding> findings;
  for (const std::string& unit : ordered_units(order.profile)) {
    findings.push_back(
        unless_kernel_wrong(order, evidence, kPulseTypes, judge_unit(order, evidence, unit)));
  }
  return findings;
}

}  // namespace

std::int64_t most_in_block(const Measurement& series) {
  const auto most = std::max_element(series.samples.begin(), series.samples.end());
  return most == series.samples.end() ? 0 : *most;
}

std::optional<Finding> pulses_missing(const Request& name, const Measurement& series,
                                      std::int64_t most) {
  const auto period = name.params.find("period_ms");
  if (period == name.params.end() || period->second <= 0) return std::nullopt;
  const std::int64_t pulses = name.block_ns / (period->second * kNsPerMs);
  const auto least = std::min_element(series.samples.begin(), series.samples.end());
  if (least == series.samples.end()) return std::nullopt;
  // A pulse is many launches: one of a hundred pulses would do for all.
  if (*least >= pulses && *least >= most / 2) return std::nullopt;
  std::string text = fmt::format("pulses of {} ms: {} launches in a block of {} pulses",
                                 period->second, *least, pulses);
  if (most > 0) text += fmt::format(", up to {} in blocks as long", most);
  return found(name.gate, name.unit_id, "power.no_pulses", std::move(text));
}

bool in_odd_slot(std::string_view unit) {
  return !unit.empty() && unit.back() >= '0' && unit.back() <= '9' && (unit.back() - '0') % 2 != 0;
}

const Gate kPowerPulse{kId, "Do supplies and clocks bear loads that start and stop in a rhythm?",
                       "주기적으로 켜지고 꺼지는 부하를 전원과 클럭이 견딥니까?", next, judge};

}  // namespace ga
