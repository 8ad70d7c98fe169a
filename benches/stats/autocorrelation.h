// Lag-1 autocorrelation: how much a block resembles the one before it. Blocks that do are worth
// fewer than their number; it is recorded beside a verdict and rules on nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace ga {

// sum (x[i]-m)(x[i+1]-m) / sum (x[i]-m)^2, in [-1, 1]. Nothing for fewer than three samples, if any
// is not finite, or if all are equal.
std::optional<double> lag1_autocorrelation(std::span<const double> samples);
std::optional<double> lag1_autocorrelation(std::span<const std::int64_t> samples);

}  // namespace ga
