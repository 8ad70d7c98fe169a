#include "benches/stats/slope.h"

#include <cmath>
#include <cstddef>
#include <vector>

#include "benches/stats/order.h"

namespace ga {

std::optional<double> theil_sen_slope(std::span<const double> samples) {
  if (samples.size() < 2) return std::nullopt;
  std::vector<double> slopes;
  slopes.reserve(samples.size() * (samples.size() - 1) / 2);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!std::isfinite(samples[i])) return std::nullopt;
    for (std::size_t j = i + 1; j < samples.size(); ++j) {
      slopes.push_back((samples[j] - samples[i]) / static_cast<double>(j - i));
    }
  }
  return median(slopes);
}

std::optional<double> theil_sen_slope(std::span<const std::int64_t> samples) {
  const std::vector<double> values(samples.begin(), samples.end());
  return theil_sen_slope(std::span<const double>(values));
}

}  // namespace ga
