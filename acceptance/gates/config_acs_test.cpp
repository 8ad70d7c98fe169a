#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class ConfigAcs : public MachineGateTest {
 protected:
  ConfigAcs() : MachineGateTest(kConfigAcs) {}
  PciHop& hop(std::size_t i) { return (*gpu().pci_path.value)[i]; }
};

TEST_F(ConfigAcs, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_F(ConfigAcs, FailsASwitchThatRedirectsWhereNoneWasOrdered) {
  for (const char* acs : {"SrcValid,ReqRedir,CmpltRedir,UpstreamFwd", "EgressCtrl", "CmpltRedir"}) {
    hop(1).acs = KnownText(acs);
    expect(Verdict::fail, "config.acs.wrong");
    EXPECT_EQ(on_gpu1().blame, Blame::config);
  }
}

TEST_F(ConfigAcs, FailsNoRedirectionWhereItWasOrdered) {
  profile.ordered.acs = true;
  expect_all(Verdict::fail, "config.acs.wrong");
}

TEST_F(ConfigAcs, PassesControlsThatRedirectNothing) {
  hop(2).acs = KnownText("SrcValid,UpstreamFwd");
  expect(Verdict::pass, "");
}

TEST_F(ConfigAcs, TheRootPortHasNothingToRedirectAndOnlyWarns) {
  hop(3).acs = KnownText("ReqRedir");
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
}

TEST_F(ConfigAcs, WhereTheOrderLeavesItOpenAnyKnownStatePasses) {
  profile.ordered.acs.reset();
  hop(1).acs = KnownText("ReqRedir");
  expect(Verdict::pass, "");
  hop(1).acs = KnownText::missing("Permission denied");
  expect(Verdict::not_measured, "fact.absent");
}

TEST_F(ConfigAcs, NeverPassesAnAbsentOrImpossiblePath) {
  hop(3).acs = KnownText::missing("Permission denied");
  expect(Verdict::not_measured, "fact.absent");
  hop(1).acs = KnownText("ReqRedir");  // known to be wrong, whatever else is absent
  expect(Verdict::fail, "config.acs.wrong");
  gpu().pci_path.value->resize(1);
  expect(Verdict::not_measured, "fact.impossible");
  gpu().pci_path = KnownList<PciHop>::missing("no such device");
  expect(Verdict::not_measured, "fact.absent");
}

}  // namespace
}  // namespace ga
