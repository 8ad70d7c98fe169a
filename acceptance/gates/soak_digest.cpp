// Does the node go on giving right answers for hours: hot, cold, at rest and under pulses?
//
// Evidence: cycles of forty minutes until the profile's soak_hours are full. Each has twenty
// minutes of products in mixed formats at the power limit, five of a pattern and its complement
// that stay in the hot memory before they are read back, ten minutes of sums over all GPUs, two
// minutes of rest in which the parts cool, and pulses of load, first in phase over all GPUs, then
// in antiphase. Every launch is checked. Limit: none; one wrong word fails. Each GPU has a pace of
// its own: one that is lost does not hold the others. False pass: a fault rarer than the launches
// that ran, and the finding says which rate they exclude; a fault between a checkpoint and a
// restart of the machine, whose blocks are measured again. False fail: none known; a worker that
// died is no answer.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/core/seed.h"
#include "acceptance/gates/power.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/table.h"
#include "acceptance/gates/walked.h"
#include "reports/model/units.h"

namespace ga {
namespace {

constexpr std::string_view kId = kSoakGate;
constexpr std::int64_t kCycleMinutes = 40;
// Of the blocks of a series so many in a hundred may be discarded, and two in any case.
constexpr std::size_t kDiscardsInHundred = 1;

enum class What { mixed, fade, fade_flipped, sums, rest, in_phase, antiphase };

struct Segment {
  What what;
  std::string_view name, case_id, unit, check_kind;
  std::int64_t block_s;
  std::size_t blocks;  // of a cycle
};
// In the order that a cycle has.
constexpr std::array kSegments{
    Segment{What::mixed, "mixed products", "power.mixed", "flops", "checksum", 60, 20},
    Segment{What::fade, "fading memory", "memory.pattern", "bytes_per_s", "pattern", 150, 1},
    Segment{What::fade_flipped, "their complement", "memory.pattern", "bytes_per_s", "pattern", 150,
            1},
    Segment{What::sums, "sums over all GPUs", "allreduce.own", "bytes_per_s", "exact", 60, 10},
    Segment{What::rest, "rest", "power.pulse", "launches", "checksum", 60, 2},
    Segment{What::in_phase, "pulses in phase", "power.pulse", "launches", "checksum", 30, 3},
    Segment{What::antiphase, "pulses in antiphase", "power.pulse", "launches", "checksum", 30, 3},
};

bool spans_gpus(const Segment& segment) { return segment.what == What::sums; }

std::size_t cycles_of(const Order& order) {
  const std::int64_t minutes = std::max<std::int64_t>(1, order.profile.sizes.soak_hours) * 60;
  return static_cast<std::size_t>((minutes + kCycleMinutes - 1) / kCycleMinutes);
}

// What places a GPU in the rhythm: odd ones pulse while even ones rest.
Params pulse_of(const Order& order, const Segment& segment, const std::string& unit) {
  Params params{{"n", order.profile.sizes.power_n},
                {"period_ms", 1000},
                {"duty_percent", 50},
                {"phase_percent", 0}};
  if (segment.what == What::rest) {
    params["period_ms"] = 60'000;
    params["duty_percent"] = 1;
  }
  if (segment.what == What::antiphase) {
    params["period_ms"] = 200;  // another rate than in phase, so that supplies see both
    params["phase_percent"] = in_odd_slot(unit) ? 50 : 0;
  }
  return params;
}

Params params_of(const Order& order, const Evidence& evidence, const Segment& segment,
                 const std::string& unit) {
  switch (segment.what) {
    case What::mixed:
      return {{"n", order.profile.sizes.power_n}};
    case What::fade:
    case What::fade_flipped: {
      Params params{{"bytes", walked_bytes(order, evidence, unit)}, {"test", 3}, {"hold_s", 140}};
      params["seed"] = node_seed(order, kId, params);
      params["flip"] = segment.what == What::fade_flipped ? 1 : 0;  // of the same words
      return params;
    }
    case What::sums:
      return {{"bytes", order.profile.sizes.allreduce_bytes}, {"type", 0}, {"algorithm", 0}};
    case What::rest:
    case What::in_phase:
    case What::antiphase:
      break;
  }
  return pulse_of(order, segment, unit);
}

Request series_of(const Order& order, const Evidence& evidence, const Segment& segment,
                  const std::string& unit) {
  Request name;
  name.gate = kId;
  name.case_id = segment.case_id;
  name.unit_id = unit;
  name.params = params_of(order, evidence, segment, unit);
  name.block_ns = segment.block_s * kNsPerS;
  name.phase = Phase::soak;
  return name;
}

std::size_t wanted_of(const Order& order, const Segment& segment) {
  return cycles_of(order) * segment.blocks;
}

std::size_t most_discards(const Order& order, const Segment& segment) {
  return std::max(kMaxDiscards, wanted_of(order, segment) * kDiscardsInHundred / 100);
}

// Empty where the profile says all that the gate needs.
std::string size_unfit(const Order& order) {
  const Sizes& sizes = order.profile.sizes;
  if (sizes.power_n <= 0) return "the profile has no sizes.power_n";
  if (sizes.pattern_ppm <= 0) return "the profile has no sizes.pattern_ppm";
  if (order.profile.ordered.gpus > 1 && sizes.allreduce_bytes <= 0) {
    return "the profile has no sizes.allreduce_bytes";
  }
  return "";
}

// How many cycles of one series are complete; all of them where it cannot become sound any more, so
// that the others go on.
std::size_t cycles_in(const Order& order, const Evidence& evidence, const Segment& segment,
                      const std::string& unit) {
  const Measurement* series = find_series(evidence, series_of(order, evidence, segment, unit));
  if (series == nullptr) return 0;
  if (series->discarded.size() > most_discards(order, segment)) return cycles_of(order);
  return std::min(cycles_of(order), series->samples.size() / segment.blocks);
}

// The unit's first cycle that is not complete.
std::size_t cycle_of(const Order& order, const Evidence& evidence, const std::string& unit) {
  std::size_t least = cycles_of(order);
  for (const Segment& segment : kSegments) {
    if (spans_gpus(segment)) continue;
    least = std::min(least, cycles_in(order, evidence, segment, unit));
  }
  return least;
}

// What is missing of that cycle, counted from 0.
void ask_of_cycle(std::vector<Request>& requests, const Order& order, const Evidence& evidence,
                  const Segment& segment, const std::string& unit, std::size_t cycle) {
  if (cycle >= cycles_of(order)) return;
  if (cycles_in(order, evidence, segment, unit) > cycle) return;
  Request request = series_of(order, evidence, segment, unit);
  const Measurement* series = find_series(evidence, request);
  const std::size_t have = series == nullptr ? 0 : series->samples.size();
  request.blocks = static_cast<std::int64_t>((cycle + 1) * segment.blocks - have);
  requests.push_back(std::move(request));
}

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  std::vector<Request> requests;
  if (!size_unfit(order).empty()) return requests;
  const std::vector<std::string> units = present_units(order, evidence);
  std::vector<std::size_t> cycles;
  for (const std::string& unit : units) cycles.push_back(cycle_of(order, evidence, unit));
  const std::size_t furthest = cycles.empty() ? 0 : *std::max_element(cycles.begin(), cycles.end());
  const bool sums = order.profile.ordered.gpus > 1 &&
                    static_cast<std::int64_t>(units.size()) == order.profile.ordered.gpus;
  for (const Segment& segment : kSegments) {
    if (spans_gpus(segment)) {
      const std::string node(kNodeUnit);
      const std::size_t cycle = cycles_in(order, evidence, segment, node);
      if (sums && cycle <= furthest) {
        ask_of_cycle(requests, order, evidence, segment, node, cycle);
      }
      continue;
    }
    for (std::size_t i = 0; i < units.size(); ++i) {
      ask_of_cycle(requests, order, evidence, segment, units[i], cycles[i]);
    }
  }
  return requests;
}

// The blocks of a cycle are counted without those that were discarded.
std::string cycle_text(const Order& order, const Segment& segment, const Measurement& series) {
  const auto& block = series.check->first_block;
  if (!block || *block < 0) return "in a cycle that nobody noted";
  const auto discarded = std::count_if(series.discarded.begin(), series.discarded.end(),
                                       [&](const Discard& one) { return one.index < *block; });
  const auto kept = static_cast<std::size_t>(std::max<std::int64_t>(0, *block - discarded));
  return fmt::format("cycle {} of {}", kept / segment.blocks + 1, cycles_of(order));
}

std::vector<const Segment*> segments_of(const std::string& unit) {
  std::vector<const Segment*> mine;
  for (const Segment& segment : kSegments) {
    if (spans_gpus(segment) == (unit == kNodeUnit)) mine.push_back(&segment);
  }
  return mine;
}

// Types of products whose kernel may be accused instead of the GPU.
std::span<const ElementType> types_of(const Segment& segment) {
  if (segment.case_id == "power.mixed") return kPowerMixture;
  if (segment.case_id == "power.pulse") return kPulseTypes;
  return {};
}

// The first load whose answers accuse the part, else the first whose kernel they accuse.
std::optional<Finding> wrong(const Order& order, const Evidence& evidence,
                             const std::string& unit) {
  std::optional<Finding> worst;
  for (const Segment* segment : segments_of(unit)) {
    const Measurement* series = find_series(evidence, series_of(order, evidence, *segment, unit));
    if (series == nullptr || !is_wrong(*series, segment->check_kind)) continue;
    auto bad =
        found(kId, unit, unit == kNodeUnit ? "soak.digest.wrong_sum" : "soak.digest.wrong_data",
              fmt::format("{}, {}: {}", cycle_text(order, *segment, *series), segment->name,
                          describe_mismatch(*series)));
    keep_worse(worst, unless_kernel_wrong(order, evidence, types_of(*segment), std::move(bad)));
  }
  return worst;
}

// How many launches the samples leave room for. A rate counts twice, since a block may be longer
// than was asked for; launches of discarded blocks were checked too.
double most_launches(const Order& order, const Segment& segment, const Measurement& series) {
  constexpr double kTwice = 2;
  const std::vector<std::int64_t>& samples = series.samples;
  const auto block_s = static_cast<double>(segment.block_s);
  const auto discards = static_cast<double>(most_discards(order, segment));
  const double sum = std::accumulate(samples.begin(), samples.end(), 0.0);
  switch (segment.what) {
    case What::mixed: {
      const auto n = static_cast<double>(order.profile.sizes.power_n);
      return kTwice * sum * block_s / (2 * n * n * n);
    }
    case What::fade:
    case What::fade_flipped:
      return static_cast<double>(samples.size()) + discards;
    case What::sums: {  // on each GPU
      const auto gpus = static_cast<double>(order.profile.ordered.gpus);
      const auto bytes = static_cast<double>(order.profile.sizes.allreduce_bytes);
      return kTwice * gpus * sum * block_s / bytes;
    }
    case What::rest:
    case What::in_phase:
    case What::antiphase:
      break;
  }
  return sum + discards * static_cast<double>(most_in_block(series));
}

// More launches than blocks can have had would exclude any rate.
bool is_exposure(const Order& order, const Segment& segment, const Measurement& series) {
  const auto launches = series.check->launches;
  return !launches || (*launches >= 0 &&
                       static_cast<double>(*launches) <= most_launches(order, segment, series));
}

// Of the two rhythms with the same load in the same time; 0 for what has no other to compare with.
std::int64_t most_pulses(const Order& order, const Evidence& evidence, const Segment& segment,
                         const std::string& unit) {
  if (segment.what != What::in_phase && segment.what != What::antiphase) return 0;
  std::int64_t most = 0;
  for (const Segment& other : kSegments) {
    if (other.what != What::in_phase && other.what != What::antiphase) continue;
    const auto* series = find_series(evidence, series_of(order, evidence, other, unit));
    if (series != nullptr) most = std::max(most, most_in_block(*series));
  }
  return most;
}

std::optional<Finding> unfinished(const Order& order, const Evidence& evidence,
                                  const std::string& unit) {
  for (const Segment* segment : segments_of(unit)) {
    const Request name = series_of(order, evidence, *segment, unit);
    const SeriesNeed need{name, segment->unit, segment->check_kind, most_discards(order, *segment)};
    SeriesState state = look_at(need, evidence);
    if (state.finding) return std::move(state.finding);
    const std::size_t have = state.series->samples.size(), wanted = wanted_of(order, *segment);
    if (have < wanted) return incomplete(name, have, wanted);
    if (!is_exposure(order, *segment, *state.series)) {
      return found(kId, unit, "series.impossible",
                   fmt::format("{}: {} launches in {} blocks", segment->name,
                               *state.series->check->launches, have));
    }
  }
  for (const Segment* segment : segments_of(unit)) {  // the series are sound
    if (segment->case_id != "power.pulse") continue;
    const Request name = series_of(order, evidence, *segment, unit);
    const std::int64_t most = most_pulses(order, evidence, *segment, unit);
    if (auto none = pulses_missing(name, *find_series(evidence, name), most)) return none;
  }
  return std::nullopt;
}

// No wrong answer in n launches excludes, at 95 %, a rate above 3 / n.
std::string exposure_text(const Order& order, const Evidence& evidence, const std::string& unit) {
  double seconds = 0;
  double launches = 0;
  for (const Segment* segment : segments_of(unit)) {
    const Measurement* series = find_series(evidence, series_of(order, evidence, *segment, unit));
    if (series == nullptr || !series->check) continue;
    const auto blocks = static_cast<double>(series->samples.size());
    seconds += blocks * static_cast<double>(segment->block_s);
    // A block is at least one launch, where nobody counted.
    launches += std::max(blocks, static_cast<double>(series->check->launches.value_or(0)));
  }
  return fmt::format(
      "{} cycles, {:.0f} launches in {:.1f} h right, so fewer than {:.1e} of launches are wrong "
      "(95 %)",
      cycles_of(order), launches, seconds / 3600, 3.0 / std::max(1.0, launches));
}

Finding judge_unit(const Order& order, const Evidence& evidence, const std::string& unit) {
  if (unit != kNodeUnit) {
    if (auto absent = unit_absent(kId, unit, evidence)) return std::move(*absent);
  }
  if (auto bad = wrong(order, evidence, unit)) return std::move(*bad);
  if (auto open = unfinished(order, evidence, unit)) return std::move(*open);
  Finding finding = passed(kId, unit, exposure_text(order, evidence, unit));
  if (!evidence.restarts.empty()) {
    finding.warn.push_back(
        fmt::format("restarts of the machine in the run: {}; what was measured since the last "
                    "checkpoint was measured again, and what else befell then was not seen",
                    evidence.restarts.size()));
  }
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  std::vector<std::string> units = ordered_units(order.profile);
  if (units.size() > 1) units.emplace_back(kNodeUnit);
  std::vector<Finding> findings;
  const std::string unfit = size_unfit(order);
  for (const std::string& unit : units) {
    findings.push_back(unfit.empty() ? judge_unit(order, evidence, unit)
                                     : found(kId, unit, "profile.incomplete", unfit));
  }
  return findings;
}

}  // namespace

const Gate kSoakDigest{kId, "Does the node go on giving right answers for hours under every load?",
                       "모든 부하에서 장시간 계산 결과가 계속 정확합니까?", next, judge};

}  // namespace ga
