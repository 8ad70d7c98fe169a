#include "acceptance/core/slow.h"

#include <fmt/format.h>

#include <algorithm>

#include "benches/stats/order.h"

namespace ga {
namespace {

// Sources: faults-and-statistics, power at the cap in a GEMM is at least 97 % of the limit on
// healthy parts; the one measured case of a starved GPU ran at 100 % of its clock and 73 % power.
constexpr std::int64_t kAtCapPercent = 97;
constexpr std::int64_t kHighClockPercent = 97;
constexpr std::int64_t kLowPowerPercent = 90;
// A die that is merely poor does at each clock what its siblings do, but for the scatter of blocks
// and of clock readings: about 0.5 % each. What does less waits, or computes otherwise.
constexpr std::int64_t kSameWorkPpm = 970'000;

std::int64_t middle(const std::vector<std::int64_t>& values) {
  return median(std::span<const std::int64_t>(values)).value_or(0);
}

// Whether x is at least that percentage of a known, positive y.
bool reaches_percent(std::int64_t x, const KnownInt* y, std::int64_t percent) {
  return y != nullptr && *y && **y > 0 && x > 0 &&
         static_cast<double>(x) * 100 >= static_cast<double>(**y) * static_cast<double>(percent);
}

bool is_known(const KnownInt* y) { return y != nullptr && *y && **y > 0; }

// In at least half of the blocks.
bool mostly(const Measurement& series, std::int64_t reasons) {
  const auto hits = std::count_if(series.throttle.begin(), series.throttle.end(),
                                  [&](std::int64_t seen) { return (seen & reasons) != 0; });
  return hits > 0 && static_cast<std::size_t>(hits) * 2 >= series.throttle.size();
}

std::string of_limit(const KnownInt* limit, std::int64_t unit) {
  return is_known(limit) ? fmt::format(" of {}", **limit / unit) : std::string();
}

std::string_view word_of(SlowCause cause) {
  switch (cause) {
    case SlowCause::unknown:
      return "no single cause";
    case SlowCause::silicon:
      return "silicon";
    case SlowCause::cooling:
      return "cooling";
    case SlowCause::host:
      return "host";
    case SlowCause::power:
      return "power brake";
    case SlowCause::lock:
      return "clock lock";
  }
  return "no single cause";
}

}  // namespace

bool runs_hot(const Measurement& series) {
  return mostly(series, kReasonSwThermal | kReasonHwThermal);
}

bool saw_reason(const Measurement& series, std::int64_t reason) {
  return std::any_of(series.throttle.begin(), series.throttle.end(),
                     [&](std::int64_t seen) { return (seen & reason) != 0; });
}

bool draws_its_limit(const Measurement& series, const GpuFacts* facts) {
  return facts != nullptr &&
         reaches_percent(middle(series.power_mw), &facts->power_limit_enforced_mw, kAtCapPercent);
}

bool runs_at_full_clock(const Measurement& series, const GpuFacts* facts) {
  return facts != nullptr &&
         reaches_percent(middle(series.clock_mhz), &facts->clock_sm_max_mhz, kHighClockPercent);
}

double work_per_clock(const Measurement& series) {
  const std::int64_t clock = middle(series.clock_mhz);
  if (clock <= 0) return 0;
  return static_cast<double>(middle(series.samples)) / static_cast<double>(clock);
}

SlowCause explain_slow(const Measurement& series, const GpuFacts* facts, SlowContext context) {
  const KnownInt* clock_max = facts != nullptr ? &facts->clock_sm_max_mhz : nullptr;
  const KnownInt* power_max = facts != nullptr ? &facts->power_limit_enforced_mw : nullptr;
  if (mostly(series, kReasonPowerBrake)) return SlowCause::power;
  if (runs_hot(series)) return SlowCause::cooling;
  if (context.clock_locked) return SlowCause::lock;
  if (!context.power_capped || !is_known(clock_max) || !is_known(power_max)) {
    return SlowCause::unknown;
  }
  const std::int64_t power = middle(series.power_mw);
  const bool high_clock = runs_at_full_clock(series, facts);
  if (high_clock && power > 0 && !reaches_percent(power, power_max, kLowPowerPercent)) {
    return context.alone ? SlowCause::unknown : SlowCause::host;
  }
  const bool at_cap = draws_its_limit(series, facts) && context.work_ppm >= kSameWorkPpm;
  return !high_clock && at_cap ? SlowCause::silicon : SlowCause::unknown;
}

std::string describe_slow(const Measurement& series, const GpuFacts* facts, SlowCause cause) {
  std::int64_t reasons = 0;
  for (const std::int64_t seen : series.throttle) reasons |= seen;
  return fmt::format(
      "clock {}{} MHz, power {}{} W, {} C, reasons {:#x}: {}", middle(series.clock_mhz),
      of_limit(facts != nullptr ? &facts->clock_sm_max_mhz : nullptr, 1),
      middle(series.power_mw) / 1000,
      of_limit(facts != nullptr ? &facts->power_limit_enforced_mw : nullptr, 1000),
      middle(series.temp_mc) / 1000, static_cast<std::uint64_t>(reasons), word_of(cause));
}

std::string_view slow_code(SlowCause cause, bool neighbours_hot) {
  switch (cause) {
    case SlowCause::cooling:
      return neighbours_hot ? "slow.hot_site" : "slow.hot";
    case SlowCause::host:
      return "slow.host_starved";
    case SlowCause::power:
      return "slow.power_brake";
    case SlowCause::lock:
      return "slow.locked";
    case SlowCause::silicon:
    case SlowCause::unknown:
      return "";
  }
  return "";
}

}  // namespace ga
