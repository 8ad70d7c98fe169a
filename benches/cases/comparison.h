// Comparison: ours against the baseline, in alternating blocks on the same data, and what may be
// said of it: the median of the ratios with its order-statistic interval, never a best.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "benches/stats/order.h"
#include "kernels/data/element.h"
#include "reports/model/result.h"

namespace ga {

inline constexpr std::int64_t kLeastAlternations = 30;
inline constexpr double kRatioCoverage = 0.95;

// One algorithm that the baseline's library offers, timed like all others.
struct Candidate {
  std::string algorithm;
  std::int64_t median = 0;
};

struct Comparison {
  std::string own, baseline;  // cases; the baseline is empty where there is none
  std::string what;           // the shape or size
  std::string unit;
  std::vector<std::int64_t> own_samples, baseline_samples;  // pairs, in order
  std::vector<Candidate> candidates;                        // of the baseline
  std::string chosen;                                       // the fastest of them
  std::string no_baseline = {};  // why there is none, where one was looked for
  std::int64_t peak = 0;         // of this part in `unit`; 0 where it is not known
  std::int64_t wrong = 0;        // over every block
  std::int64_t clock_mhz = 0, power_mw = 0, temp_mc = 0, throttle = 0;  // of the last block
};

struct Summary {
  std::int64_t own_median = 0, baseline_median = 0;
  MedianInterval ratio;    // own / baseline; zeros without a baseline
  double own_of_peak = 0;  // 0 where the peak is not known
};

// Refuses wrong data, fewer than kLeastAlternations, and anything that is not a number.
Result<Summary> summarise(const Comparison& comparison);

// Memory bytes and dense flops per second by the part's name; 0 where it is not known, or has no
// such type.
struct Peak {
  std::int64_t bytes_per_s = 0;
  std::array<std::int64_t, kGemmTypes.size()> gflops{};  // in the order of kGemmTypes
  std::int64_t flops(ElementType in) const;
};
Peak peak_of(std::string_view part_name);

// What the geometric mean of the ratios over several shapes is held against.
struct Target {
  double must = 0, aim = 0, aim_lowest = 0;  // 0: no aim for the lowest
};
// "Must" is the least, "aim" what we are here for: on one H200, against cuDNN at its best.
inline constexpr Target kAttentionTarget{.must = 0.90, .aim = 1.05, .aim_lowest = 0.97};
inline constexpr Target kAttentionBwdTarget{.must = 0.70, .aim = 0.95, .aim_lowest = 0};

// A line for each case that has ratios: their geometric mean, the lowest of them, and the target.
std::string to_means(std::span<const Comparison> comparisons, const Target& target);

// The short table: one line a comparison, with a line of titles.
std::string to_table(std::span<const Comparison> comparisons);

}  // namespace ga
