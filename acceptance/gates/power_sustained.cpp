// Does the GPU draw the power that was ordered, with all GPUs at once, and compute right?
//
// Evidence: products of several formats in turn on all GPUs at once, in blocks that take turns with
// the other steady gates after the warm-up; every output held against a checksum; power, clock,
// heat and throttle reasons beside each block, and the time counter of the power brake over the
// run. A GPU at full clock that draws little is measured once more while the others are idle.
// Limit: the median power reaches 97 % of the enforced limit, as sound parts do. A GPU at its
// maximum clock may draw less where no sound GPU of the node draws more: then it is the load that
// draws no more. Never a rate. False pass: a limit that is set too low, which config.power_limit
// sees; a fault that keeps every GPU of a node below the limit and above half of it. False fail:
// heat, a lock, a brake or a starved host, which are named and blamed; a load that does not fill a
// part and a power sensor that reads high beside others, both borderline and in a ci profile a
// warning.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/core/floor.h"
#include "acceptance/core/slow.h"
#include "acceptance/core/warmup.h"
#include "acceptance/gates/clock_light.h"
#include "acceptance/gates/exact.h"
#include "acceptance/gates/facts.h"
#include "acceptance/gates/power.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/solo.h"
#include "acceptance/gates/table.h"
#include "benches/stats/order.h"

namespace ga {
namespace {

constexpr std::string_view kId = "power.sustained";
constexpr std::string_view kUnit = "flops", kKind = "checksum";
// More power alone than among all by more than readings scatter: 0.5 % from run to run.
constexpr std::int64_t kSamePercent = 97;
// At full clock a GPU draws what the load makes it draw, as its siblings do up to the spread of
// dies: the energy of an operation lay 5.7 % apart on sound parts, the thriftiest and the one that
// draws most, and readings scatter beside it.
constexpr std::int64_t kAsOthersPercent = 90;
// No sound part was seen to draw less than that in products at full clock; a starved one drew 73 %.
// Not measured on parts of every kind.
constexpr std::int64_t kLeastPercent = 50;

struct Unit {
  const Order& order;
  const Evidence& evidence;
  Request name;
  const GpuFacts* gpu;
  const Measurement* series;
};

Unit unit_at(const Order& order, const Evidence& evidence, const std::string& unit) {
  Request name = sustained_series(order, unit);
  const Measurement* series = find_series(evidence, name);
  return {order, evidence, std::move(name), evidence.facts.find(unit), series};
}

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  std::vector<Request> requests;
  if (order.profile.sizes.power_n <= 0) return requests;
  for (const std::string& unit : present_units(order, evidence)) {
    const Request together = sustained_series(order, unit);
    ask(requests, together, evidence, kStage1Blocks);
    if (looks_starved(order, evidence, together)) {
      ask(requests, solo_series(together), evidence, kStage1Blocks);
    }
  }
  return requests;
}

std::optional<Finding> series_unfit(const Request& name, const Evidence& evidence) {
  const auto state = look_at({name, kUnit, kKind}, evidence);
  if (state.finding) return state.finding;
  const Measurement& series = *state.series;
  if (series.samples.size() < kStage1Blocks) {
    return incomplete(name, series.samples.size(), kStage1Blocks);
  }
  const auto is_reading = [](std::int64_t x) { return x > 0 && x < 1'000'000'000; };
  if (std::all_of(series.power_mw.begin(), series.power_mw.end(), is_reading)) return std::nullopt;
  return found(name.gate, name.unit_id, "series.impossible",
               fmt::format("{}: a block has no reading of the power", name.case_id));
}

std::string text_of(const Unit& at, const Measurement& series, SlowCause cause) {
  const auto rate = median(std::span<const std::int64_t>(series.samples)).value_or(0);
  return fmt::format("{} ({} blocks); {}", show_rate(rate, kUnit), series.samples.size(),
                     describe_slow(series, at.gpu, cause));
}

bool most_are_braked(const Order& order, const Evidence& evidence) {
  const auto units = ordered_units(order.profile);
  const auto braked = std::count_if(units.begin(), units.end(), [&](const std::string& unit) {
    return events_in_run(evidence, unit, kBrakeTime) > 0;
  });
  return is_most(order, static_cast<std::size_t>(braked));
}

bool neighbours_hot(const Unit& at) {
  const auto units = ordered_units(at.order.profile);
  const auto hot = std::count_if(units.begin(), units.end(), [&](const std::string& unit) {
    const Measurement* series = find_series(at.evidence, sustained_series(at.order, unit));
    return series != nullptr && runs_hot(*series);
  });
  return is_most(at.order, static_cast<std::size_t>(hot));
}

std::int64_t power_of(const Measurement& series) {
  return median(std::span<const std::int64_t>(series.power_mw)).value_or(0);
}

SlowCause cause_of(const Unit& at) {
  const bool locked = clock_is_locked(at.order, at.evidence, at.name.unit_id);
  return explain_slow(*at.series, at.gpu, {.power_capped = true, .clock_locked = locked});
}

// What its power says that the load can draw: sound blocks at the power limit, or at full clock
// with nothing that holds the GPU down. One that its host may starve among all says it alone.
std::optional<std::int64_t> load_shown_by(const Unit& at) {
  if (sustained_unfit(at.order, at.evidence, at.name.unit_id)) return std::nullopt;
  const std::int64_t power = power_of(*at.series);
  if (draws_its_limit(*at.series, at.gpu)) return power;
  if (!runs_at_full_clock(*at.series, at.gpu)) return std::nullopt;
  const SlowCause cause = cause_of(at);
  if (cause == SlowCause::unknown) return power;
  const Request alone = solo_series(at.name);
  if (cause != SlowCause::host || series_unfit(alone, at.evidence)) return std::nullopt;
  return std::max(power, power_of(*find_series(at.evidence, alone)));
}

// The most that another GPU shows. The middle would be the faulty GPUs' own where they are the
// most.
std::optional<std::int64_t> power_of_others(const Unit& at) {
  std::optional<std::int64_t> most;
  for (const std::string& unit : ordered_units(at.order.profile)) {
    if (unit == at.name.unit_id) continue;
    most = std::max(most, load_shown_by(unit_at(at.order, at.evidence, unit)));
  }
  return most;
}

// Little power at full clock: passes where it is the load that draws no more, as the others show,
// and the power is not absurdly little, which is all that can be said of a GPU without siblings.
Finding judge_at_full_clock(const Unit& at, std::string text) {
  const std::int64_t own = power_of(*at.series) * 100;
  const auto others = power_of_others(at);
  if (others) text += fmt::format("; the other GPUs up to {} W", *others / 1000);
  if (own < *at.gpu->power_limit_enforced_mw * kLeastPercent ||
      (others && own < *others * kAsOthersPercent)) {
    return found(kId, at.name.unit_id, "power.sustained.below_siblings", std::move(text));
  }
  if (!others && at.order.profile.ordered.gpus > 1) {
    return found(kId, at.name.unit_id, "power.sustained.no_siblings", std::move(text));
  }
  return passed(kId, at.name.unit_id, text + "; at its maximum clock this load draws no more");
}

// At full clock and little power among all: what does it draw by itself? Nothing where as little,
// which `text` then says.
std::optional<Finding> judge_alone(const Unit& at, std::string& text) {
  const Request alone = solo_series(at.name);
  if (auto unfit = series_unfit(alone, at.evidence)) return unfit;
  const std::int64_t power = power_of(*find_series(at.evidence, alone));
  const std::string said = fmt::format("; alone {} W", power / 1000);
  text += said;
  if (power * kSamePercent / 100 <= power_of(*at.series)) return std::nullopt;
  return found(kId, at.name.unit_id, "slow.host_starved",
               text_of(at, *at.series, SlowCause::host) + said);
}

Finding judge_draw(const Unit& at) {
  // What names no cause that was confirmed: a brake needs its time counter, a host the run alone.
  std::string text = text_of(at, *at.series, SlowCause::unknown);
  if (draws_its_limit(*at.series, at.gpu)) return passed(kId, at.name.unit_id, std::move(text));
  const SlowCause cause = cause_of(at);
  if (cause == SlowCause::cooling || cause == SlowCause::lock) {
    return found(kId, at.name.unit_id, slow_code(cause, neighbours_hot(at)),
                 text_of(at, *at.series, cause));
  }
  if (cause == SlowCause::host && at.order.profile.ordered.gpus > 1) {
    if (auto starved = judge_alone(at, text)) return std::move(*starved);
  }
  Finding finding = runs_at_full_clock(*at.series, at.gpu)
                        ? judge_at_full_clock(at, text)
                        : found(kId, at.name.unit_id, "power.sustained.below_cap", text);
  if (finding.verdict != Verdict::borderline || at.order.profile.kind != ProfileKind::ci) {
    return finding;
  }
  finding = passed(kId, at.name.unit_id, std::move(finding.reason));
  finding.warn.push_back("the power limit was not reached");
  return finding;
}

// Where the brake's reason was seen, what says that it did nothing must be sound.
std::optional<Finding> brake_unfit(const Evidence& evidence, const GpuFacts& gpu) {
  if (auto no = counter_unfit(kId, evidence, gpu, kBrakeTime, Need::wanted)) return no;
  return run_unfit(kId, evidence, gpu);
}

Finding judge_unit(const Order& order, const Evidence& evidence, const std::string& unit) {
  if (auto unfit = sustained_unfit(order, evidence, unit)) return std::move(*unfit);
  const Unit at = unit_at(order, evidence, unit);
  const bool braked = saw_reason(*at.series, kReasonPowerBrake);
  if (const auto by = events_in_run(evidence, unit, kBrakeTime); braked && by > 0) {
    return found(kId, unit,
                 most_are_braked(order, evidence) ? "power.sustained.power_brake_site"
                                                  : "power.sustained.power_brake",
                 fmt::format("{}; power brake for {} ns in the run",
                             text_of(at, *at.series, SlowCause::power), by));
  }
  if (auto no = braked ? brake_unfit(evidence, *at.gpu) : std::nullopt) return std::move(*no);
  if (auto unfit = fact_unfit(kId, unit, "power_limit_enforced_mw", at.gpu->power_limit_enforced_mw,
                              1, 1'000'000'000)) {
    return std::move(*unfit);
  }
  Finding finding = judge_draw(at);
  if (braked) finding.warn.push_back("reason 0x80 was seen and no time counter confirms it");
  if (warmup_state(evidence, unit, order.level) == WarmupState::not_settled) {
    finding.warn.push_back("not_settled: the temperature still moved at the end of the warm-up");
  }
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  std::vector<Finding> findings;
  for (const std::string& unit : ordered_units(order.profile)) {
    findings.push_back(
        unless_kernel_wrong(order, evidence, kPowerMixture, judge_unit(order, evidence, unit)));
  }
  return findings;
}

}  // namespace

Request sustained_series(const Order& order, const std::string& unit) {
  Request name;
  name.gate = kId;
  name.case_id = "power.mixed";
  name.unit_id = unit;
  name.params = {{"n", order.profile.sizes.power_n}};
  name.block_ns = block_length_ns(order.level, true);
  name.phase = Phase::steady;
  return name;
}

Finding unless_kernel_wrong(const Order& order, const Evidence& evidence,
                            std::span<const ElementType> types, Finding finding) {
  if (!finding.code.ends_with(".wrong_data")) return finding;
  for (const ElementType in : types) {
    const GemmType& type = gemm_type(in);
    const ComputeSubject ours{Computation::gemm, type, Kernel::own};
    const KernelVotes own = exact_votes(ours, order, evidence);
    const KernelVotes library = exact_votes(witness_of(ours), order, evidence);
    if (own.units < 1 || own.wrong != own.units || library.right != library.units) continue;
    return found(finding.gate, finding.unit_id, "power.kernel_wrong",
                 fmt::format("{} kernel of ours; {}", type.name, finding.reason));
  }
  return finding;
}

std::optional<Finding> sustained_unfit(const Order& order, const Evidence& evidence,
                                       const std::string& unit) {
  if (order.profile.sizes.power_n <= 0) {
    return found(kId, unit, "profile.incomplete", "the profile has no sizes.power_n");
  }
  if (auto absent = unit_absent(kId, unit, evidence)) return absent;
  const Request name = sustained_series(order, unit);
  if (auto unfit = series_unfit(name, evidence)) return unfit;
  if (auto fault = warmup_fault(name, evidence)) return fault;
  if (warmup_state(evidence, unit, order.level) != WarmupState::absent) return std::nullopt;
  return found(
      kId, unit, "warmup.absent",
      fmt::format("level {} warms up for {} s", to_word(order.level), warmup_seconds(order.level)));
}

const Gate kPowerSustained{kId, "Does the GPU draw the power that was ordered, and compute right?",
                           "GPU가 주문한 전력까지 사용하면서 올바르게 계산합니까?", next, judge};

}  // namespace ga
