// Why is a GPU slow? Read from the clock, the power, the temperature and the throttle reasons that
// stand beside its blocks. An explanation says whom to call; it never turns a fail into a pass.
#pragma once

#include <string>
#include <string_view>

#include "reports/model/report.h"

namespace ga {

// The throttle reasons of NVML that a judgement reads.
inline constexpr std::int64_t kReasonSwPowerCap = 0x4, kReasonHwSlowdown = 0x8;
inline constexpr std::int64_t kReasonSwThermal = 0x20, kReasonHwThermal = 0x40;
inline constexpr std::int64_t kReasonPowerBrake = 0x80;

// silicon: the clock is low because the power is at its cap and the die is cool. cooling: thermal
// reasons in at least half of the blocks. host: the clock is high and the power low, so the GPU
// waits for work; only a repeat while the others are idle tells whether the host is to blame.
// power: the power brake. lock: the clock stays low under a light load too. docs/slow-causes.md
// publishes which cause gets which answer.
enum class SlowCause { unknown, silicon, cooling, host, power, lock };

struct SlowContext {
  bool power_capped = false;  // whether the load should reach the power limit at all
  bool clock_locked = false;  // what clock.light found
  bool alone = false;         // every other GPU was idle: the host had nobody else to feed
  // Work for each clock, in parts per million of the other GPUs' middle. A poor die does as much.
  std::int64_t work_ppm = 1'000'000;
};

SlowCause explain_slow(const Measurement& series, const GpuFacts* facts, SlowContext context);

// Whether thermal reasons stand in at least half of the blocks.
bool runs_hot(const Measurement& series);

// Whether the reason stands in any block.
bool saw_reason(const Measurement& series, std::int64_t reason);

// Whether the middle of the blocks is at the enforced power limit, and at the maximum SM clock. No
// where the facts do not know it.
bool draws_its_limit(const Measurement& series, const GpuFacts* facts);
bool runs_at_full_clock(const Measurement& series, const GpuFacts* facts);

// The middle of samples for each MHz; 0 where there is none.
double work_per_clock(const Measurement& series);

// "clock 1410 of 1980 MHz, power 698 of 700 W, 61 C, reasons 0x4: silicon"
std::string describe_slow(const Measurement& series, const GpuFacts* facts, SlowCause cause);

// The code that carries the blame of that cause, "" for silicon and unknown: then the gate's own.
// A hot GPU among hot neighbours is the site's fault.
std::string_view slow_code(SlowCause cause, bool neighbours_hot);

}  // namespace ga
