#include "benches/cases/compare.h"

#include <algorithm>

#include "benches/harness/plan.h"

namespace ga {
namespace {

// One side of a comparison, with the length of its groups.
struct Runner {
  Bench& bench;
  GroupTime group;
};

Result<Runner> prepare(CompareBed& bed, Bench& bench, Comparison& into) {
  Check found;
  GA_TRY(const GroupTime group, bed.loop.calibrate(bench, bed.options.block_ns, {}, found));
  into.wrong += found.wrong;
  return Runner{bench, group};
}

Result<std::int64_t> run_block(CompareBed& bed, Runner& side, Comparison& into) {
  const BlockOrder order{.groups = groups_for_block(bed.options.block_ns, side.group.span_ns),
                         .group = side.group,
                         .read = bed.options.read,
                         .stop = {}};
  Check check = side.bench.begin();
  GA_TRY(const BlockTiming timing, bed.loop.block(side.bench, order, check));
  into.wrong += check.wrong;
  into.clock_mhz = timing.reading.clock_mhz.value.value_or(0);
  into.power_mw = timing.reading.power_mw.value.value_or(0);
  into.temp_mc = timing.reading.temp_mc.value.value_or(0);
  into.throttle |= timing.reading.throttle.value.value_or(0);
  return side.bench.value(timing);
}

}  // namespace

Status settle(CompareBed& bed, Bench& bench, Comparison& into) {
  GA_TRY(Runner side, prepare(bed, bench, into));
  const std::int64_t blocks = bed.settle_ns / std::max<std::int64_t>(1, bed.options.block_ns);
  for (std::int64_t i = 0; i < blocks; ++i) {
    GA_TRY(const std::int64_t value, run_block(bed, side, into));
    (void)value;  // warming up: no sample
  }
  return Ok{};
}

Status alternate(CompareBed& bed, Bench& own, Bench& baseline, Comparison& into) {
  GA_TRY(Runner ours, prepare(bed, own, into));
  GA_TRY(Runner theirs, prepare(bed, baseline, into));
  for (const Side side : interleaving(bed.options.alternations)) {
    const bool is_own = side == Side::own;
    GA_TRY(const std::int64_t value, run_block(bed, is_own ? ours : theirs, into));
    (is_own ? into.own_samples : into.baseline_samples).push_back(value);
  }
  return Ok{};
}

Status alone(CompareBed& bed, Bench& own, Comparison& into) {
  GA_TRY(Runner ours, prepare(bed, own, into));
  for (std::int64_t i = 0; i < bed.options.alternations; ++i) {
    GA_TRY(const std::int64_t value, run_block(bed, ours, into));
    into.own_samples.push_back(value);
  }
  return Ok{};
}

}  // namespace ga
