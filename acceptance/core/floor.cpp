#include "acceptance/core/floor.h"

#include <algorithm>
#include <cmath>

#include "benches/stats/order.h"
#include "benches/stats/slope.h"

namespace ga {
namespace {

struct Bounds {
  std::int64_t low = 0, high = 0;
};

// Precondition: rank <= samples.size().
Bounds bounds_of(std::span<const std::int64_t> samples, std::size_t rank) {
  return {kth_smallest(samples, rank).value_or(0), kth_largest(samples, rank).value_or(0)};
}

bool drifts(const FloorTerms& terms, std::span<const std::int64_t> samples) {
  const auto slope = theil_sen_slope(samples);
  const double limit = static_cast<double>(terms.floor) * kTrendPpmPerBlock / 1e6;
  return !slope || !(std::abs(*slope) <= limit);  // a slope that is no number is a drift
}

// Whether the first eleven blocks show a unit that is not at rest.
bool unsteady(const FloorTerms& terms, std::span<const std::int64_t> first) {
  if (!terms.power_capped || terms.floor <= 0) return false;
  return !terms.settled || drifts(terms, first);
}

bool straddles(const FloorTerms& terms, Bounds bounds) {
  return bounds.low < terms.floor && bounds.high >= terms.floor;
}

FloorAnswer answer_of(const FloorTerms& terms, Bounds bounds) {
  if (bounds.low >= terms.floor) return FloorAnswer::met;
  if (bounds.high < terms.gross) return FloorAnswer::below_gross;
  if (terms.level == Level::quick) return FloorAnswer::low_at_quick;
  if (bounds.high >= terms.floor) return FloorAnswer::undecided;
  return terms.decides ? FloorAnswer::below_floor : FloorAnswer::provisional;
}

}  // namespace

std::size_t blocks_wanted(const FloorTerms& terms, std::span<const std::int64_t> samples) {
  if (samples.size() < kStage1Blocks || terms.floor <= 0) return kStage1Blocks;
  const auto first = samples.first(kStage1Blocks);
  if (unsteady(terms, first)) return kStage2Blocks;
  // Quick only screens: what it cannot decide is for standard.
  if (terms.level == Level::quick) return kStage1Blocks;
  return straddles(terms, bounds_of(first, kStage1Rank)) ? kStage2Blocks : kStage1Blocks;
}

FloorJudgement judge_floor(const FloorTerms& terms, std::span<const std::int64_t> samples) {
  FloorJudgement judgement;
  const std::size_t wanted = blocks_wanted(terms, samples);
  if (samples.size() < wanted) return judgement;
  auto judged = samples.first(wanted);
  std::size_t rank = wanted == kStage1Blocks ? kStage1Rank : kStage2Rank;
  if (wanted == kStage2Blocks && terms.power_capped &&
      (unsteady(terms, samples.first(kStage1Blocks)) || drifts(terms, judged))) {
    judgement.trend = true;
    judgement.from = kStage2Blocks - kStage1Blocks;
    judged = judged.last(kStage1Blocks);
    rank = kStage1Rank;
  }
  const Bounds bounds = bounds_of(judged, rank);
  judgement.low = bounds.low;
  judgement.high = bounds.high;
  judgement.count = judged.size();
  judgement.answer = terms.floor > 0 ? answer_of(terms, bounds) : FloorAnswer::no_floor;
  return judgement;
}

std::int64_t block_length_ns(Level level, bool power_capped) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  switch (level) {
    case Level::quick:
      return kSecond * 2 / 5;
    case Level::standard:
      return power_capped ? 3 * kSecond : kSecond;
    case Level::soak:
      return 10 * kSecond;
  }
  return kSecond;
}

std::int64_t warmup_seconds(Level level) {
  switch (level) {
    case Level::quick:
      return 5;
    case Level::standard:
      return 300;
    case Level::soak:
      return 600;
  }
  return 600;
}

}  // namespace ga
