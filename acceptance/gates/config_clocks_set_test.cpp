#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class ConfigClocksSet : public MachineGateTest {
 protected:
  ConfigClocksSet() : MachineGateTest(kConfigClocksSet) {}
};

TEST_F(ConfigClocksSet, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_F(ConfigClocksSet, FailsAnotherMaximumOfEitherClock) {
  for (const auto field : {&GpuFacts::clock_sm_max_mhz, &GpuFacts::clock_mem_max_mhz}) {
    for (const std::int64_t step : {-15, 15}) {
      measure();
      gpu().*field = *(gpu().*field) + step;
      expect(Verdict::fail, "config.clocks_set.wrong");
      EXPECT_EQ(on_gpu1().blame, Blame::config);
    }
  }
}

TEST_F(ConfigClocksSet, NeverPassesAnAbsentOrImpossibleClock) {
  for (const auto field : {&GpuFacts::clock_sm_max_mhz, &GpuFacts::clock_mem_max_mhz}) {
    measure();
    gpu().*field = KnownInt::missing("Not Supported");
    expect(Verdict::not_measured, "fact.absent");
    for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-1980}, std::int64_t{1} << 40}) {
      gpu().*field = bad;
      expect(Verdict::not_measured, "fact.impossible");
    }
  }
}

TEST_F(ConfigClocksSet, WithoutAnOrderNothingPasses) {
  profile.machine.clocks.reset();
  expect_all(Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
