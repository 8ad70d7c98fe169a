#include "acceptance/sim/machine_faults.h"

#include <gtest/gtest.h>

#include "acceptance/sim/facts_of.h"

namespace ga {
namespace {

Facts with(FaultKind kind, int gpu, double severity = 1) {
  Scenario scenario = *load_scenario("healthy-h200");
  Fault fault;
  fault.kind = kind;
  fault.gpu = gpu;
  fault.severity = severity;
  scenario.faults.push_back(fault);
  return facts_of(scenario);
}

TEST(MachineFaults, ThoseOfAGpuShowInTheirFieldAndOnThatGpuAlone) {
  const Facts right = facts_of(*load_scenario("healthy-h200"));
  const auto spoiled = [&](FaultKind kind, double severity = 1) {
    const Facts facts = with(kind, 3, severity);
    for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(facts.gpus[i] == right.gpus[i], i != 3);
    EXPECT_EQ(facts.host, right.host);
    return facts.gpus[3];
  };
  EXPECT_EQ(*spoiled(FaultKind::vbios_differs).vbios, "96.00.30.00.01");
  EXPECT_EQ(*spoiled(FaultKind::clock_max_low).clock_sm_max_mhz, 1860);
  EXPECT_EQ(*spoiled(FaultKind::compute_exclusive).compute_mode, "exclusive_process");
  EXPECT_FALSE(*spoiled(FaultKind::persistence_off).persistence);
  EXPECT_EQ(*spoiled(FaultKind::numa_uneven).numa_node, 1);
  EXPECT_EQ(*spoiled(FaultKind::fabric_unfinished).fabric_state, "in_progress");
  EXPECT_EQ(*spoiled(FaultKind::pcie_gen_low, 3).pcie_gen_max, 3);
  EXPECT_NE((*spoiled(FaultKind::acs_on).pci_path)[1].acs.value->find("ReqRedir"),
            std::string::npos);
  const GpuFacts links = spoiled(FaultKind::nvlink_down, 2);
  EXPECT_EQ(*(*links.nvlinks)[1].state, "inactive");
  EXPECT_EQ(*(*links.nvlinks)[2].state, "active");
}

TEST(MachineFaults, ThoseOfTheNodeShowInTheirField) {
  EXPECT_EQ(*with(FaultKind::cpus_offline, -1, 3).host.cpus_online, 221);
  EXPECT_EQ(*with(FaultKind::edac_uncorrected, -1, 5).host.edac_uncorrected, 5);
  EXPECT_EQ(*(*with(FaultKind::drive_failing, -1).host.nvme)[0].media_errors, 7);
  EXPECT_EQ(*(*with(FaultKind::psu_failed, -1).bmc.psus)[0].health, "Critical");
  const Facts down = with(FaultKind::nic_down, -1, 2);
  EXPECT_EQ(*(*down.host.nics)[1].state, "DOWN");
  EXPECT_EQ(*(*down.host.nics)[2].state, "ACTIVE");
  EXPECT_EQ(*(*with(FaultKind::nic_down, -1, 16).host.nics)[7].state, "DOWN");
}

TEST(MachineFaults, AMachineWithoutABmcHasNoSupplyToFail) {
  Scenario scenario = *load_scenario("healthy-single");
  Fault fault;
  fault.kind = FaultKind::psu_failed;
  scenario.faults.push_back(fault);
  EXPECT_FALSE(facts_of(scenario).bmc.psus);
}

}  // namespace
}  // namespace ga
