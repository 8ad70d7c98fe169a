#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class HostMemory : public MachineGateTest {
 protected:
  HostMemory() : MachineGateTest(kHostMemory) {}
  void expect_node(Verdict verdict, std::string_view code) const {
    expect_at("node", verdict, code);
  }
};

TEST_F(HostMemory, PassesGoodEvidence) { expect_pass(); }

TEST_F(HostMemory, FailsLessThanWasOrdered) {
  host().memory_bytes = 1'999'999'999'999;
  expect_node(Verdict::fail, "host.memory.small");
  EXPECT_EQ(on("node").blame, Blame::host);
}

TEST_F(HostMemory, LessThanTheProfileOnlyAssumesIsBorderline) {
  profile.machine.host->origin.status = LimitStatus::provisional;
  host().memory_bytes = 1'999'999'999'999;
  expect_node(Verdict::borderline, "order.assumed");
}

TEST_F(HostMemory, FailsAnUncorrectedErrorEvenWhereTheRestIsAbsent) {
  host().edac_uncorrected = 1;
  host().memory_bytes = KnownInt::missing("no such file");
  expect_node(Verdict::fail, "host.memory.uncorrected");
}

TEST_F(HostMemory, FailsAnUncorrectedErrorOfTheRunAlone) {
  evidence.node_after.edac_uncorrected = 1;
  expect_node(Verdict::fail, "host.memory.uncorrected");
}

TEST_F(HostMemory, NeverPassesCountersOfTheRunThatSayNothing) {
  evidence.node_after.edac_uncorrected = KnownInt::missing("no such file");
  expect_node(Verdict::not_measured, "fact.absent");
  evidence.node_after.edac_uncorrected = 1;
  evidence.node_before.edac_uncorrected = 2;
  expect_node(Verdict::not_measured, "events.counter_fell");
  measure();
  evidence.node_after.boot_id = KnownText("another");
  expect_node(Verdict::not_measured, "events.other_boot");
}

TEST_F(HostMemory, CorrectedErrorsWarn) {
  host().edac_corrected = 3;
  expect_pass();
  EXPECT_EQ(on("node").warn.size(), 1u);
}

TEST_F(HostMemory, NeverPassesAnAbsentOrImpossibleFact) {
  for (const auto field :
       {&HostFacts::memory_bytes, &HostFacts::edac_uncorrected, &HostFacts::edac_corrected}) {
    measure();
    host().*field = KnownInt::missing("no memory controller is known to EDAC");
    expect_node(Verdict::not_measured, "fact.absent");
    host().*field = -1;
    expect_node(Verdict::not_measured, "fact.impossible");
  }
}

TEST_F(HostMemory, WithoutAnOrderNothingPasses) {
  profile.machine.host.reset();
  expect_node(Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
