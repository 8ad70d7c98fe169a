// A consumer card under a ci profile: what it lacks is no fault, and what it tells counts.
#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

struct Lack {
  const Gate* gate;
  KnownFlag GpuFacts::*field;
};

class PartLacks : public GateTest, public ::testing::WithParamInterface<Lack> {
 protected:
  PartLacks() : GateTest(*GetParam().gate) {
    profile.ordered.ecc.reset();
    gpu().pci_device = KnownText("10de:2684");  // no part of the table: the absence is expected
    gpu().*GetParam().field = KnownFlag::missing("Not Supported");
  }
};

TEST_P(PartLacks, PassesWithAWarningInACiProfileAlone) {
  expect(Verdict::not_measured, "fact.absent");
  profile.kind = ProfileKind::ci;
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
}

TEST_P(PartLacks, APartThatShouldAnswerIsNotExcused) {
  profile.kind = ProfileKind::ci;
  gpu().pci_device = KnownText("10de:2335");
  expect(Verdict::not_measured, "fact.absent");
}

TEST_P(PartLacks, WhatIsKnownToBeBadStaysSo) {
  profile.kind = ProfileKind::ci;
  gpu().ecc_dram_uncorrected_aggregate = 2;
  gpu().remap_banks_none = 1;
  evidence.after[1].ecc_dram_uncorrected = 2;
  const bool reads_memory = &gate_ != &kConfigEcc && &gate_ != &kConfigMig;
  EXPECT_EQ(on_gpu1().verdict, reads_memory ? Verdict::fail : Verdict::pass);
}

INSTANTIATE_TEST_SUITE_P(Gates, PartLacks,
                         ::testing::Values(Lack{&kConfigEcc, &GpuFacts::ecc_current},
                                           Lack{&kConfigMig, &GpuFacts::mig_current},
                                           Lack{&kMemoryEcc, &GpuFacts::ecc_current},
                                           Lack{&kMemoryRemap, &GpuFacts::remap_failed},
                                           Lack{&kEventsEcc, &GpuFacts::ecc_current}));

}  // namespace
}  // namespace ga
