// Held: what the profile holds one series to, an absolute floor or a ratio to another series.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "acceptance/core/codes.h"
#include "acceptance/core/floor.h"
#include "acceptance/gates/speed.h"

namespace ga {

struct Held {
  FloorTerms terms;
  bool is_ratio = false;
  bool warns_only = false;   // a ratio outside a ci profile
  std::int64_t ceiling = 0;  // samples are mirrored at it; 0: a floor
  std::string case_of;       // the other series of a ratio of series; else empty
  std::string unit;          // of what is judged: the gate's unit, or "ppm"
  std::string origin;        // "floor 3929.8 GB/s (published)"
};

// The floor whose key fits, then the ratio. A ratio to a link whose rate is not known is left out;
// judge_case() says so.
std::vector<Held> held_to(const SpeedGate& gate, const Order& order, const Evidence& evidence,
                          const Request& name);

// The samples of the series; for a ratio of series, of its blocks paired in run order, in parts per
// million. Empty where a series is missing.
std::vector<std::int64_t> judged_samples(const Held& held, const Request& name,
                                         const Evidence& evidence);

// What a gate adds to its id for a unit that is not at its limit: ".below_floor".
enum class LimitKind { floor, ceiling, ratio };
std::string_view code_end(FloorAnswer answer, LimitKind kind);

// The raw rate of the unit's PCI Express link at its best; nothing where the facts do not know it.
std::optional<std::int64_t> link_rate(const Evidence& evidence, const std::string& unit_id);

// The same series of another case.
Request of_case(const Request& name, const std::string& case_id);

}  // namespace ga
