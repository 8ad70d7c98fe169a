#include <gtest/gtest.h>

#include <limits>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class MemoryEcc : public GateTest {
 protected:
  MemoryEcc() : GateTest(kMemoryEcc) {}
};

TEST_F(MemoryEcc, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_F(MemoryEcc, TheFirstUncorrectedErrorAsksForASoakTheSecondFails) {
  gpu().ecc_dram_uncorrected_aggregate = 1;
  expect(Verdict::not_measured, "memory.ecc.first_uncorrected");
  evidence.after[1].ecc_dram_uncorrected = 1;
  expect(Verdict::fail, "memory.ecc.uncorrected");
  gpu().ecc_dram_uncorrected_aggregate = 1'000'000;
  expect(Verdict::fail, "memory.ecc.uncorrected");
}

TEST_F(MemoryEcc, SeesAnErrorThatHappensInTheRun) {
  evidence.after[1].ecc_dram_uncorrected = 1;
  expect(Verdict::not_measured, "memory.ecc.first_uncorrected");
}

TEST_F(MemoryEcc, FailsAnyUncorrectedErrorOfTheSram) {
  gpu().ecc_sram_uncorrected_aggregate = 1;
  expect(Verdict::fail, "memory.ecc.sram_uncorrected");
  measure();
  evidence.after[1].ecc_sram_uncorrected = 1;
  expect(Verdict::fail, "memory.ecc.sram_uncorrected");
}

TEST_F(MemoryEcc, FailsTheSramThresholdFlagWithAllCountsZero) {
  gpu().ecc_sram_threshold_exceeded = true;
  expect(Verdict::fail, "memory.ecc.sram_threshold");
}

TEST_F(MemoryEcc, CorrectedErrorsWarn) {
  gpu().ecc_dram_corrected_aggregate = 50;
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
}

TEST_F(MemoryEcc, CountersOfAGpuWithoutEccSayNothing) {
  gpu().ecc_current = false;
  expect(Verdict::not_measured, "memory.ecc.off");
  gpu().ecc_current = KnownFlag::missing("N/A");
  expect(Verdict::not_measured, "fact.absent");
}

TEST_F(MemoryEcc, NeverPassesAnAbsentFallenOrImpossibleCounter) {
  const auto facts = {
      &GpuFacts::ecc_dram_corrected_aggregate, &GpuFacts::ecc_dram_uncorrected_aggregate,
      &GpuFacts::ecc_sram_corrected_aggregate, &GpuFacts::ecc_sram_uncorrected_aggregate};
  for (const auto field : facts) {
    measure();
    gpu().*field = KnownInt::missing("N/A");
    expect(Verdict::not_measured, "fact.absent");
    gpu().*field = -1;
    expect(Verdict::not_measured, "fact.impossible");
    gpu().*field = std::numeric_limits<std::int64_t>::max();
    expect(Verdict::not_measured, "fact.impossible");
  }
  const auto counters = {&GpuCounters::ecc_dram_corrected, &GpuCounters::ecc_dram_uncorrected,
                         &GpuCounters::ecc_sram_corrected, &GpuCounters::ecc_sram_uncorrected};
  for (const auto field : counters) {
    measure();
    evidence.after[1].*field = KnownInt::missing("GPU is lost");
    expect(Verdict::not_measured, "fact.absent");
    measure();
    evidence.before[1].*field = KnownInt::missing("N/A");
    expect(Verdict::not_measured, "fact.absent");
    evidence.before[1].*field = 5;
    expect(Verdict::not_measured, "memory.ecc.counter_fell");
  }
  measure();
  evidence.after.clear();
  expect_all(Verdict::not_measured, "fact.absent");
  measure();
  gpu().ecc_sram_threshold_exceeded = KnownFlag::missing("N/A");
  expect(Verdict::not_measured, "fact.absent");
}

}  // namespace
}  // namespace ga
