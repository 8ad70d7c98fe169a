// Theil-Sen slope: the drift of a series from block to block that a few odd blocks cannot bend.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace ga {

// The median of (x[j] - x[i]) / (j - i) over all pairs i < j, in units of the samples per block.
// Nothing for fewer than two samples or if any is not finite. Takes n (n-1) / 2 steps.
std::optional<double> theil_sen_slope(std::span<const double> samples);
std::optional<double> theil_sen_slope(std::span<const std::int64_t> samples);

}  // namespace ga
