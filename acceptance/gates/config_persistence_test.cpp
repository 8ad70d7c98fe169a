#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class ConfigPersistence : public MachineGateTest {
 protected:
  ConfigPersistence() : MachineGateTest(kConfigPersistence) {}
};

TEST_F(ConfigPersistence, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_F(ConfigPersistence, FailsAnotherStateThanOrdered) {
  gpu().persistence = false;
  expect(Verdict::fail, "config.persistence.wrong");
  EXPECT_EQ(on_gpu1().blame, Blame::config);
  profile.ordered.persistence = false;
  EXPECT_EQ(on("gpu/0").code, "config.persistence.wrong");
  EXPECT_EQ(on_gpu1().verdict, Verdict::pass);
}

TEST_F(ConfigPersistence, NeverPassesAnAbsentState) {
  gpu().persistence = KnownFlag::missing("Not Supported");
  expect(Verdict::not_measured, "fact.absent");
  profile.ordered.persistence.reset();
  expect(Verdict::not_measured, "fact.absent");
}

TEST_F(ConfigPersistence, WhereTheOrderLeavesItOpenAnyKnownStatePasses) {
  profile.ordered.persistence.reset();
  gpu().persistence = false;
  expect(Verdict::pass, "");
}

}  // namespace
}  // namespace ga
