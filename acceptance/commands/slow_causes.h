// Slow causes: which answer a slow GPU gets for each cause that a simulated node can be given, by
// the gates and the explanation as shipped. Published as docs/slow-causes.md.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "acceptance/core/slow.h"
#include "acceptance/sim/faults.h"

namespace ga {

// What is wrong, and the cause that a right answer names.
struct PlacedCause {
  std::string_view words;
  FaultKind kind;
  SlowCause right;  // unknown: nothing is wrong
  std::array<double, 4> severities;
};
std::span<const PlacedCause> placed_causes();

// How often each cause was named, in the order of the enumeration, of GPUs that were held below
// their floor; and how often the GPU was not.
struct Answers {
  std::array<int, 6> named{};
  int not_slow = 0;
  int of(SlowCause cause) const { return named[static_cast<std::size_t>(cause)]; }
  // Another cause than the right one; "no single cause" accuses nobody.
  int wrong(SlowCause right) const;
};

// So many nodes for each row, each with other dies and another noise.
std::string slow_causes_page(int trials);

}  // namespace ga
