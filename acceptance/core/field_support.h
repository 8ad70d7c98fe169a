// Field support: whether a fact's absence is news. Drivers answer some questions for some parts
// alone, and NVIDIA replaces questions by others; that is a table with sources, not a fault.
//
// acceptance/core/field_support.toml is the table, docs/field-support.md its form. What it does not
// name is required. An absence that is expected is no answer either: a gate whose profile orders
// the thing itself must still not pass on it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/embedded.h"
#include "reports/model/facts.h"
#include "reports/model/result.h"

namespace ga {

enum class Support { required, expected_absent, replaced };

struct Expectation {
  Support support = Support::required;
  std::string replaced_by;  // the field to look at instead
  friend bool operator==(const Expectation&, const Expectation&) = default;
};

class FieldSupport {
 public:
  // Refuses an unknown key, part or field, a rule without a source, and two rules that speak of one
  // field of the same part and driver.
  static Result<FieldSupport> parse(std::string_view text, const std::string& file);

  // `pci_device` "10de:2335", `driver` "580.95.05". A driver that does not say its version is
  // expected to answer everything. A field of a link is "nvlinks.replays".
  Expectation of(std::string_view pci_device, std::string_view driver,
                 std::string_view field) const;

 private:
  struct Part {
    std::string name;
    std::vector<std::string> devices;
  };
  struct Rule {
    std::size_t part;
    std::int64_t branch_from, branch_to;  // both included
    std::string field;
    Expectation expectation;
  };
  std::vector<Part> parts_;
  std::vector<Rule> rules_;

  friend class FieldSupportReader;
};

// The table that this program was built with; read once.
const FieldSupport& builtin_field_support();

// Of one GPU of this evidence: by its device as NVML says it, else as the bus does, and the node's
// driver.
Expectation expectation(const Facts& facts, const GpuFacts& gpu, std::string_view field);

// field_support.toml.
std::span<const Embedded> builtin_field_tables();

}  // namespace ga
