#include "benches/stats/autocorrelation.h"

#include <cmath>
#include <cstddef>
#include <vector>

namespace ga {

std::optional<double> lag1_autocorrelation(std::span<const double> samples) {
  if (samples.size() < 3) return std::nullopt;
  double sum = 0;
  for (const double x : samples) sum += x;
  const double mean = sum / static_cast<double>(samples.size());
  double products = 0;
  double squares = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double d = samples[i] - mean;
    squares += d * d;
    if (i + 1 < samples.size()) products += d * (samples[i + 1] - mean);
  }
  // Written so that NaN is refused too.
  if (!(squares > 0) || !std::isfinite(squares)) return std::nullopt;
  return products / squares;
}

std::optional<double> lag1_autocorrelation(std::span<const std::int64_t> samples) {
  const std::vector<double> values(samples.begin(), samples.end());
  return lag1_autocorrelation(std::span<const double>(values));
}

}  // namespace ga
