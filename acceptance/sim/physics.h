// Physics of a simulated GPU: which clock, power and temperature a load comes to. Pure.
//
// Power is idle + leakage + dynamic * (clock / max)^exponent; at the limit the clock gives way.
// Heat leaves by a fast and a slow path, so that temperature settles towards inlet + R * power with
// two time constants. A hotter die leaks more and keeps a lower clock at the same limit.
#pragma once

#include <cstdint>
#include <string_view>

#include "acceptance/sim/part.h"
#include "acceptance/sim/scenario.h"

namespace ga {

// Bits of the driver's throttle reasons.
inline constexpr std::int64_t kThrottleIdle = 0x1, kThrottleSwPower = 0x4,
                              kThrottleHwSlowdown = 0x8, kThrottleSwThermal = 0x20,
                              kThrottleHwThermal = 0x40, kThrottlePowerBrake = 0x80;

// One GPU as the scenario made it, its faults included.
struct Die {
  double power_factor = 1;  // of dynamic power: spread between dies, a poor die
  double memory_factor = 1, pcie_factor = 1, own_factor = 1;
  double chase_factor = 1;  // of loads that wait for each other
  double clock_max = 0;     // MHz; a lock is below the part's
  double limit_w = 0;
  double inlet_c = 0;  // of its slot
  double kelvin_per_w = 0;
  double hw_thermal_share = 0, power_brake_share = 0;  // of the time under load
  std::int64_t link_width = 0;
};
// `load_s`: seconds of load so far; faults may begin later.
Die die_of(const Scenario& scenario, int gpu, double load_s);

// Kelvin above the inlet, on each path.
struct Heat {
  double fast_k = 0, slow_k = 0;
};

// What a kernel asks of the part.
struct Load {
  double dynamic_w = 0;   // at the part's maximum clock
  double wanted_mhz = 0;  // clock it runs at when nothing holds it
};
Load load_of(const Part& part, std::string_view case_id);

struct Operating {
  double clock_mhz = 0, power_w = 0;
  std::int64_t reasons = 0;
};
// The clock and power that a load comes to at that temperature of the die.
Operating operate(const Part& part, const Die& die, const Load& load, double temp_c);

double temperature_c(const Die& die, const Heat& heat);
// Where heat ends under constant power.
Heat settled(const Part& part, const Die& die, double power_w);
// Heat after `seconds` of constant power.
Heat heat_after(const Part& part, const Die& die, const Heat& from, double power_w, double seconds);

struct Moment {
  Heat heat;
  Operating operating;
};
// After `seconds` of a load that began with that heat.
Moment run_load(const Part& part, const Die& die, const Load& load, const Heat& from,
                double seconds);

// The rate of a case in its unit (bytes/s, flops, MHz; loads or launches a second) at that
// operating point, without noise.
double rate_of(const Part& part, const Die& die, std::string_view case_id,
               const Operating& operating);

}  // namespace ga
