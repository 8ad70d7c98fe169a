#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class ConfigPcie : public MachineGateTest {
 protected:
  ConfigPcie() : MachineGateTest(kConfigPcie) {}
  PciHop& hop(std::size_t i) { return (*gpu().pci_path.value)[i]; }
};

TEST_F(ConfigPcie, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_F(ConfigPcie, AGenerationThatIsLowAtRestIsNormal) {
  gpu().pcie_gen_current = 1;
  for (PciHop& one : *gpu().pci_path.value) one.gen_current = 1;
  expect(Verdict::pass, "");
}

TEST_F(ConfigPcie, FailsASlotOrAHopOfAnOlderGeneration) {
  gpu().pcie_gen_max = 3;
  expect(Verdict::fail, "config.pcie.slow");
  EXPECT_EQ(on_gpu1().blame, Blame::node);
  for (const std::size_t i : {0u, 1u, 3u}) {
    measure();
    hop(i).gen_max = 4;
    expect(Verdict::fail, "config.pcie.slow");
  }
}

// A link that can do Gen5, trains at Gen3 when data move, and looks right at rest.
TEST_F(ConfigPcie, FailsALinkThatIsOldOrNarrowWhileDataMove) {
  series("pcie.h2d").link_gen.assign(3, 3);
  expect(Verdict::fail, "config.pcie.slow");
  measure();
  series("pcie.h2d").link_width.assign(3, 8);
  expect(Verdict::fail, "config.pcie.narrow");
  measure();
  series("pcie.h2d").link_gen[0] = 1;  // still waking up
  expect(Verdict::pass, "");
}

TEST_F(ConfigPcie, NeverPassesLinksThatWereNotReadUnderTheCopy) {
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{99}}) {
    measure();
    series("pcie.h2d").link_gen.assign(3, value);
    expect(Verdict::not_measured, "config.pcie.unread");
  }
  measure();
  series("pcie.h2d").link_width[1] = 0;  // in one block of three
  expect(Verdict::not_measured, "config.pcie.unread");
  series("pcie.h2d").link_gen.clear();
  series("pcie.h2d").link_width.clear();
  expect(Verdict::not_measured, "config.pcie.unread");
  series("pcie.h2d").link_width.assign(3, 16);
  expect(Verdict::not_measured, "series.malformed");
}

TEST_F(ConfigPcie, NeverPassesUnsoundBlocks) { expect_unsound_never_passes("pcie.h2d"); }

TEST_F(ConfigPcie, FailsWrongDataHoweverGoodTheLink) {
  series("pcie.h2d").check->wrong = 1;
  expect(Verdict::fail, "config.pcie.wrong_data");
}

TEST_F(ConfigPcie, FailsLanesThatAreLostAnywhereOnTheWay) {
  gpu().pcie_width_current = 8;
  expect(Verdict::fail, "config.pcie.narrow");
  measure();
  gpu().pcie_width_max = 8;
  expect(Verdict::fail, "config.pcie.narrow");
  for (const std::size_t i : {0u, 2u, 3u}) {
    measure();
    hop(i).width_current = 4;
    expect(Verdict::fail, "config.pcie.narrow");
  }
}

TEST_F(ConfigPcie, WhatIsKnownToBeBadFailsEvenWhereTheRestIsAbsent) {
  gpu().pcie_gen_max = KnownInt::missing("GPU is lost");
  hop(1).width_current = 8;
  expect(Verdict::fail, "config.pcie.narrow");
}

TEST_F(ConfigPcie, NeverPassesAnAbsentOrImpossibleFact) {
  for (const auto field :
       {&GpuFacts::pcie_gen_max, &GpuFacts::pcie_width_max, &GpuFacts::pcie_width_current}) {
    measure();
    gpu().*field = KnownInt::missing("Unknown Error");
    expect(Verdict::not_measured, "fact.absent");
    for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-5}, std::int64_t{1} << 40}) {
      gpu().*field = bad;
      expect(Verdict::not_measured, "fact.impossible");
    }
  }
  measure();
  hop(2).width_current = KnownInt::missing("no such file");
  expect(Verdict::not_measured, "fact.absent");
  gpu().pci_path = KnownList<PciHop>::missing("no such device");
  expect(Verdict::not_measured, "fact.absent");
  gpu().pci_path = std::vector<PciHop>{};
  expect(Verdict::not_measured, "fact.impossible");
}

TEST_F(ConfigPcie, WithoutAnOrderNothingPasses) {
  profile.ordered.pcie_width = 0;
  expect_all(Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
