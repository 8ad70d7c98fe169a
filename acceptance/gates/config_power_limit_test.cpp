#include <gtest/gtest.h>

#include <limits>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class ConfigPowerLimit : public GateTest {
 protected:
  ConfigPowerLimit() : GateTest(kConfigPowerLimit) {}
};

TEST_F(ConfigPowerLimit, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_F(ConfigPowerLimit, FailsALowerAndAHigherLimit) {
  for (const std::int64_t mw : {650'000, 699'999, 700'001}) {
    gpu().power_limit_enforced_mw = mw;
    expect(Verdict::fail, "config.power_limit.wrong");
    EXPECT_EQ(on_gpu1().blame, Blame::config);
  }
}

TEST_F(ConfigPowerLimit, ZeroOrdersThePartsOwnDefault) {
  profile.ordered.power_limit_mw = 0;
  expect(Verdict::pass, "");
  gpu().power_limit_default_mw = 750'000;
  expect(Verdict::fail, "config.power_limit.wrong");
  gpu().power_limit_default_mw = KnownInt::missing("Not Supported");
  expect(Verdict::not_measured, "fact.absent");
}

TEST_F(ConfigPowerLimit, TheDefaultDoesNotMatterWhereALimitIsOrdered) {
  gpu().power_limit_default_mw = KnownInt::missing("Not Supported");
  expect(Verdict::pass, "");
}

TEST_F(ConfigPowerLimit, NeverPassesAnAbsentOrImpossibleLimit) {
  gpu().power_limit_enforced_mw = KnownInt::missing("GPU is lost");
  expect(Verdict::not_measured, "fact.absent");
  for (const std::int64_t mw :
       {std::int64_t{0}, std::int64_t{-700'000}, std::numeric_limits<std::int64_t>::max()}) {
    gpu().power_limit_enforced_mw = mw;
    expect(Verdict::not_measured, "fact.impossible");
  }
}

}  // namespace
}  // namespace ga
