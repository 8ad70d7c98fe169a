#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class ConfigMig : public GateTest {
 protected:
  ConfigMig() : GateTest(kConfigMig) {}
};

TEST_F(ConfigMig, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_F(ConfigMig, FailsAnotherStateThanOrdered) {
  gpu().mig_current = true;
  expect(Verdict::fail, "config.mig.wrong");
  EXPECT_EQ(on_gpu1().blame, Blame::config);
}

TEST_F(ConfigMig, FailsAStateThatChangesAtTheNextReset) {
  gpu().mig_pending = true;
  expect(Verdict::fail, "config.mig.pending");
}

TEST_F(ConfigMig, NeverPassesAnAbsentState) {
  gpu().mig_current = KnownFlag::missing("Not Supported");
  expect(Verdict::not_measured, "fact.absent");
  measure();
  gpu().mig_pending = KnownFlag::missing("Not Supported");
  expect(Verdict::not_measured, "fact.absent");
  measure();
  evidence.facts.gpus.erase(evidence.facts.gpus.begin() + 1);
  expect(Verdict::not_measured, "unit.absent");
}

TEST_F(ConfigMig, WhereTheOrderLeavesItOpenAnyKnownStatePasses) {
  profile.ordered.mig.reset();
  gpu().mig_current = gpu().mig_pending = true;
  expect(Verdict::pass, "");
  gpu().mig_pending = false;
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
  gpu().mig_current = KnownFlag::missing("Not Supported");
  expect(Verdict::not_measured, "fact.absent");
}

}  // namespace
}  // namespace ga
