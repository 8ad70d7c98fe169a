#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class ConfigComputeMode : public MachineGateTest {
 protected:
  ConfigComputeMode() : MachineGateTest(kConfigComputeMode) {}
};

TEST_F(ConfigComputeMode, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_F(ConfigComputeMode, FailsAnotherModeThanOrdered) {
  for (const char* mode : {"exclusive_process", "prohibited", "mode 7"}) {
    gpu().compute_mode = KnownText(mode);
    expect(Verdict::fail, "config.compute_mode.wrong");
    EXPECT_EQ(on_gpu1().blame, Blame::config);
  }
}

TEST_F(ConfigComputeMode, WhereTheOrderLeavesItOpenAnyKnownModePasses) {
  profile.ordered.compute_mode.clear();
  gpu().compute_mode = KnownText("exclusive_process");
  expect(Verdict::pass, "");
}

TEST_F(ConfigComputeMode, NeverPassesAnAbsentOrEmptyMode) {
  profile.ordered.compute_mode.clear();
  gpu().compute_mode = KnownText("");
  expect(Verdict::not_measured, "fact.impossible");
  gpu().compute_mode = KnownText::missing("Unknown Error");
  expect(Verdict::not_measured, "fact.absent");
}

}  // namespace
}  // namespace ga
