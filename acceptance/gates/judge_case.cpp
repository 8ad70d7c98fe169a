// judge_case: one series against the floors of the profile, in the order of the house: evidence,
// data, conditions, then the number.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acceptance/core/limits.h"
#include "acceptance/core/slow.h"
#include "acceptance/core/warmup.h"
#include "acceptance/gates/clock_light.h"
#include "acceptance/gates/held.h"
#include "acceptance/gates/series.h"
#include "benches/stats/autocorrelation.h"
#include "benches/stats/order.h"

namespace ga {
namespace {

struct Case {
  const SpeedGate& gate;
  const Order& order;
  const Evidence& evidence;
  const Request& name;
};

// How hot the memory was, where the series says so.
std::string memory_text(const Case& at) {
  const Measurement* series = find_series(at.evidence, at.name);
  const auto hottest = series == nullptr ? std::nullopt : hottest_memory_mc(*series);
  return hottest ? fmt::format(", memory at most {} C", *hottest / 1000) : "";
}

std::optional<Finding> unfit_series(const Case& at, const std::string& case_id) {
  const SeriesNeed need{of_case(at.name, case_id), at.gate.unit, at.gate.check_kind};
  return look_at(need, at.evidence).finding;
}

// What stands in the way of a number; nothing if it can be judged.
std::optional<Finding> unfit(const Case& at) {
  const auto open = [&](std::string_view code, std::string reason) {
    return found(at.name.gate, at.name.unit_id, code, std::move(reason));
  };
  if (auto finding = unfit_series(at, at.name.case_id)) return finding;
  const Ratio* ratio =
      at.gate.ratios ? find_ratio(at.order.profile, at.gate.id, at.name.case_id) : nullptr;
  const bool of_link = ratio != nullptr && ratio->of_case == "pcie.link";
  if (ratio != nullptr && !of_link) {
    if (auto finding = unfit_series(at, ratio->of_case)) return finding;
  }
  if (at.gate.power_capped) {
    if (auto fault = warmup_fault(at.name, at.evidence)) return fault;
  }
  if (at.gate.power_capped &&
      warmup_state(at.evidence, at.name.unit_id, at.order.level) == WarmupState::absent) {
    return open("warmup.absent", fmt::format("level {} warms up for {} s", to_word(at.order.level),
                                             warmup_seconds(at.order.level)));
  }
  const auto choice = choose_limit(at.order, at.evidence, at.name);
  const Measurement* series = find_series(at.evidence, at.name);
  if (choice.memory_unread && series != nullptr) {
    return open("series.memory_temp_unread",
                fmt::format("{}: memory_temp_mc: not read in block {}", at.name.case_id,
                            unread_memory_block(*series).value_or(0)));
  }
  if (choice.limit == nullptr && choice.elsewhere) {
    return open("limit.no_floor_for_stack",
                fmt::format("profile {} has a floor for {} under another key{}",
                            at.order.profile.name, at.name.case_id, memory_text(at)));
  }
  if (of_link && !link_rate(at.evidence, at.name.unit_id)) {
    return open("fact.absent", "pcie_gen_max or pcie_width_max is not known");
  }
  return std::nullopt;
}

bool neighbours_hot(const Case& at) {
  std::size_t hot = 0;
  for (const std::string& unit : ordered_units(at.order.profile)) {
    Request name = at.name;
    name.unit_id = unit;
    const Measurement* series = find_series(at.evidence, name);
    if (series != nullptr && runs_hot(*series)) ++hot;
  }
  return is_most(at.order, hot);
}

// Work for each clock, in parts per million of the other GPUs' middle; a million where too few are
// known.
std::int64_t work_ppm(const Case& at, const Measurement& series) {
  constexpr std::size_t kLeastOthers = 3;  // a median of two is either of them
  constexpr double kMillion = 1e6;
  Request other = at.name;
  other.params.erase("alone");
  std::vector<double> others;
  for (const std::string& unit : ordered_units(at.order.profile)) {
    if (unit == at.name.unit_id) continue;
    other.unit_id = unit;
    const Measurement* sibling = find_series(at.evidence, other);
    const double work = sibling == nullptr ? 0 : work_per_clock(*sibling);
    if (work > 0) others.push_back(work);
  }
  if (others.size() < kLeastOthers) return static_cast<std::int64_t>(kMillion);
  const double node = median(std::span<const double>(others)).value_or(0);
  const double share = node > 0 ? work_per_clock(series) / node : 1;
  return static_cast<std::int64_t>(kMillion * std::clamp(share, 0.0, kMillion));
}

// The bounds in words: "memory.copy 3981.2 to 3990.1 GB/s (median, 11 blocks), floor ..."
std::string bounds_text(const Case& at, const Held& held, const FloorJudgement& judgement) {
  std::int64_t low = judgement.low, high = judgement.high;
  if (held.ceiling > 0) {
    low = mirrored(judgement.high, held.ceiling);
    high = mirrored(judgement.low, held.ceiling);
  }
  return fmt::format("{} {} to {} ({} blocks), {}", at.name.case_id, show_rate(low, held.unit),
                     show_rate(high, held.unit), judgement.count, held.origin);
}

Finding low_finding(const Case& at, const Held& held, const FloorJudgement& judgement) {
  const LimitKind kind = held.is_ratio      ? LimitKind::ratio
                         : held.ceiling > 0 ? LimitKind::ceiling
                                            : LimitKind::floor;
  std::string code = at.name.gate + std::string(code_end(judgement.answer, kind));
  std::string reason = bounds_text(at, held, judgement);
  // A ratio of two series on one GPU is not explained by what slows both.
  const Measurement* series = find_series(at.evidence, at.name);
  if (at.gate.explained && held.case_of.empty() && series != nullptr) {
    const GpuFacts* gpu = at.evidence.facts.find(at.name.unit_id);
    const bool locked = clock_is_locked(at.order, at.evidence, at.name.unit_id);
    const SlowCause cause = explain_slow(*series, gpu,
                                         {.power_capped = at.gate.power_capped,
                                          .clock_locked = locked,
                                          .alone = at.name.params.count("alone") > 0,
                                          .work_ppm = work_ppm(at, *series)});
    reason += "; " + describe_slow(*series, gpu, cause);
    const Code* row = find_code(code);
    const auto blamed = slow_code(cause, neighbours_hot(at));
    if (row != nullptr && row->verdict == Verdict::fail && !blamed.empty()) code = blamed;
  }
  return found(at.name.gate, at.name.unit_id, code, std::move(reason));
}

CaseResult judge_held(const Case& at, const Held& held) {
  const auto samples = judged_samples(held, at.name, at.evidence);
  const FloorJudgement judgement = judge_floor(held.terms, samples);
  if (judgement.answer == FloorAnswer::unfinished) {
    return {incomplete(at.name, samples.size(), blocks_wanted(held.terms, samples)), false};
  }
  const bool met =
      judgement.answer == FloorAnswer::met || judgement.answer == FloorAnswer::no_floor;
  CaseResult result;
  if (met || held.warns_only) {
    result.finding = passed(at.name.gate, at.name.unit_id, bounds_text(at, held, judgement));
    if (!met) result.finding.warn.push_back("low ratio: " + bounds_text(at, held, judgement));
  } else {
    result.finding = low_finding(at, held, judgement);
    result.low = true;
  }
  if (judgement.trend) {
    result.finding.warn.push_back(fmt::format("trend: {} was judged on its last {} blocks",
                                              at.name.case_id, judgement.count));
  }
  return result;
}

// A profile without a floor: complete and verified is all that can be asked.
CaseResult judge_complete(const Case& at) {
  const Measurement* series = find_series(at.evidence, at.name);
  const std::size_t have = series == nullptr ? 0 : series->samples.size();
  if (have < kStage1Blocks) return {incomplete(at.name, have, kStage1Blocks), false};
  Held none;
  none.unit = at.gate.unit;
  none.origin = "no floor in the profile";
  return {passed(at.name.gate, at.name.unit_id,
                 bounds_text(at, none, judge_floor(none.terms, series->samples))),
          false};
}

void add_warnings(const Case& at, Finding& finding) {
  const Measurement* series = find_series(at.evidence, at.name);
  if (series == nullptr) return;
  finding.reason += memory_text(at);
  if (at.gate.power_capped &&
      warmup_state(at.evidence, at.name.unit_id, at.order.level) == WarmupState::not_settled) {
    finding.warn.push_back("not_settled: the temperature still moved at the end of the warm-up");
  }
  if (runs_hot(*series)) {
    finding.warn.push_back(at.name.case_id + ": thermal throttling in at least half of the blocks");
  }
  if (!series->discarded.empty()) {
    finding.warn.push_back(fmt::format("{}: {} blocks were discarded and measured again",
                                       at.name.case_id, series->discarded.size()));
  }
  const auto likeness = lag1_autocorrelation(std::span<const std::int64_t>(series->samples));
  if (likeness && finding.verdict == Verdict::pass) {
    finding.reason += fmt::format(", autocorrelation {:.2f}", *likeness);
  }
}

}  // namespace

CaseResult judge_case(const SpeedGate& gate, const Order& order, const Evidence& evidence,
                      const Request& name) {
  const Case at{gate, order, evidence, name};
  if (auto finding = unfit(at)) return {std::move(*finding), false};
  std::vector<Finding> findings;
  bool low = false;
  bool has_floor = false;
  for (const Held& held : held_to(gate, order, evidence, name)) {
    CaseResult result = judge_held(at, held);
    low = low || result.low;
    has_floor = has_floor || !held.warns_only;
    findings.push_back(std::move(result.finding));
  }
  if (!has_floor) findings.push_back(judge_complete(at).finding);
  CaseResult result{worst_of(std::move(findings)), low};
  add_warnings(at, result.finding);
  return result;
}

}  // namespace ga
