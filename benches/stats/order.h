// Order statistics: what a handful of samples says about the median they come from, whatever their
// distribution. The k-th smallest of n independent samples is at most the true median with
// probability P(Binomial(n, 1/2) >= k); nothing else is assumed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace ga {

// k counts from 1. Nothing for k = 0, for k beyond the samples, or if any sample is not finite.
std::optional<std::int64_t> kth_smallest(std::span<const std::int64_t> samples, std::size_t k);
std::optional<std::int64_t> kth_largest(std::span<const std::int64_t> samples, std::size_t k);
std::optional<double> kth_smallest(std::span<const double> samples, std::size_t k);
std::optional<double> kth_largest(std::span<const double> samples, std::size_t k);

// The mean of the two middle samples where their number is even (rounded down for integers).
std::optional<std::int64_t> median(std::span<const std::int64_t> samples);
std::optional<double> median(std::span<const double> samples);

// The probability that the k-th smallest of n samples is at most the true median; the k-th largest
// is at least the median with the same probability. 1 for k = 0, 0 for k > n.
double median_confidence(std::size_t n, std::size_t k);

// The largest k whose median_confidence(n, k) is at least `confidence`; 0 if there is none.
std::size_t median_rank(std::size_t n, double confidence);

struct MedianInterval {
  double low = 0, median = 0, high = 0;
  double coverage = 0;  // probability that low <= true median <= high
};

// The narrowest symmetric interval for the median that covers it with at least `coverage`. Nothing
// where so few samples cannot, or if any sample is not finite.
std::optional<MedianInterval> median_interval(std::span<const double> samples, double coverage);

// The same for the ratios a[i] / b[i] of paired samples. Nothing if the lengths differ or if any
// sample is not finite and positive.
std::optional<MedianInterval> ratio_interval(std::span<const double> a, std::span<const double> b,
                                             double coverage);

}  // namespace ga
