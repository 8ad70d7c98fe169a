// Faults that checks in use let pass, each with the way by which it got through there, and states
// of healthy nodes that look odd. The first must fail or be not measured, the second must pass, by
// all gates that read alone.
#include <algorithm>
#include <functional>

#include "acceptance/core/judge.h"
#include "acceptance/gates/gates.h"
#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class AtRest : public ::testing::Test {
 protected:
  Order order() const { return {profile, Level::standard}; }
  std::vector<Finding> judged() const {
    std::vector<Gate> gates;
    for (const Gate& gate : gates_of_a_profile()) {
      const bool reads_series = gate.id == kThermalResistance.id || gate.id == kNodeUniformity.id;
      if (reads_series) continue;  // of other gates
      if (gate.next(order(), planning_evidence(profile)).empty()) gates.push_back(gate);
    }
    return judge_all(gates, order(), evidence);
  }
  // The codes of what is not a pass, each once.
  std::vector<std::string> codes() const {
    std::vector<std::string> out;
    for (const Finding& finding : judged()) {
      const bool known = std::find(out.begin(), out.end(), finding.code) != out.end();
      if (finding.verdict != Verdict::pass && !known) out.push_back(finding.code);
    }
    return out;
  }
  void expect_found(const std::string& code) const {
    const auto all = codes();
    EXPECT_NE(std::find(all.begin(), all.end(), code), all.end())
        << code << " is not among: " << fmt::format("{}", fmt::join(all, ", "));
  }
  void expect_clean() const {
    for (const Finding& finding : judged()) {
      EXPECT_EQ(finding.verdict, Verdict::pass) << finding.gate << " " << finding.unit_id << " "
                                                << finding.code << ": " << finding.reason;
    }
  }
  GpuFacts& gpu() { return evidence.facts.gpus[1]; }
  void on_all(const std::function<void(GpuFacts&)>& change) {
    for (GpuFacts& one : evidence.facts.gpus) change(one);
  }

  Profile profile = test_profile();
  Evidence evidence = healthy_facts(order());
};

using SilentPass = AtRest;
using HealthyOddity = AtRest;

TEST_F(SilentPass, TheNodeThatTheyStartFromIsClean) {
  expect_clean();
  EXPECT_GT(judged().size(), 60u);
}

// Shell arithmetic on "[N/A]" is a syntax error, and the error reads as false.
TEST_F(SilentPass, EccOffAndEveryCounterNotAvailable) {
  const auto none = KnownInt::missing("[N/A]");
  on_all([&](GpuFacts& one) {
    one.ecc_current = one.ecc_pending = KnownFlag::missing("[N/A]");
    one.ecc_dram_uncorrected_aggregate = one.ecc_sram_uncorrected_aggregate = none;
  });
  expect_found("fact.absent");
  on_all([&](GpuFacts& one) { one.ecc_current = one.ecc_pending = false; });
  expect_found("config.ecc.wrong");
}

// The limit of 512 stands in a column that was never asked for.
TEST_F(SilentPass, SixHundredRemappedRows) {
  gpu().remap_uncorrectable_rows = 600;
  expect_found("memory.remap.exhausted");
}

// One limit for corrected and uncorrected errors together.
TEST_F(SilentPass, AMillionUncorrectableErrors) {
  gpu().ecc_dram_uncorrected_aggregate = 1'000'000;
  expect_found("memory.ecc.uncorrected");
}

// Looked for "inactive", and the tool wrote "inActive".
TEST_F(SilentPass, EveryLinkInactive) {
  for (NvLink& link : *gpu().nvlinks.value) link.state = KnownText("inActive");
  expect_found("nvlink.links.none_up");
}

// A loop over the lines of an answer that had none.
TEST_F(SilentPass, NoLinkListedOrOneOfEighteen) {
  gpu().nvlinks.value->resize(1);
  expect_found("nvlink.links.missing");
  gpu().nvlinks.value->clear();
  expect_found("nvlink.links.missing");
}

TEST_F(SilentPass, NoGpuListed) {
  evidence.facts.gpus.clear();
  expect_found("unit.absent");
  for (const Finding& finding : judged()) {
    const bool of_gpu = finding.unit_id.starts_with("gpu/");
    EXPECT_FALSE(of_gpu && finding.verdict == Verdict::pass) << finding.gate;
  }
}

// A list of versions compared as one text, where any match was enough.
TEST_F(SilentPass, TwoVbiosVersions) {
  gpu().vbios = gpu().proc_vbios = KnownText("96.00.74.00.01");
  expect_found("identity.firmware.differs");
}

// Published tables of part parameters ask for Gen3.
TEST_F(SilentPass, ALinkOfGen3) {
  gpu().pcie_gen_max = 3;  // config.pcie asks for copies, too: known to be bad before they ran
  const auto findings = kConfigPcie.judge(order(), evidence);
  EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.unit_id == "gpu/1" && finding.code == "config.pcie.slow";
  }));
}

// A limit below the part's, which nothing compares with what was ordered.
TEST_F(SilentPass, AB200LimitedTo700Watts) {
  profile.ordered.power_limit_mw = 1'000'000;
  on_all([](GpuFacts& one) {
    one.power_limit_default_mw = 1'000'000;
    one.power_limit_enforced_mw = 700'000;
  });
  expect_found("config.power_limit.wrong");
}

// State completed, and the status beside it was not read.
TEST_F(SilentPass, FabricWithInsufficientResources) {
  on_all([](GpuFacts& one) { one.fabric_status = KnownText("Insufficient Resources"); });
  expect_found("config.fabric.not_completed");
}

// Parameters of a part were taken from the first GPU for all of them.
TEST_F(SilentPass, AnotherPartAmongEight) {
  gpu().pci_device = gpu().sysfs_pci_device = KnownText("10de:2330");
  expect_found("identity.inventory.wrong_part");
}

TEST_F(SilentPass, EveryFactAbsentAtOnce) {
  const auto forget = [](auto& sheet) {
    std::decay_t<decltype(sheet)>::visit_fields(sheet, [](const char*, auto& known) {
      known = std::decay_t<decltype(known)>::missing("[N/A]");
    });
  };
  on_all(forget);
  forget(evidence.facts.node);
  forget(evidence.facts.host);
  forget(evidence.facts.bmc);
  evidence.before.clear();
  evidence.after.clear();
  evidence.node_before = {};
  evidence.node_after = {};
  for (const Finding& finding : judged()) {
    EXPECT_NE(finding.verdict, Verdict::pass) << finding.gate << " " << finding.unit_id;
  }
}

// NVIDIA's checks for multi-node NVLink ask for both; one board has neither.
TEST_F(HealthyOddity, ZeroClusterUuidAndCliqueOfOneBoard) {
  on_all([](GpuFacts& one) {
    one.fabric_clique_id = 0;
    one.fabric_cluster_uuid = KnownText("00000000-0000-0000-0000-000000000000");
  });
  expect_clean();
}

TEST_F(HealthyOddity, SevenHundredWattsIsAnH200sOwnLimit) {
  ASSERT_EQ(*gpu().power_limit_enforced_mw, 700'000);
  expect_clean();
}

TEST_F(HealthyOddity, Gen1AtIdle) {
  on_all([](GpuFacts& one) {
    one.pcie_gen_current = 1;
    for (PciHop& hop : *one.pci_path.value) hop.gen_current = 1;
  });
  expect_clean();
}

TEST_F(HealthyOddity, FieldsThatTheTableExpectsToBeAbsent) {
  on_all([](GpuFacts& one) {
    one.power_smoothing = KnownFlag::missing("Not Supported");
    one.boost_slider = KnownInt::missing("Not Supported");
    one.memory_unrepairable = KnownFlag::missing("Function Not Found");
  });
  expect_clean();
}

TEST_F(HealthyOddity, LinksAsleepAndIndicesBehindTheLast) {
  on_all([](GpuFacts& one) {
    (*one.nvlinks.value)[0].state = KnownText("sleep");
    NvLink none;
    none.index = 18;
    none.state = KnownText("inactive");
    one.nvlinks.value->push_back(none);
  });
  expect_clean();
}

TEST_F(HealthyOddity, CorrectedErrorsAndRowsRemappedBefore) {
  gpu().ecc_dram_corrected_aggregate = 12;
  gpu().remap_correctable_rows = 2;
  evidence.facts.host.edac_corrected = 1;
  expect_clean();
}

TEST_F(HealthyOddity, AVbiosInSmallLettersAndASleepingDriver) {
  gpu().proc_vbios = KnownText("??.??.??.??.??");
  expect_clean();
}

TEST_F(HealthyOddity, PortsForStorageAndAnEmptySlotForASupply) {
  NicPort storage;
  storage.port = KnownText("mlx5_9/1");
  storage.state = KnownText("DOWN");
  storage.board_id = KnownText("MT_0000000970");
  storage.firmware = KnownText("32.42.1000");
  evidence.facts.host.nics.value->push_back(storage);
  for (NodeCounters* node : {&evidence.node_before, &evidence.node_after}) {
    node->nics.value->push_back(node->nics.value->front());
    node->nics.value->back().port = storage.port;
  }
  BmcPsu empty;
  empty.state = KnownText("Absent");
  evidence.facts.bmc.psus.value->push_back(empty);
  expect_clean();
}

}  // namespace
}  // namespace ga
