// Scenario: a node to be simulated, its faults, and what a run of it is expected to find. Read from
// TOML; docs/scenario-format.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/sim/faults.h"
#include "acceptance/sim/part.h"
#include "reports/model/result.h"

namespace ga {

struct ExpectedFinding {
  std::string gate, unit, code;  // unit "gpu/*" stands for every GPU of the node
};

// What a run at the scenario's level must come to: all findings that are not a pass, no others.
struct Expect {
  std::string decision, cause;  // words of the report; cause may be empty
  std::int64_t exit = 0;
  bool loaded = true;  // false: the run stops before load, and what follows from that is not listed
  std::vector<ExpectedFinding> findings;
};

struct Scenario {
  std::string name, description;
  Part part;
  int gpus = 0;
  std::uint64_t seed = 0;
  double inlet_c = 0;
  std::string level = "quick";
  std::int64_t boot_ns = 0;  // when the node was started anew; told by the run and not by the file
  std::vector<Fault> faults;
  std::optional<Expect> expect = {};

  // The fault of that kind on that GPU (or on the whole node) once `load_s` seconds of load have
  // passed, or null.
  const Fault* fault(FaultKind kind, int gpu, double load_s = 0) const;
};

// `file` is only named in complaints. Refuses unknown keys, unknown kinds of fault, units outside
// the node and severities without a meaning, with file, line and remedy.
Result<Scenario> parse_scenario(std::string_view text, const std::string& file);

// A built-in name, or else a file.
Result<Scenario> load_scenario(const std::string& name_or_file);

}  // namespace ga
