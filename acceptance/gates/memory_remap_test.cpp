#include <gtest/gtest.h>

#include <limits>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class MemoryRemap : public GateTest {
 protected:
  MemoryRemap() : GateTest(kMemoryRemap) {}
};

TEST_F(MemoryRemap, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_F(MemoryRemap, FailsAFailedRemap) {
  gpu().remap_failed = true;
  expect(Verdict::fail, "memory.remap.failed");
  EXPECT_EQ(on_gpu1().blame, Blame::gpu);
}

TEST_F(MemoryRemap, FailsSpareRowsThatRunOut) {
  for (const auto field : {&GpuFacts::remap_banks_none, &GpuFacts::remap_banks_low}) {
    measure();
    gpu().*field = 1;
    expect(Verdict::fail, "memory.remap.exhausted");
  }
}

// The dead branch of a public tool: many remaps, and the failure flag still clear.
TEST_F(MemoryRemap, FailsTheWholeBudgetUsedWithoutAFailureFlag) {
  gpu().remap_uncorrectable_rows = 511;
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
  gpu().remap_correctable_rows = 1;
  expect(Verdict::fail, "memory.remap.exhausted");
}

TEST_F(MemoryRemap, APendingRemapAsksForAResetAndASecondLook) {
  gpu().remap_pending = true;
  expect(Verdict::not_measured, "memory.remap.pending");
}

TEST_F(MemoryRemap, FailsMemoryBeyondRepairWithoutAnyOtherFlag) {
  gpu().memory_unrepairable = true;
  expect(Verdict::fail, "memory.remap.unrepairable");
}

TEST_F(MemoryRemap, ARepairThatWaitsAsksForAReset) {
  for (const auto field : {&GpuFacts::repair_channel_pending, &GpuFacts::repair_tpc_pending}) {
    measure();
    gpu().*field = true;
    expect(Verdict::not_measured, "memory.remap.repair_pending");
  }
}

TEST_F(MemoryRemap, NeverPassesAGpuThatAsksForARecovery) {
  gpu().recovery_action = KnownText("gpu_reset");
  expect(Verdict::not_measured, "memory.remap.recovery_asked");
}

TEST_F(MemoryRemap, NewAnswersAreWantedWhereTheTableOfFieldsWantsThem) {
  for (const auto field : {&GpuFacts::memory_unrepairable, &GpuFacts::repair_channel_pending}) {
    measure();
    gpu().pci_device = KnownText("10de:2901");
    gpu().repair_channel_pending = gpu().repair_tpc_pending = gpu().memory_unrepairable = false;
    evidence.facts.node.driver_version = KnownText("590.44.01");
    for (GpuFacts& one : evidence.facts.gpus) one.memory_unrepairable = false;
    gpu().*field = KnownFlag::missing("Not Supported");
    expect(Verdict::not_measured, "fact.absent");
  }
  measure();
  evidence.facts.node.driver_version = KnownText("550.90.07");
  gpu().memory_unrepairable = KnownFlag::missing("Function Not Found");
  expect(Verdict::pass, "");
}

TEST_F(MemoryRemap, NeverPassesAnAbsentOrImpossibleFact) {
  for (const auto field : {&GpuFacts::remap_failed, &GpuFacts::remap_pending}) {
    measure();
    gpu().*field = KnownFlag::missing("MIG is on");
    expect(Verdict::not_measured, "fact.absent");
  }
  for (const auto field :
       {&GpuFacts::remap_banks_none, &GpuFacts::remap_banks_low, &GpuFacts::remap_correctable_rows,
        &GpuFacts::remap_uncorrectable_rows}) {
    measure();
    gpu().*field = KnownInt::missing("MIG is on");
    expect(Verdict::not_measured, "fact.absent");
    for (const std::int64_t bad : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
      gpu().*field = bad;
      expect(Verdict::not_measured, "fact.impossible");
    }
  }
}

TEST_F(MemoryRemap, WhatIsKnownToBeBadFailsEvenWhereTheRestIsAbsent) {
  gpu().remap_banks_low = KnownInt::missing("Not Supported");
  gpu().remap_failed = true;
  expect(Verdict::fail, "memory.remap.failed");
}

}  // namespace
}  // namespace ga
