#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class ConfigEcc : public GateTest {
 protected:
  ConfigEcc() : GateTest(kConfigEcc) {}
};

TEST_F(ConfigEcc, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_F(ConfigEcc, FailsAnotherStateThanOrdered) {
  gpu().ecc_current = false;
  expect(Verdict::fail, "config.ecc.wrong");
  EXPECT_EQ(on_gpu1().blame, Blame::config);
}

TEST_F(ConfigEcc, FailsAStateThatChangesAtTheNextReset) {
  gpu().ecc_pending = false;
  expect(Verdict::fail, "config.ecc.pending");
}

TEST_F(ConfigEcc, NeverPassesAnAbsentState) {
  gpu().ecc_current = KnownFlag::missing("Not Supported");
  expect(Verdict::not_measured, "fact.absent");
  measure();
  gpu().ecc_pending = KnownFlag::missing("Not Supported");
  expect(Verdict::not_measured, "fact.absent");
  measure();
  evidence.facts.gpus.erase(evidence.facts.gpus.begin() + 1);
  expect(Verdict::not_measured, "unit.absent");
}

TEST_F(ConfigEcc, WhereTheOrderLeavesItOpenAnyKnownStatePasses) {
  profile.ordered.ecc.reset();
  gpu().ecc_current = gpu().ecc_pending = false;
  expect(Verdict::pass, "");
  gpu().ecc_pending = true;
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
  gpu().ecc_current = KnownFlag::missing("Not Supported");
  expect(Verdict::not_measured, "fact.absent");
}

}  // namespace
}  // namespace ga
