// Power: what the gates of power and heat share. Only power.sustained asks for its series; how well
// heat leaves the GPUs is read from the same blocks.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "acceptance/core/gate.h"
#include "acceptance/gates/event_counters.h"
#include "kernels/data/element.h"

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

// Products that draw power are our kernels': where that of one of the load's types is wrong on
// every GPU and the library is right on every GPU, the kernel is accused, and not the GPUs. types:
// kPowerMixture, kPulseTypes.
Finding unless_kernel_wrong(const Order& order, const Evidence& evidence,
                            std::span<const ElementType> types, Finding finding);

// Why a series of power.pulse does not show that its load started as often as it was to: a pulse is
// one launch at least, and no block has less than half of `most`, the launches of the unit's best
// block of the same length and duty in any rhythm. Nothing where it does. Precondition: the series
// is well formed.
std::optional<Finding> pulses_missing(const Request& name, const Measurement& series,
                                      std::int64_t most);
std::int64_t most_in_block(const Measurement& series);  // its greatest sample; 0: it has none

// GPUs of odd slots are a group of their own: warmer for good, and half a period behind in
// antiphase. unit: "gpu/3".
bool in_odd_slot(std::string_view unit);

}  // namespace ga
