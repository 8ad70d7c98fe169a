// Test kit: the machine around the healthy GPUs, and what was ordered of it.
#pragma once

#include <fmt/format.h>

#include "acceptance/gates/testkit.h"

namespace ga {

// Every table of the machine, as add_machine() fulfils it.
void order_machine(Profile& profile);

// Host, BMC, links and settings of a healthy node, for the GPUs that the facts hold.
void add_machine(Facts& facts);

class MachineGateTest : public GateTest {
 protected:
  using GateTest::GateTest;
  // Verdict and code of that unit; no other finding of the gate may differ from a pass.
  void expect_at(std::string_view unit, Verdict verdict, std::string_view code) const;
  // Every finding of the gate passes.
  void expect_pass() const;
  HostFacts& host() { return evidence.facts.host; }
  BmcFacts& bmc() { return evidence.facts.bmc; }
};

}  // namespace ga
