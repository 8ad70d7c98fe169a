// Fact by privilege: what a user needs so that the facts of a gate can be read. docs/privileges.md
// is the same for people.
#pragma once

#include <span>
#include <string_view>

namespace ga {

enum class Privilege { device, root, kernel_log, bmc };

struct FactPrivilege {
  std::string_view facts;  // by their names in a report, with commas
  Privilege needs;
  std::string_view gate;     // that reads them; empty: they are recorded only
  bool decides;              // without them the gate is not measured
  std::string_view without;  // what is so without it, and what mends it
};

// Facts that no row names are open to every user.
std::span<const FactPrivilege> fact_privileges();

std::string_view to_word(Privilege privilege);

}  // namespace ga
