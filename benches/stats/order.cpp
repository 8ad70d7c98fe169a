#include "benches/stats/order.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ga {
namespace {

bool finite(std::int64_t) { return true; }
bool finite(double x) { return std::isfinite(x); }

template <class T>
std::optional<T> nth(std::span<const T> samples, std::size_t k) {
  if (k == 0 || k > samples.size()) return std::nullopt;
  for (const T x : samples) {
    if (!finite(x)) return std::nullopt;
  }
  std::vector<T> copy(samples.begin(), samples.end());
  const auto at = copy.begin() + static_cast<std::ptrdiff_t>(k - 1);
  std::nth_element(copy.begin(), at, copy.end());
  return *at;
}

template <class T>
std::optional<T> nth_from_top(std::span<const T> samples, std::size_t k) {
  if (k == 0 || k > samples.size()) return std::nullopt;
  return nth(samples, samples.size() + 1 - k);
}

}  // namespace

std::optional<std::int64_t> kth_smallest(std::span<const std::int64_t> samples, std::size_t k) {
  return nth(samples, k);
}
std::optional<std::int64_t> kth_largest(std::span<const std::int64_t> samples, std::size_t k) {
  return nth_from_top(samples, k);
}
std::optional<double> kth_smallest(std::span<const double> samples, std::size_t k) {
  return nth(samples, k);
}
std::optional<double> kth_largest(std::span<const double> samples, std::size_t k) {
  return nth_from_top(samples, k);
}

std::optional<std::int64_t> median(std::span<const std::int64_t> samples) {
  const auto low = nth(samples, (samples.size() + 1) / 2);
  const auto high = nth(samples, samples.size() / 2 + 1);
  if (!low || !high) return std::nullopt;
  // The distance of two integers may not fit a signed one.
  const std::uint64_t gap = static_cast<std::uint64_t>(*high) - static_cast<std::uint64_t>(*low);
  return *low + static_cast<std::int64_t>(gap / 2);
}

std::optional<double> median(std::span<const double> samples) {
  const auto low = nth(samples, (samples.size() + 1) / 2);
  const auto high = nth(samples, samples.size() / 2 + 1);
  if (!low || !high) return std::nullopt;
  return *low / 2 + *high / 2;
}

double median_confidence(std::size_t n, std::size_t k) {
  if (k == 0) return 1;
  if (k > n) return 0;
  // In logarithms, so that a large n does not underflow 2^-n.
  const double count = static_cast<double>(n);
  double below = 0;
  for (std::size_t i = 0; i < k; ++i) {
    const double successes = static_cast<double>(i);
    below += std::exp(std::lgamma(count + 1) - std::lgamma(successes + 1) -
                      std::lgamma(count - successes + 1) - count * std::log(2.0));
  }
  return std::clamp(1 - below, 0.0, 1.0);
}

std::size_t median_rank(std::size_t n, double confidence) {
  std::size_t best = 0;
  for (std::size_t k = 1; k <= n; ++k) {
    if (!(median_confidence(n, k) >= confidence)) break;
    best = k;
  }
  return best;
}

std::optional<MedianInterval> median_interval(std::span<const double> samples, double coverage) {
  const std::size_t k = median_rank(samples.size(), (1 + coverage) / 2);
  const auto low = kth_smallest(samples, k);
  const auto high = kth_largest(samples, k);
  const auto middle = median(samples);
  if (!low || !high || !middle) return std::nullopt;
  return MedianInterval{*low, *middle, *high, 2 * median_confidence(samples.size(), k) - 1};
}

std::optional<MedianInterval> ratio_interval(std::span<const double> a, std::span<const double> b,
                                             double coverage) {
  if (a.size() != b.size()) return std::nullopt;
  std::vector<double> ratios;
  ratios.reserve(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(a[i] > 0) || !(b[i] > 0) || !std::isfinite(a[i]) || !std::isfinite(b[i])) {
      return std::nullopt;
    }
    ratios.push_back(a[i] / b[i]);
  }
  return median_interval(ratios, coverage);
}

}  // namespace ga
