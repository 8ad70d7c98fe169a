// Power: what the gates of power and heat share. Only power.sustained asks for its series; how well
// heat leaves the GPUs is read from the same blocks.
#pragma once

#include "acceptance/core/gate.h"
#include "acceptance/gates/event_counters.h"

namespace ga {

// Time that hardware held the clocks down, by reason 0x80 and 0x40.
inline constexpr EventCounter kBrakeTime{"throttle_power_brake_ns",
                                         &GpuCounters::throttle_power_brake_ns};
inline constexpr EventCounter kHotTime{"throttle_hw_thermal_ns",
                                       &GpuCounters::throttle_hw_thermal_ns};

// The series of power.sustained on that unit, with all GPUs at once.
Request sustained_series(const Order& order, const std::string& unit);

// Why that series is no complete and sound evidence; nothing if it is.
std::optional<Finding> sustained_unfit(const Order& order, const Evidence& evidence,
                                       const std::string& unit);

// Products that draw power are our kernels': where one of these is wrong on every GPU and the
// library is right on every GPU, the kernel is accused, and not the GPUs.
Finding unless_kernel_wrong(const Order& order, const Evidence& evidence, Finding finding);

}  // namespace ga
