// The floor rule: does a series of blocks show that a unit is at least as fast as a floor?
//
// The burden of proof is on the delivery: noise must not buy a pass, nor cold blocks. Eleven blocks
// are judged by their second smallest and second largest, thirty by the tenth; both are bounds for
// the median whatever the noise looks like (benches/stats/order.h). Nothing here knows a limit: the
// terms come from the profile. docs/error-rates.md publishes what the rule errs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "acceptance/core/profile.h"

namespace ga {

// Stage 1: one-sided confidence 99.4 %. Stage 2, only if undecided: 97.9 %. Together they let a
// unit exactly at the floor pass with at most 2.7 %.
inline constexpr std::size_t kStage1Blocks = 11, kStage1Rank = 2;
inline constexpr std::size_t kStage2Blocks = 30, kStage2Rank = 10;
// A power-capped series that drifts more than this share of the floor per block has not settled.
inline constexpr std::int64_t kTrendPpmPerBlock = 1000;
// More discarded blocks than this, and the series is not evidence.
inline constexpr std::size_t kMaxDiscards = 2;

struct FloorTerms {
  std::int64_t floor = 0;     // in the unit of the samples; 0: none, a complete series will do
  std::int64_t gross = 0;     // the gross-defect floor
  bool decides = true;        // calibrated, or a ratio in a ci profile; else below is borderline
  bool power_capped = false;  // whether the trend rule applies
  bool settled = true;        // whether the warm-up ended with a steady temperature
  Level level = Level::standard;
};

enum class FloorAnswer {
  unfinished,   // more blocks are wanted
  no_floor,     // complete, and nothing to compare with
  met,          // the lower bound is at or above the floor
  below_floor,  // the upper bound is below a floor that decides
  below_gross,  // the upper bound is below the gross-defect floor
  undecided,    // stage 2 leaves the floor between the bounds
  provisional,  // below a floor that does not decide
  low_at_quick  // not met at level quick: run standard
};

struct FloorJudgement {
  FloorAnswer answer = FloorAnswer::unfinished;
  std::int64_t low = 0, high = 0;   // the bounds of the median
  std::size_t from = 0, count = 0;  // the blocks that were judged
  bool trend = false;               // judged on the last blocks because the series drifts
};

// How many kept blocks the series must have in all, given those it has: 11 or 30. Depends on the
// first eleven only, so that asking twice gives the same answer.
std::size_t blocks_wanted(const FloorTerms& terms, std::span<const std::int64_t> samples);

// Blocks beyond the thirtieth are not looked at: nobody asks for them.
FloorJudgement judge_floor(const FloorTerms& terms, std::span<const std::int64_t> samples);

// The length of one block, and of the warm-up that comes before the steady phase.
std::int64_t block_length_ns(Level level, bool power_capped);
std::int64_t warmup_seconds(Level level);

}  // namespace ga
