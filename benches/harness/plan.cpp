#include "benches/harness/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ga {
namespace {

KnownInt lower_median(std::vector<std::int64_t> values, const KnownInt& last) {
  if (values.empty()) return KnownInt::missing(last.absent);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

KnownInt highest(const std::vector<std::int64_t>& values, const KnownInt& last) {
  if (values.empty()) return KnownInt::missing(last.absent);
  return *std::ranges::max_element(values);
}

std::vector<std::int64_t> present(const std::vector<DeviceReading>& readings,
                                  KnownInt DeviceReading::*field) {
  std::vector<std::int64_t> values;
  for (const DeviceReading& reading : readings) {
    if (reading.*field) values.push_back(*(reading.*field));
  }
  return values;
}

}  // namespace

std::int64_t rotation_sets(std::int64_t set_bytes, std::int64_t l2_bytes, std::int64_t least) {
  return std::min(std::max(least, 2 * l2_bytes / set_bytes + 1), kMaxSets);
}

std::int64_t groups_for_block(std::int64_t block_ns, std::int64_t group_ns) {
  const std::int64_t length = std::max<std::int64_t>(group_ns, 1);
  return std::clamp<std::int64_t>((block_ns + length / 2) / length, 1, kMaxGroups);
}

bool calibrated(std::int64_t elapsed_ns, std::int64_t block_ns) {
  return elapsed_ns >= std::min(kCalibrationNs, block_ns / 10);
}

Status clocks_agree(std::int64_t event_ns, std::int64_t host_ns) {
  const std::int64_t slack = event_ns / 20;
  if (event_ns < 1) {
    return Error(ErrorCode::device, fmt::format("a block took {} ns by its events", event_ns));
  }
  if (event_ns > host_ns + slack) {
    return Error(
        ErrorCode::device,
        fmt::format("the GPU's events say {} ns, the host's clock only {} ns", event_ns, host_ns));
  }
  if (host_ns > event_ns + slack + kHostDelayNs) {
    return Error(
        ErrorCode::device,
        fmt::format("the host's clock says {} ns, the GPU's events only {} ns", host_ns, event_ns));
  }
  return Ok{};
}

std::int64_t drain_ns(std::int64_t expected_ns, std::int64_t least_ns) {
  return expected_ns == 0 ? kUntimedDrainNs : std::max(least_ns, 4 * expected_ns);
}

DeviceReading summarise(const std::vector<DeviceReading>& readings) {
  const DeviceReading last = readings.empty() ? DeviceReading{} : readings.back();
  DeviceReading block;
  block.clock_mhz = lower_median(present(readings, &DeviceReading::clock_mhz), last.clock_mhz);
  block.power_mw = lower_median(present(readings, &DeviceReading::power_mw), last.power_mw);
  block.link_gen = lower_median(present(readings, &DeviceReading::link_gen), last.link_gen);
  block.link_width = lower_median(present(readings, &DeviceReading::link_width), last.link_width);
  block.temp_mc = highest(present(readings, &DeviceReading::temp_mc), last.temp_mc);
  block.memory_temp_mc =
      highest(present(readings, &DeviceReading::memory_temp_mc), last.memory_temp_mc);
  const auto reasons = present(readings, &DeviceReading::throttle);
  block.throttle = KnownInt::missing(last.throttle.absent);
  if (!reasons.empty()) {
    std::int64_t seen = 0;
    for (const std::int64_t bits : reasons) seen |= bits;
    block.throttle = seen;
  }
  for (const DeviceReading& reading : readings) {
    if (block.active_links.empty()) block.active_links = reading.active_links;
    const std::size_t gpus = std::min(block.active_links.size(), reading.active_links.size());
    for (std::size_t i = 0; i < gpus; ++i) {
      block.active_links[i] = std::min(block.active_links[i], reading.active_links[i]);
    }
  }
  return block;
}

bool complete(const DeviceReading& r) {
  return r.clock_mhz && r.power_mw && r.temp_mc && r.throttle;
}

std::int64_t per_second(double work, std::int64_t elapsed_ns) {
  return static_cast<std::int64_t>(std::floor(work / (static_cast<double>(elapsed_ns) * 1e-9)));
}

std::vector<Side> interleaving(std::int64_t alternations) {
  std::vector<Side> order;
  for (std::int64_t i = 0; i < alternations; ++i) {
    const bool own_first = i % 2 == 0;
    order.push_back(own_first ? Side::own : Side::baseline);
    order.push_back(own_first ? Side::baseline : Side::own);
  }
  return order;
}

}  // namespace ga
